/**
 * What survives a reload. The conversation is kept in the tab's own storage: it outlives a reload, ends with the tab, and is
 * shared with nobody who uses the browser next. Preferences are kept for good.
 */
import { type Conversation, readConversation } from "./conversation";

const CONVERSATION = "sbf.conversation.1";
const OWNER = "sbf.owner";
const DRAFT = "sbf.draft";
const READ_ALOUD = "sbf.readAloud";

/** Browsers give each site about five million characters; half of that is plenty. */
const MAX_CHARACTERS = 2_500_000;

/** Where a conversation is kept. */
export interface Storage {
  load(): Conversation | null;
  save(conversation: Conversation): void;
  /** Whose conversation it is, by the issuer's subject; "" before anybody has signed in. */
  owner(): string;
  own(subject: string): void;
}

/** The tab's storage. Where a browser refuses it, the conversation just does not outlive a reload. */
export const storage: Storage = {
  load() {
    try {
      return readConversation(JSON.parse(sessionStorage.getItem(CONVERSATION) ?? "null"));
    } catch {
      return null;
    }
  },
  save(conversation) {
    let kept = conversation;
    let written = JSON.stringify(kept);
    while (written.length > MAX_CHARACTERS && kept.exchanges.length > 1) {
      kept = { ...kept, exchanges: kept.exchanges.slice(Math.ceil(kept.exchanges.length / 2)) };
      written = JSON.stringify(kept);
    }
    attempt(() => {
      sessionStorage.setItem(CONVERSATION, written);
    });
  },
  owner: () => read(OWNER),
  own(subject) {
    attempt(() => {
      if (read(OWNER) !== "" && read(OWNER) !== subject) sessionStorage.removeItem(DRAFT);
      sessionStorage.setItem(OWNER, subject);
    });
  },
};

/** What was typed and not sent: signing in again leaves the page. */
export function loadDraft(): string {
  return read(DRAFT);
}

/** Keeps what is typed. */
export function saveDraft(text: string): void {
  attempt(() => {
    sessionStorage.setItem(DRAFT, text);
  });
}

/** Whether answers are to be read aloud. */
export function loadReadAloud(): boolean {
  try {
    return localStorage.getItem(READ_ALOUD) === "yes";
  } catch {
    return false;
  }
}

/** Remembers whether answers are to be read aloud. */
export function saveReadAloud(on: boolean): void {
  attempt(() => {
    localStorage.setItem(READ_ALOUD, on ? "yes" : "no");
  });
}

function read(key: string): string {
  try {
    return sessionStorage.getItem(key) ?? "";
  } catch {
    return "";
  }
}

function attempt(write: () => void): void {
  try {
    write();
  } catch {
    // Full or forbidden: nothing that a reader of the page could mend.
  }
}
