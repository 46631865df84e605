/** The page's own words, in the seven languages of the sample bots. */

import { de } from "./de";
import { en } from "./en";
import { es } from "./es";
import { fr } from "./fr";
import { it } from "./it";
import type { Strings } from "./names";
import { pt } from "./pt";
import { ru } from "./ru";

export type { Strings } from "./names";

/** The languages there are words in. */
export type Language = keyof typeof STRINGS;

/** The words to use: in the bot's language, else in the first of the reader's that there are words in, else in English. */
export function chooseLanguage(bot: string, reader: readonly string[]): Language {
  const wanted = [bot, ...reader].map((tag) => tag.toLowerCase().split("-")[0]);
  return wanted.find(isLanguage) ?? "en";
}

/** Whether a language is written from right to left (by its BCP 47 tag). */
export function isRightToLeft(tag: string): boolean {
  return /^(ar|arc|ckb|dv|fa|he|ku-arab|ps|sd|syr|ug|ur|yi)(-|$)|-(arab|hebr)(-|$)/i.test(tag);
}

/** Puts values into a sentence: `fill("{n} left", { n: 3 })`. */
export function fill(sentence: string, values: Readonly<Record<string, string | number>>): string {
  return sentence.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** The words of a language. */
export function stringsOf(language: Language): Strings {
  return STRINGS[language];
}

function isLanguage(code: string | undefined): code is Language {
  return code !== undefined && Object.hasOwn(STRINGS, code);
}

const STRINGS = { en, pt, es, fr, de, it, ru } satisfies Readonly<Record<string, Strings>>;
