import { describe, expect, test } from "vitest";

import { chooseLanguage, fill, isRightToLeft, type Language, stringsOf } from "../src/strings";

const LANGUAGES: readonly Language[] = ["en", "pt", "es", "fr", "de", "it", "ru"];

test.each(LANGUAGES)("nothing is left unsaid in %s, and the same values are filled in", (language) => {
  const english: Readonly<Record<string, string>> = { ...stringsOf("en") };
  const words: Readonly<Record<string, string>> = { ...stringsOf(language) };
  for (const [key, sentence] of Object.entries(words)) {
    expect(sentence, key).not.toBe("");
    expect(sentence.match(/\{\w+\}/g), key).toEqual(english[key]?.match(/\{\w+\}/g));
  }
});

test("languages other than English have words of their own", () => {
  for (const language of LANGUAGES.slice(1)) {
    expect(stringsOf(language).placeholder).not.toBe(stringsOf("en").placeholder);
  }
});

describe("the page's language", () => {
  test.each([
    ["pt-BR", ["en-US"], "pt"],
    ["", ["de-AT", "en"], "de"],
    ["ja-JP", ["fr-CA"], "fr"],
    ["", ["ja", "zh", "es"], "es"],
    ["", [], "en"],
    ["constructor", [], "en"],
    ["RU", [], "ru"],
  ])("for a bot of %j and a reader of %j it is %s", (bot, reader, language) => {
    expect(chooseLanguage(bot, reader)).toBe(language);
  });

  test.each([
    ["ar-EG", true],
    ["he", true],
    ["fa", true],
    ["pa-Arab-PK", true],
    ["pt-BR", false],
    ["arn", false],
    ["", false],
  ])("%j is written from right to left: %s", (tag, expected) => {
    expect(isRightToLeft(tag)).toBe(expected);
  });
});

test("values are filled in; what has none stays", () => {
  expect(fill("{n} of {m}", { n: 3 })).toBe("3 of {m}");
});
