/** For everybody: on a phone and a desk, in light and dark, by keyboard alone, enlarged, read out, without motion, spoken to. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { accessibilityFaults, answerWith, launch, picture, say, settled, SIZES, type, visit } from "./browser";

let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});

afterAll(() => browser.close());

/** Runs in the page: whether nothing covers the element, and its frame shows it. */
function isInSight(element: Element): boolean {
  const { left, top, width, height } = element.getBoundingClientRect();
  const seen = document.elementFromPoint(left + width / 2, top + height - 2);
  return seen !== null && element.contains(seen);
}

/** Everything that a conversation can hold, at once. */
async function fill(page: Page): Promise<void> {
  const list = "<ul><li>one</li><li>two</li></ul><p>See <a href='https://example.com'>more</a>.</p>";
  const table = "<table><tr><th>Size</th><th>Price</th></tr><tr><td>Small</td><td>10</td></tr></table>";
  const pressed = await answerWith(page, {
    said: [{ text: `<h3>Help</h3>${list}` }],
    text: "Which? <button>One</button><button>Two</button>",
  });
  await say(page, "help me please");
  await pressed();
  const open = await answerWith(page, {
    text: `${table}<code>code</code>`,
    clarify: [{ text: "Small" }, { text: "Large" }],
  });
  await say(page, "Two");
  await open();
  const refused = await answerWith(page, { message: "This sentence comes from the server." }, 400);
  await type(page, "a message\nof two lines");
  await page.locator(".failure").waitFor();
  await page.waitForTimeout(600);
  expect(await page.locator(".failure__retry").evaluate(isInSight)).toBe(true);
  await refused();
}

describe.each(["light", "dark"] as const)("in %s", (colorScheme) => {
  describe.each(["phone", "desktop"] as const)("on a %s", (size) => {
    const touch = size === "phone";
    const options = { colorScheme, viewport: SIZES[size], isMobile: touch, hasTouch: touch };

    test("axe-core finds nothing against WCAG 2.2 AA, from the welcome to the last failure", async () => {
      const { page, faults } = await visit(browser, options);
      await picture(page, `welcome-${size}-${colorScheme}`);
      expect(await accessibilityFaults(page)).toEqual([]);
      await fill(page);
      await picture(page, `conversation-${size}-${colorScheme}`);
      expect(await accessibilityFaults(page)).toEqual([]);
      expect(faults).toEqual([]);
    });
  });
});

test("the bot's language and name are the page's", async () => {
  const { page } = await visit(browser);
  const { language, name } = await page.evaluate(async () => {
    const client = (await (await fetch("client.json")).json()) as {
      language: string | null;
      name: string | null;
      theme: { name?: string } | null;
    };
    return { language: client.language ?? "", name: client.theme?.name ?? client.name ?? "" };
  });
  const lang = await page.evaluate(() => document.documentElement.lang);
  expect(lang.slice(0, 2)).toBe(language === "" ? "en" : language.slice(0, 2));
  expect(await page.title()).toBe(name);
  expect(await page.locator("h1").innerText()).toBe(name);
});

test("everything can be reached and done by keyboard", async () => {
  const { page } = await visit(browser, {}, (it) =>
    it.addInitScript("delete window.SpeechRecognition; delete window.webkitSpeechRecognition"),
  );
  await page.locator("body").press("Tab");
  await page.evaluate(() => {
    (document.activeElement as HTMLElement).blur();
  });
  const reached: string[] = [];
  while (reached.at(-1) !== "message" && reached.length < 30) {
    await page.keyboard.press("Tab");
    const { name, outlined } = await page.evaluate(() => {
      const element = document.activeElement ?? document.body;
      const { outlineStyle, boxShadow } = getComputedStyle(element.closest(".composer__field") ?? element);
      const inAnswer = element.closest(".bubble") !== null;
      const name = inAnswer ? "answer" : (element.getAttribute("class") ?? element.id);
      return { name, outlined: outlineStyle !== "none" || boxShadow !== "none" };
    });
    expect(outlined, name).toBe(true);
    reached.push(name);
  }
  const always = reached.filter((name) => name !== "answer" && name !== "panel__summary");
  expect(always).toEqual(["tool", "tool", "conversation__frame", "message"]);
  await page.keyboard.type("typed by hand");
  await page.keyboard.press("Enter");
  await settled(page);
  expect(await page.locator(".bubble--user").count()).toBe(1);
});

test("screen readers hear what is added, and who says it", async () => {
  const { page } = await visit(browser);
  const log = page.getByRole("log");
  expect(await log.getAttribute("aria-live")).toBe("polite");
  const restore = await answerWith(page, { text: "An answer", clarify: [{ text: "Yes" }] });
  await say(page, "a question");
  await restore();
  const tree = await log.ariaSnapshot();
  expect(tree).toContain("a question");
  expect(tree).toContain("An answer");
  expect(tree).toMatch(/group "\S+":\n\s+- button "Yes"/);
});

test("screen readers are told of a long wait, not of a short one", async () => {
  const { page } = await visit(browser);
  const told = page.locator(".conversation > [role=status]");
  await page.route("**/core", () => undefined);
  await type(page, "hello");
  await page.locator(".typing").waitFor();
  expect(await told.innerText()).toBe("");
  await page.waitForFunction(() => document.querySelector(".conversation > [role=status]")?.textContent !== "");
  expect(await told.innerText()).toContain(await page.locator("h1").innerText());
});

test.each([
  ["at 200 % on a desk", { width: 640, height: 400 }],
  ["320 pixels wide", { width: 320, height: 568 }],
])("nothing is cut off %s", async (_name, viewport) => {
  const { page } = await visit(browser, { viewport });
  const restore = await answerWith(page, {
    text: `${"long".repeat(60)} <table><tr>${"<td>wide cell</td>".repeat(12)}</tr></table>`,
  });
  await say(page, "word".repeat(60));
  await restore();
  const overflow = await page.evaluate(() => {
    const frame = document.querySelector(".conversation__frame");
    return [document.documentElement, frame].map((it) => (it === null ? 0 : it.scrollWidth - it.clientWidth));
  });
  expect(overflow).toEqual([0, 0]);
  expect(await page.locator("#message").isVisible()).toBe(true);
});

test("nothing moves for those who want no motion", async () => {
  const { page } = await visit(browser, { reducedMotion: "reduce" });
  await page.route("**/core", () => undefined);
  await type(page, "hello");
  await page.locator(".typing").waitFor();
  expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
});

test("the newest message is in sight, a long answer from its question on, and reading back is not disturbed", async () => {
  const { page } = await visit(browser, { viewport: SIZES.phone });
  const restore = await answerWith(page, { text: "<p>paragraph</p>".repeat(80) });
  await say(page, "tell me everything");
  await page.waitForTimeout(600);
  const top = await page.locator(".bubble--user").evaluate((it) => it.getBoundingClientRect().top);
  expect(top).toBeGreaterThan(0);
  expect(top).toBeLessThan(200);
  await page.route("**/core", async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 600));
    await route.fulfill({ contentType: "application/json", body: '{"text":"late"}' });
  });
  await type(page, "and more");
  await page.locator(".conversation__frame").evaluate((frame) => {
    frame.scrollTo({ top: 0, behavior: "instant" });
  });
  await settled(page);
  expect(await page.locator(".conversation__frame").evaluate((frame) => frame.scrollTop)).toBe(0);
  await page.locator(".conversation__down").click();
  await page.getByText("late").waitFor();
  await page.waitForTimeout(600);
  expect(await page.getByText("late").evaluate(isInSight)).toBe(true);
  await restore();
});

describe("sound", () => {
  /** Stands in for the browser's voices, of which headless Chromium has none. */
  const voices = `
    window.spoken = [];
    Object.defineProperty(window, "speechSynthesis", { value: {
      getVoices: () => [{}], cancel() {}, speak(it) { window.spoken.push(it.text); it.onend?.(); },
    } });`;

  test("answers are read aloud by the browser where the server has no voice, once that is wished", async () => {
    const { page } = await visit(browser, {}, (it) => it.addInitScript(voices));
    await page.route("**/services/polly", (route) =>
      route.fulfill({ contentType: "application/json", body: '{"text":"x"}' }),
    );
    const restore = await answerWith(page, { text: "<b>Shown</b>", speech: "Spoken <i>words</i>" });
    await say(page, "silence");
    await page.locator(".header .tool").first().click();
    await say(page, "aloud");
    await page.waitForFunction(() => (window as unknown as { spoken: string[] }).spoken.length > 0);
    expect(await page.evaluate(() => (window as unknown as { spoken: string[] }).spoken)).toEqual(["Spoken words"]);
    await restore();
  });

  test("the text does not wait for the sound", async () => {
    const { page } = await visit(browser);
    await page.route("**/services/polly", () => undefined);
    await page.locator(".header .tool").first().click();
    await say(page, "hello");
    expect(await page.locator(".bubble--bot").count()).toBeGreaterThan(1);
  });

  test("a sentence that is spoken is sent; without recognition there is no microphone", async () => {
    const recogniser = `window.SpeechRecognition = class {
      start() { setTimeout(() => {
        this.onresult({ results: [Object.assign([{ transcript: "spoken words" }], { isFinal: true })] });
        this.onend();
      }, 50); }
      abort() { this.onend?.(); }
    };`;
    const { page, sent } = await visit(browser, {}, (it) => it.addInitScript(recogniser));
    await page.locator(".composer__microphone").click();
    await page.locator(".bubble--user").waitFor();
    await settled(page);
    expect(sent.at(-1)?.text).toBe("spoken words");
    const without = "delete window.SpeechRecognition; delete window.webkitSpeechRecognition";
    const deaf = await visit(browser, {}, (it) => it.addInitScript(without));
    expect(await deaf.page.locator(".composer__microphone").count()).toBe(0);
  });
});
