import { describe, expect, test } from "vitest";

import { type AccessState, createAccess } from "../src/access";
import { type Api, RequestFailed } from "../src/api";
import { type Oidc, PLAIN } from "../src/client";
import type { Conversation } from "../src/conversation";
import type { Person, Session } from "../src/oidc";
import { type CoreRequest, readReply } from "../src/protocol";
import { createStore } from "../src/store";

const OIDC: Oidc = { issuer: "https://issuer.example", clientId: "page", scope: "openid", signInUrl: "" };
const ANA: Person = { subject: "ana", name: "Ana" };

/** An issuer's session as a test wants it. */
function session(change: Partial<Session> = {}): Session {
  const done = () => Promise.resolve();
  return {
    enter: () => Promise.resolve(ANA),
    leaveToSignIn: () => new Promise(() => undefined),
    leaveToSignOut: done,
    token: () => Promise.resolve("token"),
    renew: () => Promise.resolve("renewed"),
    ...change,
  };
}

/** An access, and every state that it went through. */
function watched(change: Partial<Session> = {}) {
  const access = createAccess(() => Promise.resolve(session(change)));
  const states: AccessState["kind"][] = [access.get().kind];
  access.subscribe(() => states.push(access.get().kind));
  return { access, states };
}

describe("coming in", () => {
  test("nobody signs in where no issuer is named, and nothing of it is loaded", async () => {
    const access = createAccess(() => Promise.reject(new Error("loaded")));
    await access.begin(null);
    expect(access.get()).toEqual({ kind: "open" });
    expect(await access.token()).toBeNull();
  });

  test("whom the issuer vouches for is in", async () => {
    const { access } = watched();
    await access.begin(OIDC);
    expect(access.get()).toEqual({ kind: "in", ...ANA });
    expect(await access.token()).toBe("token");
  });

  test("nobody is in before they have signed in", async () => {
    const { access } = watched({ enter: () => Promise.resolve(null) });
    await access.begin(OIDC);
    expect(access.get()).toEqual({ kind: "out" });
    expect(await access.token()).toBeUndefined();
  });

  test("an issuer that refuses or is out of reach can be tried again", async () => {
    const { access, states } = watched({ enter: () => Promise.reject(new Error("access_denied")) });
    await access.begin(OIDC);
    void access.signIn();
    await Promise.resolve();
    expect(states).toEqual(["checking", "failed", "checking"]);
    const unreachable = watched({ leaveToSignIn: () => Promise.reject(new Error("offline")) });
    await unreachable.access.begin(OIDC);
    await unreachable.access.signIn();
    expect(unreachable.access.get().kind).toBe("failed");
  });

  test("whoever signs out is out, whatever the issuer says", async () => {
    const { access, states } = watched();
    await access.begin(OIDC);
    await access.signOut();
    expect(states).toEqual(["checking", "in", "leaving", "out"]);
    const stuck = watched({ leaveToSignOut: () => Promise.reject(new Error("no storage")) });
    await stuck.access.begin(OIDC);
    await expect(stuck.access.signOut()).rejects.toThrow("no storage");
    expect(stuck.access.get().kind).toBe("out");
  });
});

describe("tokens", () => {
  test("one that is about to end is renewed, once for all that ask at the same time", async () => {
    let renewals = 0;
    const renew = () => {
      renewals++;
      return Promise.resolve("renewed");
    };
    const { access } = watched({ token: () => Promise.resolve(null), renew });
    await access.begin(OIDC);
    expect(await Promise.all([access.token(), access.token(), access.renewed()])).toEqual(Array(3).fill("renewed"));
    expect(renewals).toBe(1);
    await access.token();
    expect(renewals).toBe(2);
  });

  test("an issuer that cannot be reached ends nothing", async () => {
    const renew = () => Promise.reject(new TypeError("Failed to fetch"));
    const { access } = watched({ token: () => Promise.resolve(null), renew });
    await access.begin(OIDC);
    await expect(access.token()).rejects.toThrow("Failed to fetch");
    expect(access.get().kind).toBe("in");
  });

  test("one that the server refuses though it is new ends the session", async () => {
    const { access } = watched();
    access.refused();
    expect(access.get().kind).toBe("checking");
    await access.begin(OIDC);
    access.refused();
    expect(access.get().kind).toBe("ended");
  });

  test("one that cannot be renewed ends the session", async () => {
    const { access } = watched({ token: () => Promise.resolve(null), renew: () => Promise.resolve(null) });
    await access.begin(OIDC);
    expect(await access.token()).toBeUndefined();
    expect(access.get().kind).toBe("ended");
  });
});

describe("the conversation", () => {
  /** A page that was left by `owner` in the middle of this conversation, and is `person`'s now. */
  function page(owner: string, person: Person | null, saved: Conversation | null) {
    const sent: CoreRequest[] = [];
    let ids = 0;
    let owned = owner;
    const { access } = watched({ enter: () => Promise.resolve(person) });
    const api: Api = {
      send: (request) => {
        sent.push(request);
        return Promise.resolve(readReply({ text: "Hi!" }));
      },
      client: () => Promise.resolve({ ...PLAIN, oidc: OIDC }),
      speak: () => Promise.reject(new RequestFailed({ kind: "offline", message: null, retryAfter: null })),
    };
    const own = (subject: string) => {
      owned = subject;
    };
    const storage = { load: () => saved, save: () => undefined, owner: () => owned, own };
    const newID = () => `id-${++ids}`;
    const store = createStore({
      ...{ api, access, storage, newID },
      now: () => 1_000,
      after: () => undefined,
      heard: () => undefined,
    });
    return { store, access, sent, owner: () => owned };
  }

  const SAVED: Conversation = {
    sessionID: "saved",
    exchanges: [
      { id: "lost", text: "my secret", askedAt: 1, state: "queued", attempts: 0, failure: null, answer: null },
    ],
  };

  test("waits for somebody to sign in", async () => {
    const { store, sent } = page("", null, null);
    await store.start();
    store.send("hello");
    expect(sent).toEqual([]);
  });

  test("goes on with what was under way when the same person comes back", async () => {
    const { store, sent } = page("ana", ANA, SAVED);
    await store.start();
    expect(sent).toEqual([{ text: "my secret", sessionID: "saved", turnID: "lost" }]);
  });

  test("of somebody else is neither shown nor sent", async () => {
    const { store, sent, owner } = page("bob", ANA, SAVED);
    await store.start();
    expect(sent.map(({ sessionID }) => sessionID)).not.toContain("saved");
    expect(store.get().conversation.exchanges.map(({ text }) => text)).toEqual([null]);
    expect(owner()).toBe("ana");
  });

  test("goes with whoever signs out", async () => {
    const { store, access, owner } = page("ana", ANA, SAVED);
    await store.start();
    await store.signOut();
    expect(store.get().conversation.exchanges).toEqual([]);
    expect([access.get().kind, owner()]).toEqual(["out", ""]);
  });
});
