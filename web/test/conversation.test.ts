import { describe, expect, test } from "vitest";

import {
  type Conversation,
  type Event,
  type FailureKind,
  isOpen,
  isWaiting,
  MAX_EXCHANGES,
  nextToSend,
  readConversation,
  reduce,
} from "../src/conversation";
import { readReply } from "../src/protocol";

const EMPTY: Conversation = { sessionID: "s", exchanges: [] };

const asked = (id: string, text: string | null = id): Event => ({ type: "asked", id, text, at: 1 });
const sending = (id: string): Event => ({ type: "sending", id });
const answered = (id: string, body: unknown = { text: `re: ${id}` }): Event => ({
  type: "answered",
  id,
  reply: readReply(body),
  at: 2,
});
const failed = (id: string, kind: FailureKind): Event => ({
  type: "failed",
  id,
  failure: { kind, message: null, retryAfter: null },
});

function after(...events: Event[]): Conversation {
  return events.reduce(reduce, EMPTY);
}

function states(conversation: Conversation): string[] {
  return conversation.exchanges.map(({ id, state }) => `${id} ${state}`);
}

describe("the order of sending", () => {
  test("one turn is under way at a time, in the order of asking", () => {
    const two = after(asked("a"), asked("b"));
    expect(nextToSend(two)?.id).toBe("a");
    const underWay = reduce(two, sending("a"));
    expect(isWaiting(underWay)).toBe(true);
    expect(nextToSend(underWay)).toBeNull();
    const done = reduce(underWay, answered("a"));
    expect(nextToSend(done)?.id).toBe("b");
    expect(isWaiting(done)).toBe(false);
  });

  test("a turn that was lost holds up those behind it until it is tried again", () => {
    const lost = after(asked("a"), asked("b"), sending("a"), failed("a", "offline"));
    expect(nextToSend(lost)).toBeNull();
    expect(nextToSend(reduce(lost, { type: "retried", id: "a" }))?.id).toBe("a");
  });

  test("saying something more tries the lost turn again first, under its id", () => {
    const more = after(asked("a"), sending("a"), failed("a", "server"), asked("b"));
    expect(states(more)).toEqual(["a queued", "b queued"]);
    expect(nextToSend(more)?.id).toBe("a");
  });

  test.each(["refused", "tooLarge"] as const)("a turn that was %s lets the next one pass", (kind) => {
    const refused = after(asked("a"), sending("a"), failed("a", kind), asked("b"));
    expect(states(refused)).toEqual(["a failed", "b queued"]);
    expect(nextToSend(refused)?.id).toBe("b");
  });

  test("an answer stands with its question although another was asked meanwhile", () => {
    const both = after(asked("a"), sending("a"), asked("b"), answered("a"));
    expect(both.exchanges.map(({ id, answer }) => [id, answer?.sayings[0]?.text])).toEqual([
      ["a", "re: a"],
      ["b", undefined],
    ]);
  });
});

describe("what becomes of an answer", () => {
  test("the session that the server names is kept", () => {
    expect(after(asked("a"), sending("a"), answered("a", { text: "x", sessionID: "other" })).sessionID).toBe("other");
    expect(after(asked("a"), sending("a"), answered("a")).sessionID).toBe("s");
  });

  test("choices can be pressed until anything is said after them", () => {
    const one = after(asked("a"), sending("a"), answered("a"));
    expect(one.exchanges.map((it) => isOpen(one, it))).toEqual([true]);
    const two = reduce(one, asked("b"));
    expect(two.exchanges.map((it) => isOpen(two, it))).toEqual([false, false]);
  });

  test("an answer to a conversation that was left is dropped", () => {
    const anew = after(asked("a"), sending("a"), { type: "cleared", sessionID: "s2" });
    expect(reduce(anew, answered("a", { text: "late", sessionID: "s" }))).toBe(anew);
    expect(anew).toEqual({ sessionID: "s2", exchanges: [] });
  });

  test("attempts are counted over retries", () => {
    const twice = after(asked("a"), sending("a"), failed("a", "busy"), { type: "retried", id: "a" }, sending("a"));
    expect(twice.exchanges[0]?.attempts).toBe(2);
  });

  test("only the newest exchanges are kept", () => {
    const many = after(...Array.from({ length: MAX_EXCHANGES + 5 }, (_, index) => asked(String(index))));
    expect(many.exchanges).toHaveLength(MAX_EXCHANGES);
    expect(many.exchanges[0]?.id).toBe("5");
  });
});

describe("a saved conversation", () => {
  const body = {
    text: "Size?",
    richResponseObject: { options: [{ text: "Small", value: "s" }] },
    sessionExpired: true,
  };

  test("comes back as it was", () => {
    const before = after(
      asked("start", null),
      sending("start"),
      answered("start", body),
      asked("b"),
      sending("b"),
      answered("b"),
    );
    const saved: unknown = JSON.parse(JSON.stringify(before));
    const back = readConversation(saved);
    expect(back?.exchanges.map(({ id, text, answer }) => ({ id, text, answer }))).toEqual(
      before.exchanges.map(({ id, text, answer }) => ({ id, text, answer })),
    );
  });

  test.each([sending("a"), failed("a", "offline"), failed("a", "refused")])(
    "sends again what was not answered, under its id (%j)",
    (event) => {
      const saved: unknown = JSON.parse(JSON.stringify(after(asked("a"), sending("a"), event, asked("b"))));
      const back = readConversation(saved);
      expect(back && states(back)).toEqual(["a queued", "b queued"]);
      expect(back && nextToSend(back)?.id).toBe("a");
    },
  );

  test.each([null, "x", [], {}, { sessionID: "s" }, { sessionID: 1, exchanges: [] }])(
    "is none if it is %j",
    (saved) => {
      expect(readConversation(saved)).toBeNull();
    },
  );

  test("is read as far as it can be", () => {
    const exchanges = [
      null,
      { id: 1 },
      { id: "a", askedAt: 1, text: "hi", answer: { at: 2, sayings: [null, 3, { text: "ok" }] } },
    ];
    const back = readConversation({ sessionID: "s", exchanges });
    expect(back?.exchanges).toHaveLength(1);
    expect(back?.exchanges[0]?.answer?.sayings.map(({ text }) => text)).toEqual(["ok"]);
  });
});
