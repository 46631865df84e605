import { expect, test } from "vitest";

import { readDevEvent, readDevState } from "../src/development/events";

const warning = { severity: "warning", file: "knowledge.json", path: "a[0]", rule: "r", found: "f" };
const error = { ...warning, severity: "error" };

test("errors stand before warnings", () => {
  expect(readDevState({ problems: [warning, error], training: true, brain: null })).toEqual({
    problems: [error, warning],
    training: true,
  });
});

test("what is missing from a problem is left empty", () => {
  expect(readDevState({ problems: [{ rule: "r" }, 3] }).problems).toEqual([
    { severity: "error", file: "", path: "", rule: "r", found: "" },
  ]);
});

test.each([null, {}, { problems: "x" }, []])("%j holds no problems", (body) => {
  expect(readDevState(body)).toEqual({ problems: [], training: false });
});

test("events are known by their type; those of another release are passed over", () => {
  expect(readDevEvent({ type: "problems", problems: [warning] })).toEqual({ type: "problems", problems: [warning] });
  expect(readDevEvent({ type: "brain", version: "2" })).toEqual({ type: "brain" });
  expect(readDevEvent({ type: "training" })).toEqual({ type: "training" });
  expect(readDevEvent({ type: "reload" })).toEqual({ type: "reload" });
  expect(readDevEvent({ type: "ended" })).toEqual({ type: "ended" });
  expect(readDevEvent({ type: "party" })).toBeNull();
  expect(readDevEvent("brain")).toBeNull();
});
