/**
 * A conversation as the page holds it: a list of exchanges, each the user's words and what the bot said to them, and the pure
 * function that brings it from one state to the next. Time and ids are arguments.
 */
import { isRecord, readReply, type Reply, type Saying } from "./protocol";

/** One turn. The first of a conversation has no `text`: the bot begins. */
export interface Exchange {
  /** The `turnID`: it stays the same however often the turn is sent. */
  readonly id: string;
  readonly text: string | null;
  /** Epoch milliseconds. */
  readonly askedAt: number;
  readonly state: "queued" | "sending" | "failed" | "answered";
  /** How often it was sent. */
  readonly attempts: number;
  readonly failure: Failure | null;
  readonly answer: Answer | null;
}

/** What the bot said. */
export interface Answer {
  readonly sayings: readonly Saying[];
  /** The bot began a new session, the former one being gone. */
  readonly sessionExpired: boolean;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** Why a turn brought no answer. */
export interface Failure {
  readonly kind: FailureKind;
  /** The server's own sentence, where it gave one. */
  readonly message: string | null;
  /** Seconds that the server asks to wait. */
  readonly retryAfter: number | null;
}

/** `refused` and `tooLarge` are about the turn itself; all others may be over the next time. */
export type FailureKind =
  "offline" | "timeout" | "busy" | "usedUp" | "unauthorised" | "refused" | "tooLarge" | "server" | "unreadable";

/** A whole conversation. */
export interface Conversation {
  readonly sessionID: string;
  readonly exchanges: readonly Exchange[];
}

/** What can happen to a conversation. */
export type Event =
  | { readonly type: "asked"; readonly id: string; readonly text: string | null; readonly at: number }
  | { readonly type: "sending"; readonly id: string }
  | { readonly type: "answered"; readonly id: string; readonly reply: Reply; readonly at: number }
  | { readonly type: "failed"; readonly id: string; readonly failure: Failure }
  | { readonly type: "retried"; readonly id: string }
  | { readonly type: "cleared"; readonly sessionID: string };

/** How many exchanges are kept; older ones are forgotten by the page, not by the server. */
export const MAX_EXCHANGES = 100;

/** The state after `event`. An event for an exchange that is no longer there changes nothing. */
export function reduce(conversation: Conversation, event: Event): Conversation {
  switch (event.type) {
    case "cleared":
      return { sessionID: event.sessionID, exchanges: [] };
    case "asked":
      return withAsked(conversation, event.id, event.text, event.at);
    case "sending":
      return changed(conversation, event.id, (it) => ({ state: "sending", attempts: it.attempts + 1, failure: null }));
    case "answered":
      return withAnswer(conversation, event.id, event.reply, event.at);
    case "failed":
      return changed(conversation, event.id, () => ({ state: "failed", failure: event.failure }));
    case "retried":
      return changed(conversation, event.id, () => ({ state: "queued", failure: null }));
  }
}

/**
 * The exchange to send now, or null. One is under way at a time, in the order of asking; one that failed holds up those behind it,
 * since a bot that misses a sentence may take the next one for something else, unless it was refused for what it says.
 */
export function nextToSend({ exchanges }: Conversation): Exchange | null {
  const next = exchanges.find((exchange) => exchange.state !== "answered" && !isFinal(exchange));
  return next?.state === "queued" ? next : null;
}

/** Whether a turn failed in a way that may be over now. */
export function isHeldUp(exchange: Exchange): boolean {
  return exchange.state === "failed" && !isFinal(exchange);
}

/** Whether the page waits for the bot. */
export function isWaiting({ exchanges }: Conversation): boolean {
  return exchanges.some(({ state }) => state === "sending");
}

/** Whether the choices of this exchange can still be pressed: until anything is said after them. */
export function isOpen({ exchanges }: Conversation, exchange: Exchange): boolean {
  return exchanges.at(-1)?.id === exchange.id && exchange.state === "answered";
}

/** A conversation as it was saved, or null where it is none. What had not been answered is to be sent again, under its id. */
export function readConversation(saved: unknown): Conversation | null {
  if (!isRecord(saved) || typeof saved.sessionID !== "string" || !Array.isArray(saved.exchanges)) return null;
  const exchanges = saved.exchanges.map(readExchange).filter((exchange) => exchange !== null);
  return { sessionID: saved.sessionID, exchanges };
}

function withAsked(conversation: Conversation, id: string, text: string | null, at: number): Conversation {
  const asked: Exchange = { id, text, askedAt: at, state: "queued", attempts: 0, failure: null, answer: null };
  // Saying something more is also a wish that what failed before be tried again.
  const earlier = conversation.exchanges.map((exchange) => (isHeldUp(exchange) ? requeued(exchange) : exchange));
  return { ...conversation, exchanges: [...earlier, asked].slice(-MAX_EXCHANGES) };
}

function withAnswer(conversation: Conversation, id: string, reply: Reply, at: number): Conversation {
  const answer: Answer = { sayings: reply.sayings, sessionExpired: reply.sessionExpired, at };
  const answered = changed(conversation, id, () => ({ state: "answered", failure: null, answer }));
  return answered === conversation
    ? conversation
    : { ...answered, sessionID: reply.sessionID ?? conversation.sessionID };
}

function changed(
  conversation: Conversation,
  id: string,
  change: (exchange: Exchange) => Partial<Exchange>,
): Conversation {
  if (!conversation.exchanges.some((exchange) => exchange.id === id)) return conversation;
  const exchanges = conversation.exchanges.map((it) => (it.id === id ? { ...it, ...change(it) } : it));
  return { ...conversation, exchanges };
}

/** Sent again as it stands, it would be refused again. */
function isFinal({ state, failure }: Exchange): boolean {
  return state === "failed" && (failure?.kind === "refused" || failure?.kind === "tooLarge");
}

function requeued(exchange: Exchange): Exchange {
  return { ...exchange, state: "queued", failure: null };
}

function readExchange(saved: unknown): Exchange | null {
  if (!isRecord(saved) || typeof saved.id !== "string" || typeof saved.askedAt !== "number") return null;
  const text = typeof saved.text === "string" ? saved.text : null;
  const unanswered = { id: saved.id, text, askedAt: saved.askedAt, attempts: 0, failure: null };
  const answer = readAnswer(saved.answer);
  return answer === null ? { ...unanswered, state: "queued", answer } : { ...unanswered, state: "answered", answer };
}

function readAnswer(saved: unknown): Answer | null {
  if (!isRecord(saved) || !Array.isArray(saved.sayings) || typeof saved.at !== "number") return null;
  const sayings = saved.sayings.flatMap(readSaying);
  return { sayings, sessionExpired: saved.sessionExpired === true, at: saved.at };
}

/** A saved saying has the shape of an answer whose choices are its options. */
function readSaying(saved: unknown): readonly Saying[] {
  if (!isRecord(saved)) return [];
  const options = Array.isArray(saved.choices) ? saved.choices.filter(isRecord) : [];
  const clarify = options.map(({ label, value }) => ({ text: label, value }));
  return readReply({ text: saved.text, speech: saved.speech, clarify }).sayings;
}
