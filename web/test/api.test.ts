import { afterEach, describe, expect, test, vi } from "vitest";

import type { Access } from "../src/access";
import { createApi, RequestFailed } from "../src/api";
import type { Failure } from "../src/conversation";
import type { CoreRequest, SpeechRequest } from "../src/protocol";

afterEach(() => {
  vi.unstubAllGlobals();
});

/** Somebody with these tokens, one after the other; null for a bot that asks for none. */
function access(...tokens: (string | null)[]): Access {
  const next = () => Promise.resolve(tokens.shift());
  return {
    get: () => ({ kind: tokens[0] === null ? "open" : "in", subject: "s", name: "" }),
    subscribe: () => () => undefined,
    begin: () => Promise.resolve(),
    signIn: () => Promise.resolve(),
    signOut: () => Promise.resolve(),
    token: next,
    renewed: async () => (await next()) ?? undefined,
    refused: () => undefined,
  };
}

const api = {
  send: (request: CoreRequest) => createApi(access(null)).send(request),
  client: () => createApi(access(null)).client(),
  speak: (request: SpeechRequest) => createApi(access(null)).speak(request),
};

function serverAnswers(body: string, init: ResponseInit = {}) {
  const fetch = vi.fn<(path: string, init: { body?: string }) => Promise<Response>>();
  fetch.mockResolvedValue(new Response(body, init));
  vi.stubGlobal("fetch", fetch);
  return fetch;
}

async function failureOfTurn(): Promise<Failure> {
  const error: unknown = await api.send({ text: "hi", sessionID: "s", turnID: "t" }).catch((error: unknown) => error);
  if (!(error instanceof RequestFailed)) throw new Error("the turn did not fail");
  return error.failure;
}

test("a turn is posted as JSON beside the page", async () => {
  const fetch = serverAnswers('{"text":"hello"}');
  const reply = await api.send({ text: "hi", sessionID: "s", turnID: "t" });
  expect(reply.sayings[0]?.text).toBe("hello");
  const [path, init] = fetch.mock.calls[0] ?? [];
  expect(path).toBe("core");
  expect(init).toMatchObject({ method: "POST", headers: { "content-type": "application/json" } });
  expect(JSON.parse(init?.body ?? "")).toEqual({ text: "hi", sessionID: "s", turnID: "t" });
});

describe("tokens", () => {
  const TURN: CoreRequest = { text: "hi", sessionID: "s", turnID: "t" };

  /** A server that takes one token; what it was sent. */
  function serverTakes(token: string) {
    const sent: (string | null)[] = [];
    const fetch = (_path: string, init: RequestInit) => {
      const header = new Headers(init.headers).get("authorization");
      sent.push(header);
      const fine = header === `Bearer ${token}`;
      return Promise.resolve(
        new Response(fine ? '{"text":"hello"}' : '{"message":"No."}', { status: fine ? 200 : 401 }),
      );
    };
    vi.stubGlobal("fetch", fetch);
    return sent;
  }

  test("a token goes with everything that is said, and not with the settings", async () => {
    const sent = serverTakes("a");
    const reply = await createApi(access("a")).send(TURN);
    expect(reply.sayings[0]?.text).toBe("hello");
    await createApi(access("a")).speak({ text: "hi" });
    await createApi(access("a"))
      .client()
      .catch(() => undefined);
    expect(sent).toEqual(["Bearer a", "Bearer a", null]);
  });

  test("a token that is refused is renewed once; where that is refused too, it is time to sign in again", async () => {
    const sent = serverTakes("b");
    const refused = vi.fn();
    await createApi({ ...access("a", "b"), refused }).send(TURN);
    expect(sent).toEqual(["Bearer a", "Bearer b"]);
    expect(refused).not.toHaveBeenCalled();
    await expect(createApi({ ...access("x", "y", "z"), refused }).send(TURN)).rejects.toMatchObject({
      failure: { kind: "unauthorised" },
    });
    expect(sent).toHaveLength(4);
    expect(refused).toHaveBeenCalledOnce();
  });

  test("an issuer out of reach is a lost connection, and no reason to sign in again", async () => {
    const sent = serverTakes("a");
    const away = { ...access("x"), renewed: () => Promise.reject(new TypeError("Failed to fetch")) };
    await expect(createApi(away).send(TURN)).rejects.toMatchObject({ failure: { kind: "offline" } });
    const asleep = { ...away, token: () => Promise.reject(new TypeError("Failed to fetch")) };
    await expect(createApi(asleep).send(TURN)).rejects.toMatchObject({ failure: { kind: "offline" } });
    expect(sent).toEqual(["Bearer x"]);
  });

  test("without a token nothing is sent", async () => {
    const sent = serverTakes("a");
    await expect(createApi(access()).send(TURN)).rejects.toMatchObject({ failure: { kind: "unauthorised" } });
    expect(sent).toEqual([]);
  });
});

describe("failures", () => {
  test.each([
    [400, "refused"],
    [401, "unauthorised"],
    [403, "unauthorised"],
    [404, "refused"],
    [413, "tooLarge"],
    [429, "busy"],
    [500, "server"],
    [502, "server"],
    [503, "busy"],
    [504, "timeout"],
  ])("status %i is %s", async (status, kind) => {
    serverAnswers('{"message":"A sentence."}', { status });
    expect(await failureOfTurn()).toEqual({ kind, message: "A sentence.", retryAfter: null });
  });

  test("the server's wish to wait is kept", async () => {
    serverAnswers('{"message":"Not yet."}', { status: 503, headers: { "retry-after": "2" } });
    expect((await failureOfTurn()).retryAfter).toBe(2);
  });

  test("who has used up the day's quota is told so once, and not of a moment", async () => {
    serverAnswers('{"message":"Write again tomorrow."}', { status: 429, headers: { "retry-after": "43200" } });
    expect(await failureOfTurn()).toEqual({ kind: "usedUp", message: null, retryAfter: 43200 });
  });

  test("a proxy's page has no sentence", async () => {
    serverAnswers("<html>Bad gateway</html>", { status: 502 });
    expect(await failureOfTurn()).toEqual({ kind: "server", message: null, retryAfter: null });
  });

  test("an answer that is no JSON is unreadable", async () => {
    serverAnswers("<html>Sign in</html>");
    expect((await failureOfTurn()).kind).toBe("unreadable");
  });

  test("no connection and no answer in time are told apart", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
    expect((await failureOfTurn()).kind).toBe("offline");
    vi.stubGlobal("fetch", () => Promise.reject(new DOMException("too late", "TimeoutError")));
    expect((await failureOfTurn()).kind).toBe("timeout");
  });
});

test("sound that is not to be had is silence", async () => {
  serverAnswers('{"text":"hi"}');
  expect(await api.speak({ text: "hi" })).toBeNull();
  serverAnswers("{}", { status: 500 });
  expect(await api.speak({ text: "hi" })).toBeNull();
  serverAnswers('{"text":"hi","binary":"UklGRg==","contentType":"audio/wav"}');
  expect(await api.speak({ text: "hi" })).toEqual({ base64: "UklGRg==", contentType: "audio/wav" });
});
