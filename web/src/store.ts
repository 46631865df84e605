/** The page's state and the commands that change it. Everything from outside is handed in, so that tests can stand in for it. */
import { type Access, isAdmitted } from "./access";
import { type Api, RequestFailed } from "./api";
import { type Client, PLAIN } from "./client";
import {
  type Conversation,
  type Event,
  type Exchange,
  type Failure,
  isHeldUp,
  nextToSend,
  reduce,
} from "./conversation";
import { type Reply, type Saying, startRequest, turnRequest } from "./protocol";
import type { Storage } from "./storage";

/** All that the page shows. */
export interface State {
  readonly client: Client;
  /** Whether the bot's settings are known. */
  readonly ready: boolean;
  /** Why they are not, where the bot has been asked for them in vain; it is asked again. */
  readonly trouble: Failure | null;
  readonly conversation: Conversation;
}

/** What the store needs from outside. */
export interface Surroundings {
  readonly api: Api;
  readonly access: Access;
  readonly storage: Storage;
  /** Epoch milliseconds. */
  now(): number;
  newID(): string;
  after(milliseconds: number, action: () => void): void;
  /** Called with what the bot says, as it comes in. */
  heard(sayings: readonly Saying[]): void;
}

/** Whatever can be watched: the state, and a way to hear of the next one. */
export interface Watchable<T> {
  get(): T;
  /** Returns what ends the subscription. */
  subscribe(listener: () => void): () => void;
}

/** The page's state. */
export interface Store extends Watchable<State> {
  /** Restores the last conversation, or begins one. */
  start(): Promise<void>;
  /** Says `text` to the bot; what is blank is not said. */
  send(text: string): void;
  /** Sends a failed turn once more, under its id. */
  retry(id: string): void;
  /** Tries again what was held up: there is a connection again, or a brain, or somebody has no patience. */
  resume(): void;
  /** Forgets the conversation and begins another. */
  restart(): void;
  /** Reads `/client.json` again. */
  refresh(): Promise<void>;
  /** Signs the user out; the conversation goes with them. */
  signOut(): Promise<void>;
}

/** How often the page asks again by itself a server that is not ready. */
const MAX_ATTEMPTS = 20;

/** How often it asks for the settings of a bot without a brain before it lets people write: what they write waits for the brain. */
const BRAINLESS_ATTEMPTS = 5;
const RETRY_SECONDS = { shortest: 1, usual: 3, longest: 30 };

/** A store over its surroundings. */
export function createStore(around: Surroundings): Store {
  const listeners = new Set<() => void>();
  let wake: () => void = () => undefined;
  const restored = around.storage.load();
  let state: State = {
    client: PLAIN,
    ready: false,
    trouble: null,
    conversation: restored ?? { sessionID: around.newID(), exchanges: [] },
  };

  function set(change: Partial<State>): void {
    state = { ...state, ...change };
    for (const listener of listeners) listener();
  }

  function dispatch(event: Event): void {
    const conversation = reduce(state.conversation, event);
    if (conversation === state.conversation) return;
    around.storage.save(conversation);
    set({ conversation });
  }

  function ask(text: string | null): void {
    dispatch({ type: "asked", id: around.newID(), text, at: around.now() });
    pump();
  }

  /** Sends what is next, if nothing is under way. The settings come first: they hold the language that goes with every turn. */
  function pump(): void {
    const may = state.ready && isAdmitted(around.access.get());
    const exchange = may ? nextToSend(state.conversation) : null;
    if (exchange !== null) void turn(exchange);
  }

  async function turn(exchange: Exchange): Promise<void> {
    const { id } = exchange;
    dispatch({ type: "sending", id });
    const ids = { sessionID: state.conversation.sessionID, turnID: id, lang: state.client.language };
    try {
      const request = exchange.text === null ? startRequest(ids) : turnRequest(exchange.text, ids);
      answered(id, await around.api.send(request));
    } catch (error) {
      failed(exchange, failureOf(error));
    }
    pump();
  }

  function answered(id: string, reply: Reply): void {
    if (!state.client.live) void readSettings(); // There is a brain by now.
    if (!isThere(id)) return; // The conversation was begun anew meanwhile.
    dispatch({ type: "answered", id, reply, at: around.now() });
    around.heard(reply.sayings);
  }

  function failed(exchange: Exchange, failure: Failure): void {
    const { id } = exchange;
    const again = failure.kind === "busy" && exchange.attempts + 1 < MAX_ATTEMPTS;
    if (exchange.text === null && !again && isAdmitted(around.access.get())) {
      // The bot's welcome could not be had from the bot: the one of its settings serves, or the page's own.
      answered(id, { sayings: welcome(state.client), sessionID: null, sessionExpired: false, missed: false });
      return;
    }
    dispatch({ type: "failed", id, failure });
    if (again)
      around.after(waitOf(failure), () => {
        retryFailed(id);
      });
  }

  /** Goes on as whoever is signed in now. Somebody else's conversation is not theirs to read. */
  function admit(): void {
    const access = around.access.get();
    if (access.kind === "in") {
      const before = around.storage.owner();
      around.storage.own(access.subject);
      if (before !== "" && before !== access.subject) restart();
    }
    pump();
  }

  function restart(): void {
    dispatch({ type: "cleared", sessionID: around.newID() });
    ask(null);
  }

  /** Unless somebody was faster. */
  function retryFailed(id: string): void {
    if (state.conversation.exchanges.some((it) => it.id === id && it.state === "failed")) retry(id);
  }

  function retry(id: string): void {
    dispatch({ type: "retried", id });
    pump();
  }

  function isThere(id: string): boolean {
    return state.conversation.exchanges.some((exchange) => exchange.id === id);
  }

  /** Asks until the settings are known: without them the page cannot tell whether people must sign in. */
  async function refresh(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const trouble = await readSettings();
      if (trouble === null && (state.client.live || attempt >= BRAINLESS_ATTEMPTS)) break;
      set({ trouble });
      await pause(trouble === null ? 1000 * RETRY_SECONDS.shortest : waitOf(trouble, attempt));
    }
    set({ ready: true, trouble: null });
    pump();
  }

  /** Resolves to what stood in the way, or null. */
  async function readSettings(): Promise<Failure | null> {
    try {
      set({ client: await around.api.client() });
      return null;
    } catch (error) {
      const failure = failureOf(error);
      // A bot that tells nothing about itself.
      return failure.kind === "refused" ? null : failure;
    }
  }

  /** Until the time is over, or `wake` is called. */
  function pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      wake = resolve;
      around.after(milliseconds, resolve);
    });
  }

  around.access.subscribe(admit);

  return {
    get: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async start() {
      if (state.conversation.exchanges.length === 0) ask(null);
      await refresh();
      await around.access.begin(state.client.oidc);
    },
    send(text) {
      const said = text.trim();
      if (said !== "") ask(said);
    },
    retry,
    resume() {
      wake();
      const first = state.conversation.exchanges.find(isHeldUp);
      if (first !== undefined) retry(first.id);
    },
    restart,
    refresh,
    async signOut() {
      dispatch({ type: "cleared", sessionID: around.newID() });
      around.storage.own("");
      await around.access.signOut();
    },
  };
}

function failureOf(error: unknown): Failure {
  // Whatever else is thrown is a fault of the page; the user can only try again.
  return error instanceof RequestFailed ? error.failure : { kind: "unreadable", message: null, retryAfter: null };
}

/** What the server asks for, else longer from one attempt to the next. */
function waitOf({ retryAfter }: Failure, attempt = 1): number {
  const { shortest, usual, longest } = RETRY_SECONDS;
  return 1000 * Math.min(longest, Math.max(shortest, retryAfter ?? usual * attempt));
}

function welcome(client: Client): Saying[] {
  return client.welcome === "" ? [] : [{ text: client.welcome, speech: client.welcome, choices: [] }];
}
