/** Talking to any bot: what is said and heard, what goes wrong, and what outlives a reload. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { answerWith, bubbles, launch, say, settled, type, visit, welcomed } from "./browser";

let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});

afterAll(() => browser.close());

/** Nobody trained any bot for this. */
const GIBBERISH = "xq zzvrk qpwo";

describe("a conversation", () => {
  test("begins with the bot's welcome and answers whatever is said", async () => {
    const { page, faults, sent } = await visit(browser);
    expect((await bubbles(page, "bot"))[0]).not.toBe("");
    await say(page, GIBBERISH);
    expect(await bubbles(page, "user")).toEqual([GIBBERISH]);
    expect((await bubbles(page, "bot")).length).toBeGreaterThan(1);
    expect(sent.map((body) => body.event ?? body.text)).toEqual(["start", GIBBERISH]);
    expect(new Set(sent.map(({ sessionID }) => sessionID)).size).toBe(1);
    expect(faults).toEqual([]);
  });

  test("outlives a reload, session and all", async () => {
    const { page, sent } = await visit(browser);
    await say(page, GIBBERISH);
    const before = await bubbles(page, "bot");
    await page.reload();
    await welcomed(page);
    expect(await bubbles(page, "user")).toEqual([GIBBERISH]);
    expect(await bubbles(page, "bot")).toEqual(before);
    await say(page, "again");
    expect(sent.map((body) => body.event ?? body.text)).toEqual(["start", GIBBERISH, "again"]);
    expect(new Set(sent.map(({ sessionID }) => sessionID)).size).toBe(1);
  });

  test("can be begun anew", async () => {
    const { page, sent } = await visit(browser);
    await say(page, GIBBERISH);
    await page.locator(".header .tool").last().click();
    await settled(page);
    expect(await bubbles(page, "user")).toEqual([]);
    expect(sent.at(-1)).toMatchObject({ event: "start" });
    expect(sent.at(-1)?.sessionID).not.toBe(sent[0]?.sessionID);
  });

  test("keeps the order of two quick messages", async () => {
    const { page, sent } = await visit(browser);
    await type(page, "first thing");
    await type(page, "second thing");
    await settled(page);
    expect(sent.slice(1).map(({ text }) => text)).toEqual(["first thing", "second thing"]);
    const order = await page
      .locator(".exchange")
      .evaluateAll((exchanges) =>
        exchanges.map(
          (it) => [...it.querySelectorAll(".bubble")].map((bubble) => bubble.className.includes("user"))[0],
        ),
      );
    expect(order).toEqual([false, true, true]);
  });
});

describe("the text box", () => {
  test("sends with Enter, not with Shift and Enter, not while a word is being composed, and not when blank", async () => {
    const { page, sent } = await visit(browser);
    const box = page.locator("#message");
    await box.press("Enter");
    await box.fill("   ");
    await box.press("Enter");
    await box.fill("one line");
    await box.press("Shift+Enter");
    await box.pressSequentially("another");
    await box.evaluate((element) => {
      const enter = { key: "Enter", bubbles: true, cancelable: true };
      element.dispatchEvent(new KeyboardEvent("keydown", { ...enter, isComposing: true }));
    });
    expect(await box.inputValue()).toBe("one line\nanother");
    expect(sent).toHaveLength(1);
    await box.press("Enter");
    await settled(page);
    expect(sent.at(-1)?.text).toBe("one line\nanother");
    expect(await box.inputValue()).toBe("");
  });

  test("grows with its text, up to a limit", async () => {
    const { page } = await visit(browser);
    const box = page.locator("#message");
    const height = () => box.evaluate((element) => element.getBoundingClientRect().height);
    const one = await height();
    await box.fill("a\nb\nc");
    const three = await height();
    await box.fill("a\n".repeat(200));
    expect(three).toBeGreaterThan(one);
    expect(await height()).toBeLessThan(300);
  });

  test("says by how much a message is too long", async () => {
    const { page, sent } = await visit(browser);
    await type(page, "x".repeat(4_099));
    expect(await page.locator("#excess").innerText()).toMatch(/3$/);
    expect(await page.locator(".composer__send").isDisabled()).toBe(true);
    expect(sent).toHaveLength(1);
    await page.locator("#message").fill("x".repeat(4_096));
    expect(await page.locator(".composer__send").isEnabled()).toBe(true);
  });
});

describe("what goes wrong", () => {
  async function failedTurn(page: Page, text: string): Promise<void> {
    await type(page, text);
    await page.locator(".failure").waitFor();
  }

  test("a lost connection is told, and the turn tried again under its id", async () => {
    const { page, sent } = await visit(browser);
    await page.route("**/core", (route) => route.abort());
    await failedTurn(page, GIBBERISH);
    await page.unroute("**/core");
    await page.locator(".failure__retry").click();
    await settled(page);
    expect(await page.locator(".failure").count()).toBe(0);
    expect(sent[2]).toEqual(sent[1]);
  });

  test("a turn that was pending when the page was left is sent after the reload, under its id", async () => {
    const { page, sent } = await visit(browser);
    let lost = true;
    // The route stays over the reload: taking it away would let the request that it holds go on.
    await page.route("**/core", (route) => (lost ? undefined : route.continue()));
    await type(page, GIBBERISH);
    await page.locator(".typing").waitFor();
    lost = false;
    await page.reload();
    await settled(page);
    expect(sent).toHaveLength(3);
    expect(sent[2]).toEqual(sent[1]);
  });

  test("a bot that is not ready is asked again by itself", async () => {
    const { page, sent } = await visit(browser);
    const restore = await answerWith(page, { message: "No brain is live yet." }, 503, { "retry-after": "1" });
    await failedTurn(page, GIBBERISH);
    expect(await page.locator(".failure__detail").innerText()).toBe("No brain is live yet.");
    await restore();
    await settled(page);
    expect(new Set(sent.slice(1).map(({ turnID }) => turnID)).size).toBe(1);
  });

  test.each([
    [400, "text holds control characters"],
    [401, "no token"],
    [413, "the body is over 5 MB"],
    [500, "an internal fault"],
  ])("status %i is told with the server's sentence, as words and not as HTML", async (status, message) => {
    const { page } = await visit(browser);
    await answerWith(page, { message: `${message} <img src=x>` }, status);
    await failedTurn(page, GIBBERISH);
    expect(await page.locator(".failure__detail").innerText()).toBe(`${message} <img src=x>`);
    expect(await page.locator(".failure__retry").count()).toBe(1);
  });

  test("the server's own refusal is shown", async () => {
    const { page } = await visit(browser);
    await type(page, "a\u0000b");
    await page.locator(".failure, .exchange:last-child .bubble--bot .html").first().waitFor();
    expect(await bubbles(page, "user")).toHaveLength(1);
  });
});

describe("answers of every shape", () => {
  /** The choices of the first answer; the welcome may have some of its own. */
  const CHOICES = ".exchange:has(.bubble--user):nth-child(-n + 3) .choices button";

  async function answered(body: object): Promise<Page> {
    const { page } = await visit(browser);
    const restore = await answerWith(page, body);
    await say(page, "anything");
    await restore();
    return page;
  }

  test("the buttons of an answer answer for the user, once", async () => {
    const text = 'Qual?<br><button value="economica">Econômica</button><button>Executiva</button>';
    const page = await answered({ conversation: { sync: { __proto__x: { ask: { text } } } } });
    const buttons = page.locator(CHOICES);
    expect(await buttons.evaluateAll((all) => all.map((it) => (it as HTMLButtonElement).disabled))).toEqual([
      false,
      false,
    ]);
    await buttons.first().press("Enter");
    await settled(page);
    expect(await bubbles(page, "user")).toEqual(["anything", "economica"]);
    expect(await buttons.evaluateAll((all) => all.map((it) => (it as HTMLButtonElement).disabled))).toEqual([
      true,
      true,
    ]);
    expect(await buttons.first().getAttribute("class")).toBe("chosen");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("message");
  });

  test("a button without a value says its label", async () => {
    const page = await answered({ text: "Qual? <button> Primeira classe </button>" });
    await page.locator(CHOICES).click();
    await settled(page);
    expect((await bubbles(page, "user")).at(-1)).toBe("Primeira classe");
  });

  test("rich lists and questions to clarify are buttons too, and typing something else closes them", async () => {
    const richResponseObject = { type: "simpleSquaredList", options: [{ text: "Small", value: "s" }] };
    const page = await answered({ text: "Size?", richResponseObject, clarify: [{ text: "Help me", value: "help" }] });
    expect(await page.locator(CHOICES).allInnerTexts()).toEqual(["Small", "Help me"]);
    await say(page, "something else");
    expect(await page.locator(CHOICES).first().isDisabled()).toBe(true);
  });

  test("the choices of an answer in several bubbles all stay open, also over a reload", async () => {
    const page = await answered({ said: [{ text: "<button>One</button>" }], text: "Or <button>Two</button>" });
    await page.reload();
    await welcomed(page);
    expect(await page.locator(`${CHOICES}:enabled`).allInnerTexts()).toEqual(["One", "Two"]);
  });

  test("HTML is shown, and what could do harm is not", async () => {
    const page = await answered({
      text: `<b>bold</b>< br />next<script>window.hurt = 1</script><img src="x" onerror="window.hurt = 2" alt="cat">
        <a href="javascript:window.hurt=3">bad</a> <a href="https://example.com">good</a><p style="position:fixed">p</p>`,
    });
    const html = page.locator(".exchange:last-child .html");
    expect(await html.locator("b, br, p").count()).toBe(3);
    expect(await html.locator("script, img, [style]").count()).toBe(0);
    expect(await html.locator("a[href]").evaluateAll((all) => all.map((it) => it.getAttribute("rel")))).toEqual([
      "noopener noreferrer",
    ]);
    expect(await page.evaluate(() => "hurt" in window)).toBe(false);
  });

  test.each([{}, { conversation: {} }, { errorMessage: "boom" }, { said: 3, conversation: { sync: [] } }])(
    "an answer with nothing to show (%j) says so",
    async (body) => {
      const page = await answered(body);
      expect((await bubbles(page, "bot")).at(-1)).not.toBe("");
    },
  );

  test("an expired session is told", async () => {
    const page = await answered({ text: "Hello again", sessionExpired: true, sessionID: "another" });
    expect(await page.locator(".note").count()).toBe(1);
  });
});
