import { describe, expect, test } from "vitest";

import { createAccess } from "../src/access";
import { type Api, RequestFailed } from "../src/api";
import { type Client, PLAIN } from "../src/client";
import type { Conversation, FailureKind } from "../src/conversation";
import { type CoreRequest, readReply } from "../src/protocol";
import { createStore } from "../src/store";

type Outcome = { text: string } | FailureKind;

function fault(kind: FailureKind): RequestFailed {
  return new RequestFailed({ kind, message: null, retryAfter: kind === "busy" ? 2 : null });
}

/** A page around a store, whose server answers as it is told to; timers fire when the test says so. */
function page(saved: Conversation | null = null) {
  const sent: CoreRequest[] = [];
  const outcomes: Outcome[] = [];
  const timers: { milliseconds: number; action: () => void }[] = [];
  const heard: string[] = [];
  const clients: (Client | FailureKind)[] = [{ ...PLAIN, name: "Bot", language: "pt-BR", welcome: "Olá!" }];
  let stored = saved;
  let ids = 0;
  let under = 0;
  let most = 0;
  const api: Api = {
    async send(request) {
      sent.push(request);
      most = Math.max(most, ++under);
      await Promise.resolve();
      under--;
      const outcome = outcomes.shift() ?? { text: "text" in request ? `re: ${request.text}` : "Welcome!" };
      if (typeof outcome !== "string") return readReply(outcome);
      throw fault(outcome);
    },
    client: () => {
      const client = (clients.length > 1 ? clients.shift() : clients[0]) ?? PLAIN;
      return typeof client === "string" ? Promise.reject(fault(client)) : Promise.resolve(client);
    },
    speak: () => Promise.resolve(null),
  };
  const access = createAccess(() => Promise.reject(new Error("nobody signs in here")));
  const store = createStore({
    api,
    access,
    storage: {
      owner: () => "",
      own: () => undefined,
      load: () => stored,
      save: (conversation) => {
        stored = conversation;
      },
    },
    now: () => 1_000,
    newID: () => `id-${++ids}`,
    after: (milliseconds, action) => timers.push({ milliseconds, action }),
    heard: (sayings) => heard.push(...sayings.map(({ speech }) => speech)),
  });
  const settled = () => new Promise((resolve) => setTimeout(resolve, 0));
  const shown = () =>
    store
      .get()
      .conversation.exchanges.map(({ text, state, answer, failure }) => [
        text,
        failure?.kind ?? answer?.sayings.map((saying) => saying.text).join() ?? state,
      ]);
  return {
    store,
    access,
    sent,
    outcomes,
    timers,
    heard,
    clients,
    settled,
    shown,
    stored: () => stored,
    most: () => most,
  };
}

/** A page whose bot has said its welcome; what is sent and shown from then on. */
async function begun() {
  const it = page();
  await it.store.start();
  await it.settled();
  it.sent.length = 0;
  return { ...it, shown: () => it.shown().slice(1) };
}

describe("the beginning", () => {
  test("the bot is asked for its welcome, in its language", async () => {
    const { store, sent, shown, settled, heard } = page();
    await store.start();
    await settled();
    expect(sent).toEqual([{ event: "start", sessionID: "id-1", turnID: "id-2", lang: "pt-BR" }]);
    expect(shown()).toEqual([[null, "Welcome!"]]);
    expect(heard).toEqual(["Welcome!"]);
    expect(store.get()).toMatchObject({ ready: true, client: { name: "Bot" } });
  });

  test.each(["offline", "refused", "server", "unauthorised"] as const)(
    "the welcome of the settings serves where the bot cannot be asked (%s)",
    async (kind) => {
      const { store, outcomes, shown, settled } = page();
      outcomes.push(kind);
      await store.start();
      await settled();
      expect(shown()).toEqual([[null, "Olá!"]]);
    },
  );

  test("what is said before the settings are known waits for them", async () => {
    const { store, sent, settled } = page();
    store.send("early");
    await settled();
    expect(sent).toEqual([]);
    await store.start();
    await settled();
    expect(sent).toEqual([{ text: "early", sessionID: "id-1", turnID: "id-2", lang: "pt-BR" }]);
  });

  test("the page waits for the first brain", async () => {
    const { store, clients, timers, settled, shown } = page();
    clients.unshift({ ...PLAIN, live: false });
    const started = store.start();
    await settled();
    expect(store.get().ready).toBe(false);
    expect(timers.map(({ milliseconds }) => milliseconds)).toEqual([1_000]);
    timers.shift()?.action();
    await started;
    await settled();
    expect(shown()).toEqual([[null, "Welcome!"]]);
  });
});

describe("settings", () => {
  test.each(["offline", "timeout", "server", "unauthorised", "unreadable", "busy"] as const)(
    "that cannot be had (%s) do not open the page to everybody: they are asked for again",
    async (kind) => {
      const { store, access, clients, timers, settled, sent } = page();
      clients.unshift(kind, kind);
      const started = store.start();
      await settled();
      expect(store.get()).toMatchObject({ ready: false, trouble: { kind } });
      expect(access.get().kind).toBe("checking");
      timers.shift()?.action();
      await settled();
      expect(timers.map(({ milliseconds }) => milliseconds)).toEqual([kind === "busy" ? 2_000 : 6_000]);
      expect(sent).toEqual([]);
      timers.shift()?.action();
      await started;
      await settled();
      expect(store.get()).toMatchObject({ ready: true, trouble: null, client: { name: "Bot" } });
      expect(sent).toHaveLength(1);
    },
  );

  test("are asked for at once when there is a connection again", async () => {
    const { store, clients, settled } = page();
    clients.unshift("offline");
    void store.start();
    await settled();
    store.resume();
    await settled();
    expect(store.get()).toMatchObject({ ready: true, client: { name: "Bot" } });
  });

  test("that a bot does not have are the page's own", async () => {
    const { store, access, clients } = page();
    clients.splice(0, 1, "refused");
    await store.start();
    expect(store.get()).toMatchObject({ ready: true, client: PLAIN });
    expect(access.get().kind).toBe("open");
  });

  test("of a bot without a brain keep nobody from writing for long, and are read again once it answers", async () => {
    const { store, clients, timers, settled } = page();
    const live = clients[0];
    clients.splice(0, 1, { ...PLAIN, live: false });
    const started = store.start();
    for (let round = 0; round < 4; round++) {
      await settled();
      expect(store.get().ready).toBe(false);
      timers.shift()?.action();
    }
    if (live !== undefined) clients.push(live);
    await started;
    expect(store.get()).toMatchObject({ ready: true, client: { live: false } });
    await settled();
    expect(store.get()).toMatchObject({ client: { live: true, name: "Bot" } });
  });
});

describe("talking", () => {
  test("what is blank is not said", async () => {
    const { store, sent } = await begun();
    store.send("  \n ");
    expect(sent).toEqual([]);
  });

  test("quick messages go one after the other, in order", async () => {
    const { store, sent, most, shown, settled } = await begun();
    for (const text of ["one", " two ", "three"]) store.send(text);
    expect(shown().map(([, state]) => state)).toEqual(["sending", "queued", "queued"]);
    await settled();
    expect(sent.map((request) => "text" in request && request.text)).toEqual(["one", "two", "three"]);
    expect(most()).toBe(1);
    expect(shown().map(([, answer]) => answer)).toEqual(["re: one", "re: two", "re: three"]);
  });

  test("every change is saved before the answer comes", async () => {
    const { store, stored } = await begun();
    store.send("hello");
    expect(stored()?.exchanges.at(-1)).toMatchObject({ text: "hello", state: "sending" });
  });

  test("a new conversation has a new session and a new welcome", async () => {
    const { store, sent, settled } = await begun();
    store.send("hello");
    store.restart();
    await settled();
    expect(sent.map((body) => ["text" in body ? body.text : body.event, body.sessionID])).toEqual([
      ["hello", "id-1"],
      ["start", "id-4"],
    ]);
    expect(store.get().conversation.exchanges.map(({ text }) => text)).toEqual([null]);
  });
});

describe("failures", () => {
  test.each(["offline", "timeout", "server", "unauthorised", "refused", "tooLarge", "unreadable"] as const)(
    "a turn that failed (%s) is tried again under the same id",
    async (kind) => {
      const { store, sent, outcomes, shown, settled } = await begun();
      outcomes.push(kind);
      store.send("hello");
      await settled();
      expect(shown()).toEqual([["hello", kind]]);
      store.retry(sent[0]?.turnID ?? "");
      await settled();
      expect(shown()).toEqual([["hello", "re: hello"]]);
      expect(sent[1]).toEqual(sent[0]);
    },
  );

  test("a server that is not ready is asked again after the time it names", async () => {
    const { store, sent, outcomes, timers, shown, settled } = await begun();
    outcomes.push("busy");
    store.send("hello");
    await settled();
    expect(shown()).toEqual([["hello", "busy"]]);
    expect(timers.map(({ milliseconds }) => milliseconds)).toEqual([2_000]);
    timers.shift()?.action();
    await settled();
    expect(shown()).toEqual([["hello", "re: hello"]]);
    expect(new Set(sent.map(({ turnID }) => turnID)).size).toBe(1);
  });

  test("a server that never gets ready is not asked for ever", async () => {
    const { store, sent, outcomes, timers, settled } = await begun();
    outcomes.push(...Array.from({ length: 100 }, () => "busy" as const));
    store.send("hello");
    for (let round = 0; round < 100; round++) {
      await settled();
      timers.shift()?.action();
    }
    expect(sent).toHaveLength(20);
  });

  test("the timer of a turn that was tried by hand does nothing more", async () => {
    const { store, sent, outcomes, timers, settled } = await begun();
    outcomes.push("busy");
    store.send("hello");
    await settled();
    store.retry(sent[0]?.turnID ?? "");
    await settled();
    timers.shift()?.action();
    await settled();
    expect(sent).toHaveLength(2);
  });

  test("a connection that comes back sends what was lost and what waited behind it", async () => {
    const { store, outcomes, shown, settled } = await begun();
    outcomes.push("offline");
    store.send("one");
    await settled();
    store.resume();
    store.send("two");
    await settled();
    expect(shown()).toEqual([
      ["one", "re: one"],
      ["two", "re: two"],
    ]);
  });
});

test("a reload goes on with the same session and sends what was pending under its id", async () => {
  const before = page();
  await before.store.start();
  await before.settled();
  before.store.send("lost");
  const saved = before.stored();
  const after = page(
    saved && { ...saved, exchanges: saved.exchanges.map((it) => (it.answer ? it : { ...it, state: "queued" })) },
  );
  await after.store.start();
  await after.settled();
  expect(after.sent.map(({ sessionID, turnID }) => [sessionID, turnID])).toEqual([["id-1", "id-3"]]);
  expect(after.shown()).toEqual([
    [null, "Welcome!"],
    ["lost", "re: lost"],
  ]);
});
