/** The author's loop: what is saved in the brain folder shows on the open page. The folder is left as it was. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { accessibilityFaults, BRAIN_DIR, bubbles, launch, picture, say, settled, visit, welcomed } from "./browser";

let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});

afterAll(() => browser.close());

interface Item {
  _id: string;
  _intents: string[];
  _source: { response?: { text: string }[]; parameters?: { name: string; noMatchAsk?: { text?: string }[] }[] };
}

interface Knowledge {
  knowledge: Item[];
}

if (BRAIN_DIR === "")
  process.stderr.write("BRAIN_DIR is not set: the tests that need the brain's folder are skipped.\n");

describe.skipIf(BRAIN_DIR === "")("the brain's folder", () => {
  const file = join(BRAIN_DIR, "knowledge.json");
  const read = () => JSON.parse(readFileSync(file, "utf8")) as Knowledge;
  const write = (knowledge: Knowledge) => {
    writeFileSync(file, JSON.stringify(knowledge, null, 2));
  };
  let original = "";

  beforeAll(() => {
    original = readFileSync(file, "utf8");
  });

  afterAll(() => {
    writeFileSync(file, original);
  });

  test("a new answer is given by the next message", async () => {
    const { page } = await visit(browser);
    const knowledge = read();
    knowledge.knowledge.push({
      _id: "zanzibar",
      _intents: ["zanzibar kumquat", "tell zanzibar kumquat", "kumquat of zanzibar"],
      _source: { response: [{ text: "The <b>kumquat</b> is ripe." }] },
    });
    write(knowledge);
    await page.locator(".panel__toast--good").waitFor();
    await picture(page, "brain-updated");
    await say(page, "zanzibar kumquat");
    expect((await bubbles(page, "bot")).at(-1)).toBe("The kumquat is ripe.");
    writeFileSync(file, original);
    await page.locator(".panel__toast--good").waitFor({ state: "detached" });
  });

  test("a fault is listed with its place while the old brain answers, and goes away when it is mended", async () => {
    const { page } = await visit(browser);
    const knowledge = read();
    const faulty = {
      ...knowledge,
      knowledge: [...knowledge.knowledge, { ...knowledge.knowledge[0], _intents: "none" }],
    };
    writeFileSync(file, JSON.stringify(faulty));
    const fault = page.locator(".problem--error").first();
    await fault.waitFor();
    expect(await fault.innerText()).toContain("knowledge.json");
    expect(await page.locator(".problem--error .problem__path").allInnerTexts()).toEqual(
      expect.arrayContaining([expect.stringContaining(`knowledge[${knowledge.knowledge.length}]`)]),
    );
    await picture(page, "problems-desktop");
    await page.setViewportSize({ width: 390, height: 844 });
    await picture(page, "problems-phone");
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: "dark" });
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.reload();
    await page.locator(".problem--error").first().waitFor();
    await say(page, "xq zzvrk qpwo");
    writeFileSync(file, original);
    await page.locator(".problem--error").first().waitFor({ state: "detached" });
  });

  test("a file that is no JSON at all is a fault like any other", async () => {
    const { page } = await visit(browser);
    writeFileSync(file, original.slice(0, original.length / 2));
    await page.locator(".problem--error").first().waitFor();
    writeFileSync(file, original);
    await page.locator(".problem--error").first().waitFor({ state: "detached" });
  });
});

/** The first parameter of the brain whose question is as wanted, and how to be asked it. */
function questionOf(
  wanted: (question: string, name: string) => boolean,
): { utterance: string; question: string } | null {
  if (BRAIN_DIR === "") return null;
  const { knowledge } = JSON.parse(readFileSync(join(BRAIN_DIR, "knowledge.json"), "utf8")) as Knowledge;
  for (const { _intents, _source } of knowledge) {
    const parameter = _source.parameters?.[0];
    const question = parameter?.noMatchAsk?.find(({ text }) => wanted(text ?? "", parameter.name))?.text;
    if (question !== undefined && _intents[0] !== undefined) return { utterance: _intents[0], question };
  }
  return null;
}

const buttons = questionOf((question) => question.includes("<button"));

test.skipIf(buttons === null)("a button in the brain's own question answers it, also after a reload", async () => {
  const { page, faults } = await visit(browser);
  await say(page, buttons?.utterance ?? "");
  const button = page.locator(".exchange:last-child .choices button").last();
  await picture(page, "buttons");
  await page.reload();
  await welcomed(page);
  const value = await button.getAttribute("value");
  const said = value ?? (await button.innerText());
  await button.click();
  await settled(page);
  expect((await bubbles(page, "user")).at(-1)).toBe(said);
  expect(await page.locator(".exchange:last-child .bubble--bot").count()).toBeGreaterThan(0);
  expect(await page.locator(".choices button:enabled").count()).toBe(0);
  expect(faults).toEqual([]);
});

const department = questionOf((_question, name) => name === "departamento");

test.skipIf(department === null)(
  "a question that was open when the page was left is answered after the reload",
  async () => {
    const { page, sent } = await visit(browser);
    await say(page, department?.utterance ?? "");
    expect((await bubbles(page, "bot")).at(-1)).toBe(department?.question);
    await page.reload();
    await welcomed(page);
    await say(page, "Vendas");
    expect(sent.at(-1)).toMatchObject({ text: "Vendas", sessionID: sent[0]?.sessionID });
    expect((await bubbles(page, "bot")).slice(-2)).toContain("Ok, só um minuto");
  },
);
