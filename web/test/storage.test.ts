// @vitest-environment jsdom
import { afterEach, expect, test, vi } from "vitest";

import type { Conversation } from "../src/conversation";
import { loadReadAloud, saveReadAloud, storage } from "../src/storage";

afterEach(() => {
  vi.restoreAllMocks();
  sessionStorage.clear();
  localStorage.clear();
});

function conversation(texts: readonly string[]): Conversation {
  const exchanges = texts.map((text, index) => ({
    id: String(index),
    text,
    askedAt: index,
    state: "queued" as const,
    attempts: 0,
    failure: null,
    answer: null,
  }));
  return { sessionID: "s", exchanges };
}

test("a conversation is kept", () => {
  storage.save(conversation(["one", "two"]));
  expect(storage.load()).toEqual(conversation(["one", "two"]));
});

test("where there is too much of it, its end is kept", () => {
  storage.save(conversation(["a", "b", "c", "d"].map((letter) => letter.repeat(1_000_000))));
  expect(storage.load()?.exchanges.map(({ text }) => text?.[0])).toEqual(["c", "d"]);
});

test("what cannot be read is no conversation", () => {
  sessionStorage.setItem("sbf.conversation.1", "{broken");
  expect(storage.load()).toBeNull();
});

test("a browser that keeps nothing does not break the page", () => {
  const refuse = () => {
    throw new DOMException("no", "SecurityError");
  };
  vi.spyOn(Storage.prototype, "getItem").mockImplementation(refuse);
  vi.spyOn(Storage.prototype, "setItem").mockImplementation(refuse);
  storage.save(conversation(["one"]));
  saveReadAloud(true);
  expect(storage.load()).toBeNull();
  expect(loadReadAloud()).toBe(false);
});

test("the wish to have answers read aloud is kept", () => {
  expect(loadReadAloud()).toBe(false);
  saveReadAloud(true);
  expect(loadReadAloud()).toBe(true);
});
