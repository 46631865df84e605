import { readdirSync, readFileSync } from "node:fs";

import { ESLint } from "eslint";
import { expect, test } from "vitest";

const eslint = new ESLint({ cwd: new URL("..", import.meta.url).pathname });

/** The restriction that each line of `code` breaks where it stands in `filePath`. */
async function broken(code: readonly string[], filePath: string): Promise<(string | null | undefined)[]> {
  const [result] = await eslint.lintText(code.join("\n"), { filePath });
  const restrictions = result?.messages.filter(({ ruleId }) => ruleId?.startsWith("no-restricted"));
  return code.map((_line, index) => restrictions?.find(({ line }) => line === index + 1)?.ruleId);
}

test("protocol.ts has no DOM, no fetch, no clock, no chance, and nothing from where they are", async () => {
  const code = [
    'export { storage } from "./storage";',
    'export const a = fetch("/core");',
    "export const b = document.title;",
    "export const c = Date.now();",
    "export const d = Math.random();",
    "export const e = new Date();",
    "export const f = globalThis.name;",
    'export { PLAIN } from "./client";',
  ];
  expect(await broken(code, "src/protocol.ts")).toEqual([
    "no-restricted-imports",
    "no-restricted-globals",
    "no-restricted-globals",
    "no-restricted-properties",
    "no-restricted-properties",
    "no-restricted-syntax",
    "no-restricted-syntax",
    undefined,
  ]);
}, 120_000);

test("outside of sanitise.ts text does not become elements by the way", async () => {
  const code = ["export function f(place: HTMLElement, html: string): void {", "  place.innerHTML = html;", "}"];
  expect(await broken(code, "src/api.ts")).toEqual([undefined, "no-restricted-properties", undefined]);
}, 120_000);

test("every module that the README calls pure is held to it", async () => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  const cells = readme.split("\n").flatMap((line) => (line.includes("**Pure**") ? [line.split("|")[1] ?? ""] : []));
  const named = cells.flatMap((cell) => [...cell.matchAll(/`(?:src\/)?([^`]+)`/g)].map(([, name]) => name ?? ""));
  const files = named.flatMap((name) =>
    name.endsWith("/") ? readdirSync(new URL(`../src/${name}`, import.meta.url)).map((file) => name + file) : [name],
  );
  expect(files).toContain("strings/index.ts");
  expect(files).toContain("conversation.ts");
  for (const file of files) {
    expect([file, await broken(["export const c = Date.now();"], `src/${file}`)]).toEqual([
      file,
      ["no-restricted-properties"],
    ]);
  }
}, 120_000);
