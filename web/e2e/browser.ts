/** Chromium against a running bot: what the browser tests share. */
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";

import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

/** The address of a running `sbf dev`. */
export const BOT_URL = botAddress();

/** The folder that it watches; tests that edit the brain or need to know what is in it are skipped without. */
export const BRAIN_DIR = process.env.BRAIN_DIR ?? "";

/** The two sizes that everything is looked at in. */
export const SIZES = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 800 } } as const;

const FLAGS = [
  ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
  ...["--disable-component-update", "--disable-sync"],
];

/** Starts the browser. */
export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });
}

/** A page of a new visitor, with what went wrong in it. */
export interface Visit {
  readonly page: Page;
  /** Errors of the page and refusals of its Content-Security-Policy. */
  readonly faults: string[];
  /** The bodies posted to `/core`, as they are sent. */
  readonly sent: Readonly<Record<string, unknown>>[];
}

/** Opens the page; `prepare` runs before anything is loaded. */
export async function visit(
  browser: Browser,
  options: BrowserContextOptions = {},
  prepare?: (page: Page) => Promise<unknown>,
): Promise<Visit> {
  const context = await browser.newContext({ locale: "en-US", viewport: SIZES.desktop, ...options });
  const page = await context.newPage();
  const faults: string[] = [];
  const sent: Readonly<Record<string, unknown>>[] = [];
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("console", (message) => {
    if (/content security policy|trusted/i.test(message.text())) faults.push(message.text());
  });
  page.on("request", (request) => {
    if (request.method() === "POST" && new URL(request.url()).pathname.endsWith("/core")) {
      sent.push(request.postDataJSON() as Readonly<Record<string, unknown>>);
    }
  });
  await prepare?.(page);
  await page.goto(BOT_URL);
  await welcomed(page);
  return { page, faults, sent };
}

/** Waits for the bot's welcome. */
export async function welcomed(page: Page): Promise<void> {
  await page.locator('.exchange[data-state="answered"]').first().waitFor();
}

/** Types and sends. */
export async function type(page: Page, text: string): Promise<void> {
  await page.locator("#message").fill(text);
  await page.locator("#message").press("Enter");
}

/** Says something and waits until everything is answered. */
export async function say(page: Page, text: string): Promise<void> {
  await type(page, text);
  await settled(page);
}

/** Waits until there is a conversation and nothing in it is under way. */
export async function settled(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const exchanges = [...document.querySelectorAll(".exchange")];
    return exchanges.length > 0 && exchanges.every((it) => it.getAttribute("data-state") === "answered");
  });
}

/** The texts of the bubbles of one side. */
export function bubbles(page: Page, side: "user" | "bot"): Promise<string[]> {
  const words = side === "user" ? ".bubble--user .bubble__text" : ".bubble--bot .html";
  return page.locator(words).allInnerTexts();
}

/** Answers the next `/core` requests in the bot's place; returns what lets the bot answer again. */
export async function answerWith(page: Page, body: object, status = 200, headers = {}): Promise<() => Promise<void>> {
  await page.route("**/core", (route) =>
    route.fulfill({ status, headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) }),
  );
  return () => page.unroute("**/core");
}

/** What axe-core finds against WCAG 2.2 AA, one line each. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  // Through the debugger, which the page's Content-Security-Policy does not bind.
  const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  await page.evaluate(source);
  return page.evaluate(async () => {
    const axe = (globalThis as unknown as { axe: typeof import("axe-core") }).axe;
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    const { violations } = await axe.run(document, { runOnly: tags });
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id} at ${target.join(" ")}: ${failureSummary ?? ""}`),
    );
  });
}

/** Keeps a picture of the page for people to look at. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = new URL("../test-results/", import.meta.url).pathname;
  mkdirSync(folder, { recursive: true });
  await page.waitForTimeout(400); // Until everything has come to rest.
  await page.screenshot({ path: `${folder}${name}.png` });
}

function botAddress(): string {
  const address = process.env.BOT_URL ?? "";
  if (address === "") throw new Error("BASE_URL must be the address of a running bot: start one with `sbf dev`");
  return address;
}
