/**
 * The JSON that the page and `/core` exchange, as functions over data: no DOM, no fetch, no clock, no chance.
 *
 * A response says what it is by the fields it has, not by a type: a plain answer has `text`, a question `conversation.sync` or
 * `conversation.async`, and so on. Everything is read as `unknown`: a brain's author and a backend may put anything there,
 * and whatever it is the page must show something.
 */

/** The longest `text` the server takes, in characters (Unicode code points). */
const MAX_TEXT = 4096;

/** The body of `POST /core`. */
export type CoreRequest = {
  readonly sessionID: string;
  /** Made by the client, one for each turn: the same id again brings the stored reply, and nothing is done twice. */
  readonly turnID: string;
  /** BCP 47; left out when unknown. */
  readonly lang?: string;
} & ({ readonly text: string } | { readonly event: "start" });

/** What names a turn. */
export interface TurnIDs {
  readonly sessionID: string;
  readonly turnID: string;
  readonly lang: string;
}

/** A choice that answers with `value` when it is pressed. */
export interface Choice {
  readonly label: string;
  readonly value: string;
}

/** One thing that the bot says. */
export interface Saying {
  /** HTML as the brain's author wrote it: to be sanitised before it is shown. May be empty where there are choices. */
  readonly text: string;
  /** What to read aloud: the author's `speech`, or else `text`; empty where nothing is to be heard. */
  readonly speech: string;
  readonly choices: readonly Choice[];
  /** The lexicons to read it aloud with, where the server named some (`customPronunciation`). */
  readonly lexicon?: string;
}

/** A response of `/core`, in the order to show it. */
export interface Reply {
  /** Empty where nothing readable was found: the page then says so in its own words. */
  readonly sayings: readonly Saying[];
  /** The session to go on with, where the server named one. */
  readonly sessionID: string | null;
  /** The session that the request named was gone, and this is a new one. */
  readonly sessionExpired: boolean;
  /** The bot understood none of it (`nif`). */
  readonly missed: boolean;
}

/** The request that says `text`; what it answers is for the server to know, which holds the dialog's state. */
export function turnRequest(text: string, ids: TurnIDs): CoreRequest {
  return { text, ...named(ids) };
}

/** The request that begins a conversation: the bot answers with its welcome. */
export function startRequest(ids: TurnIDs): CoreRequest {
  return { event: "start", ...named(ids) };
}

/** By how many characters `text` is too long for the server; 0 where it is not. */
export function excessOf(text: string): number {
  return Math.max(0, Array.from(text).length - MAX_TEXT);
}

/** Reads any response; never throws. */
export function readReply(body: unknown): Reply {
  if (!isRecord(body)) {
    return { sayings: present(sayingOf(body)), sessionID: null, sessionExpired: false, missed: false };
  }
  const lexicon = textOf(body.customPronunciation);
  const pronounced = (saying: Saying): Saying => (lexicon === "" ? saying : { ...saying, lexicon });
  return {
    sayings: [...readAll(body.said), ...readMain(body)].map(pronounced),
    sessionID: readSessionID(body.sessionID),
    sessionExpired: body.sessionExpired === true,
    missed: body.nif === true,
  };
}

/** The sentence of an error's body, `{"message"}`, or null. */
export function readFault(body: unknown): string | null {
  return isRecord(body) ? textOf(body.message) || null : null;
}

/** Seconds to wait by a `Retry-After` header, which holds seconds or a date (RFC 9110, 10.2.3); null where it holds neither. */
export function readRetryAfter(header: string | null, now: number): number | null {
  if (header === null) return null;
  if (/^\s*\d+\s*$/.test(header)) return Number(header);
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, Math.ceil((date - now) / 1000));
}

/** Characters that the server speaks at once. */
export const MAX_SPEECH = 3000;

/** A text in parts that the server speaks at once: whole sentences, else whole words. */
export function spokenParts(text: string): string[] {
  const parts: string[] = [];
  let rest = text.trim();
  while (rest.length > MAX_SPEECH) {
    const end = endOfPart(rest.slice(0, MAX_SPEECH));
    parts.push(rest.slice(0, end).trimEnd());
    rest = rest.slice(end).trimStart();
  }
  return rest === "" ? parts : [...parts, rest];
}

/** Where a part that begins so ends: after its last sentence, else before its last word, else anywhere but within a character. */
function endOfPart(start: string): number {
  const sentences = [...start.matchAll(/[.!?…]["'”»)]*(?=\s)|[。！？]/g)];
  const last = sentences.at(-1);
  if (last !== undefined) return last.index + last[0].length;
  const word = start.search(/\s\S*$/);
  if (word > 0) return word;
  return /[\uD800-\uDBFF]$/.test(start) ? start.length - 1 : start.length;
}

/** The body of `POST /services/polly`. */
export interface SpeechRequest {
  readonly text: string;
  readonly voice?: string;
  readonly lang?: string;
  readonly customPronunciation?: string;
}

/** The request to read `text` aloud. */
export function speechRequest(text: string, voice: string, lang: string, lexicon = ""): SpeechRequest {
  return {
    text,
    ...(voice === "" ? {} : { voice }),
    ...(lang === "" ? {} : { lang }),
    ...(lexicon === "" ? {} : { customPronunciation: lexicon }),
  };
}

/** Sound, encoded in base64. */
export interface Sound {
  readonly base64: string;
  readonly contentType: string;
}

/** The sound in an answer of `/services/polly`, or null where no voice was to be had. */
export function readSound(body: unknown): Sound | null {
  if (!isRecord(body)) return null;
  const base64 = body.binary;
  if (typeof base64 !== "string" || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return null;
  const type = body.contentType;
  const known = typeof type === "string" && /^audio\/[\w.+-]+$/.test(type);
  return { base64, contentType: known ? type : "audio/mpeg" };
}

/** Whether `value` is a JSON object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The text of a string or number; "" for anything else. */
export function textOf(value: unknown): string {
  if (typeof value === "string") return value.trim();
  return typeof value === "number" && Number.isFinite(value) ? String(value) : "";
}

function named({ sessionID, turnID, lang }: TurnIDs): { sessionID: string; turnID: string; lang?: string } {
  return { sessionID, turnID, ...(lang === "" ? {} : { lang }) };
}

/** The answer proper: several answers, or one; then the question that is pending; the choices belong to what was said last. */
function readMain(body: Record<string, unknown>): Saying[] {
  const answers = readAll(body.answers);
  const said = answers.length > 0 ? answers : present(sayingOf(body));
  const question = readQuestion(body.conversation);
  // Some backends give the question as the text too.
  const sayings = said.filter(({ text }) => text !== question?.text);
  const all = [...sayings, ...present(question)];
  return withChoices(all, [...readChoices(body.richResponseObject), ...readOptions(body.clarify)]);
}

function readQuestion(conversation: unknown): Saying | null {
  if (!isRecord(conversation)) return null;
  return readAsked(pendingParameter(conversation.sync)) ?? readAsked(conversation.async);
}

/**
 * The parameter that is being asked for: the first key. JavaScript moves keys that look like integers to the front, so where
 * every parameter tells its `payloadPosition`, whose order is the order of the keys, the lowest one wins instead.
 */
function pendingParameter(sync: unknown): unknown {
  if (!isRecord(sync)) return null;
  const parameters = Object.values(sync).filter(isRecord);
  const position = (parameter: Record<string, unknown>) => parameter.payloadPosition;
  if (!parameters.every((parameter) => typeof position(parameter) === "number")) return parameters[0];
  return parameters.sort((a, b) => Number(position(a)) - Number(position(b)))[0];
}

/** What a parameter or a backend asks: its `ask`, with the choices of its rich object. */
function readAsked(asked: unknown): Saying | null {
  if (!isRecord(asked)) return null;
  const choices = readChoices(asked.richResponseObject);
  const saying = sayingOf(asked.ask);
  if (saying === null) return choices.length > 0 ? { text: "", speech: "", choices } : null;
  return { ...saying, choices: [...saying.choices, ...choices] };
}

/** A sentence: `{text, speech}`, a bare string, or a list of which the first readable one counts. */
function sayingOf(value: unknown): Saying | null {
  if (Array.isArray(value)) return readAll(value)[0] ?? null;
  const text = textOf(isRecord(value) ? value.text : value);
  if (text === "") return null;
  // What is there and empty is silence.
  const speech = isRecord(value) && typeof value.speech === "string" ? textOf(value.speech) : text;
  return { text, speech, choices: [] };
}

function readAll(list: unknown): Saying[] {
  return Array.isArray(list) ? list.flatMap((entry) => present(sayingOf(entry))) : [];
}

/** Gives the choices to the last saying, or to one of their own where nothing was said. */
function withChoices(sayings: Saying[], choices: Choice[]): Saying[] {
  if (choices.length === 0) return sayings;
  const last = sayings.at(-1) ?? { text: "", speech: "", choices: [] };
  return [...sayings.slice(0, -1), { ...last, choices: [...last.choices, ...choices] }];
}

/** The choices of a rich object such as `simpleSquaredList`. Another type that lists options is shown in the same way. */
function readChoices(rich: unknown): Choice[] {
  return isRecord(rich) ? readOptions(rich.options) : [];
}

function readOptions(options: unknown): Choice[] {
  return Array.isArray(options) ? options.flatMap((option) => present(choiceOf(option))) : [];
}

/** An option shows its `text` and sends its `value`; either serves for the other. */
function choiceOf(option: unknown): Choice | null {
  const text = textOf(isRecord(option) ? option.text : option);
  const value = textOf(isRecord(option) ? option.value : option);
  if (text === "" && value === "") return null;
  return { label: text || value, value: value || text };
}

function readSessionID(value: unknown): string | null {
  return typeof value === "string" && /^[A-Za-z0-9._-]{1,128}$/.test(value) ? value : null;
}

function present<T>(value: T | null): T[] {
  return value === null ? [] : [value];
}
