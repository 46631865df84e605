/** Signing in with a real provider, and a bot that verifies its tokens. */
import { createSign, generateKeyPairSync, type KeyObject, createPrivateKey } from "node:crypto";

import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { accessibilityFaults, BOT_URL, bubbles, launch, picture, say, settled, SIZES, type, welcomed } from "./browser";

const ISSUER = process.env.OIDC_ISSUER ?? "";
const KEY = JSON.parse(process.env.OIDC_KEY ?? "{}") as Record<string, unknown> & { kid: string };
const TOKEN_SECONDS = Number(process.env.OIDC_TOKEN_SECONDS);

let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});

afterAll(() => browser.close());

/** The page of somebody who has not signed in, and the tokens and sessions that it sends. */
async function arrived(options: BrowserContextOptions = {}) {
  const context = await browser.newContext({ locale: "en-US", viewport: SIZES.desktop, ...options });
  const page = await context.newPage();
  const faults: string[] = [];
  const tokens: string[] = [];
  const sessions: string[] = [];
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("console", (message) => {
    if (/content security policy|trusted/i.test(message.text())) faults.push(message.text());
  });
  page.on("request", (request) => {
    if (!request.url().endsWith("/core")) return;
    tokens.push((request.headers().authorization ?? "").replace("Bearer ", ""));
    sessions.push((request.postDataJSON() as { sessionID: string }).sessionID);
  });
  await page.goto(BOT_URL);
  await page.locator(".sign-in__button").waitFor();
  return { page, context, faults, tokens, sessions };
}

/** Goes through the provider's pages. */
async function signIn(page: Page, login: string): Promise<void> {
  await page.locator(".sign-in__button").click();
  await page.locator("input[name=login]").fill(login);
  await page.locator("input[name=password]").fill("any");
  await page.locator("button[type=submit]").click();
  await page.locator("form [type=submit]").click(); // What the page will know of them.
  await welcomed(page);
}

async function signedIn(login: string, options: BrowserContextOptions = {}) {
  const it = await arrived(options);
  await signIn(it.page, login);
  return it;
}

/** A token with these claims, signed with the provider's key or another. */
function token(claims: object, key: KeyObject = createPrivateKey({ key: KEY, format: "jwk" })): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const message = `${part({ alg: "RS256", typ: "JWT", kid: KEY.kid })}.${part(claims)}`;
  return `${message}.${createSign("RSA-SHA256").update(message).sign(key, "base64url")}`;
}

function claims(change: object = {}) {
  const now = Math.floor(Date.now() / 1000);
  return { iss: ISSUER, aud: "page", sub: "ana", iat: now - 60, exp: now + 60, ...change };
}

/** Says something to the bot without any page. */
async function core(authorization: string | null, body: object = { text: "hello" }): Promise<[number, unknown]> {
  const headers = { "content-type": "application/json", ...(authorization === null ? {} : { authorization }) };
  const response = await fetch(`${BOT_URL}/core`, { method: "POST", headers, body: JSON.stringify(body) });
  return [response.status, await response.json()];
}

describe("somebody", () => {
  test("signs in, is greeted by name, and is answered", async () => {
    const { page, faults } = await arrived();
    expect(await page.locator("#message").count()).toBe(0);
    expect(await page.locator(".conversation__time").count()).toBe(0);
    await picture(page, "signed-out-desktop");
    expect(await accessibilityFaults(page)).toEqual([]);
    await signIn(page, "ana");
    expect((await bubbles(page, "bot"))[0]).toContain("Ana");
    expect(await page.locator(".account__name").innerText()).toContain("Ana");
    expect(new URL(page.url()).search).toBe("");
    expect(await page.locator(".conversation__time").count()).toBe(1);
    await say(page, "xq zzvrk qpwo");
    expect((await bubbles(page, "bot")).length).toBe(2);
    await picture(page, "signed-in-desktop"); // At rest, too, for the next look.
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(faults).toEqual([]);
  });

  test("signs in again where the provider renews all but the token that the bot takes", async () => {
    const { page } = await signedIn("ana");
    await page.route(`${ISSUER}/token`, async (route) => {
      const response = await route.fetch();
      const { id_token, ...rest } = (await response.json()) as Record<string, unknown>;
      expect(id_token).toBeTypeOf("string");
      await route.fulfill({ response, json: rest });
    });
    await page.waitForTimeout(TOKEN_SECONDS * 1000);
    await type(page, "hello");
    await page.locator('.sign-in[data-state="ended"] .sign-in__button').waitFor();
  });

  test("is still signed in after a reload", async () => {
    const { page, sessions } = await signedIn("ana");
    await say(page, "hello");
    await page.reload();
    await page.locator(".account__name").waitFor();
    expect(await bubbles(page, "user")).toEqual(["hello"]);
    await say(page, "again");
    expect(new Set(sessions).size).toBe(1);
  });

  test("is not disturbed when the token ends: the next message goes with a new one", async () => {
    const { page, tokens } = await signedIn("ana");
    await page.waitForTimeout(TOKEN_SECONDS * 1000);
    await say(page, "hello");
    expect(await page.locator(".sign-in__button").count()).toBe(0);
    expect(await bubbles(page, "user")).toEqual(["hello"]);
    const [first, last] = [tokens[0] ?? "", tokens.at(-1) ?? ""];
    expect(last).not.toBe(first);
    // A token still holds in the second in which it ends.
    await expect.poll(async () => (await core(`Bearer ${first}`))[0], { timeout: 3_000 }).toBe(401);
    expect((await core(`Bearer ${last}`))[0]).toBe(200);
  });

  test("signs in again where no new token is to be had, and loses nothing that was written", async () => {
    const { page, sessions } = await signedIn("ana");
    await say(page, "first");
    await page.route(`${ISSUER}/token`, (route) => route.fulfill({ status: 400, json: { error: "invalid_grant" } }));
    await page.waitForTimeout(TOKEN_SECONDS * 1000);
    await type(page, "second");
    await page.locator('.sign-in[data-state="ended"]').waitFor();
    await page.locator("#message").fill("not sent yet");
    await picture(page, "ended-desktop");
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.unroute(`${ISSUER}/token`);
    await page.locator(".sign-in__button").click(); // The provider still knows who it is.
    await page.locator(".account__name").waitFor();
    await settled(page);
    expect(await bubbles(page, "user")).toEqual(["first", "second"]);
    expect(await page.locator("#message").inputValue()).toBe("not sent yet");
    expect(new Set(sessions).size).toBe(1);
  });

  test("signs out, here and at the provider, and takes the conversation along", async () => {
    const { page } = await signedIn("ana");
    await say(page, "my secret");
    await page.locator(".account .tool").click();
    await page.locator("button[value=yes]").click(); // The provider asks whether that is meant.
    await page.locator('.sign-in[data-state="out"]').waitFor();
    expect(await bubbles(page, "user")).toEqual([]);
    expect(await page.evaluate(() => JSON.stringify(sessionStorage))).not.toContain("secret");
    await signIn(page, "bob"); // Asked anew who it is.
    expect((await bubbles(page, "bot"))[0]).toContain("Bob");
    expect(await bubbles(page, "user")).toEqual([]);
  });

  test("who changes their mind at the provider is told, and may try again", async () => {
    const { page } = await arrived({ viewport: SIZES.phone });
    await picture(page, "signed-out-phone");
    await page.locator(".sign-in__button").click();
    await page.locator("input[name=login]").waitFor();
    await page.locator("a", { hasText: /cancel/i }).click();
    await page.locator('.sign-in[data-state="failed"]').waitFor();
    expect(await page.locator(".sign-in__sentence").innerText()).not.toBe("");
    await picture(page, "sign-in-failed-phone");
    expect(await accessibilityFaults(page)).toEqual([]);
    await signIn(page, "ana");
    expect((await bubbles(page, "bot"))[0]).toContain("Ana");
    await say(page, "hello");
    await picture(page, "signed-in-phone");
  });

  test("is not let in without a word where the bot's settings cannot be read for a moment", async () => {
    const context = await browser.newContext({ locale: "en-US", viewport: SIZES.desktop });
    const page = await context.newPage();
    await page.route("**/client.json", (route) => route.abort());
    await page.goto(BOT_URL);
    await page.locator(".intro__trouble .failure").waitFor();
    expect(await page.locator(".bubble").count()).toBe(0);
    await picture(page, "settings-unreachable-desktop");
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.unroute("**/client.json");
    await page.locator(".failure__retry").click();
    await page.locator(".sign-in__button").waitFor();
    expect(await page.locator(".intro__trouble .failure").count()).toBe(0);
  });

  test("is told where the provider cannot be reached", async () => {
    const { page } = await arrived();
    await page.route(`${ISSUER}/**`, (route) => route.abort());
    await page.locator(".sign-in__button").click();
    await page.locator('.sign-in[data-state="failed"]').waitFor();
  });
});

describe("the bot", () => {
  test("takes a token that holds", async () => {
    const [status, answer] = await core(`Bearer ${token(claims())}`);
    expect(status).toBe(200);
    expect(answer).toMatchObject({ userInfo: { sub: "ana" } });
  });

  const stranger = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
  const genuine = () => token(claims()).split(".");
  test.each<[string, () => string | null]>([
    ["no token", () => null],
    ["one that is none", () => "Bearer x"],
    ["one signed by another key", () => `Bearer ${token(claims(), stranger)}`],
    [
      "one with other claims than were signed",
      () => {
        const [head, , signature] = genuine();
        return `Bearer ${head}.${Buffer.from(JSON.stringify(claims({ sub: "mallory" }))).toString("base64url")}.${signature}`;
      },
    ],
    ["one that has expired", () => `Bearer ${token(claims({ exp: Math.floor(Date.now() / 1000) - 1 }))}`],
    ["one for somebody else", () => `Bearer ${token(claims({ aud: "another page" }))}`],
    ["one of another issuer", () => `Bearer ${token(claims({ iss: "http://localhost:1" }))}`],
  ])("does not take %s, whatever the body says", async (_name, authorization) => {
    for (const path of ["core", "services/polly", "feedback", "uploads"]) {
      const header = authorization();
      const headers = { "content-type": "application/json", ...(header === null ? {} : { authorization: header }) };
      const body = JSON.stringify({ text: "hello", userInfo: { sub: "ana" }, sub: "ana" });
      expect((await fetch(`${BOT_URL}/${path}`, { method: "POST", headers, body })).status, path).toBe(401);
    }
  });

  test("tells everybody how to sign in, and nothing else without a token", async () => {
    const client = (await (await fetch(`${BOT_URL}/client.json`)).json()) as { oidc: unknown };
    expect(client.oidc).toEqual({ issuer: ISSUER, clientId: "page", scope: "openid profile email" });
  });

  test("does not let anybody go on with another's session", async () => {
    const [ana, bob] = ["ana", "bob"].map((sub) => `Bearer ${token(claims({ sub }))}`);
    const said = async (who: string | undefined, text: string) =>
      (await core(who ?? "", { text, sessionID: "one-session" }))[1] as Record<string, unknown>;
    const asked = await said(ana, "I want to leave feedback");
    expect(asked.conversation).toBeDefined();
    expect((await said(bob, "xq zzvrk")).conversation).toBeUndefined();
    expect((await said(ana, "Ana")).conversation).toBeDefined();
  });
});
