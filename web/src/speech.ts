/** Sound, all of it optional: answers read aloud, and speech into text. The text on the page never waits for either. */
import type { Api } from "./api";
import { MAX_SPEECH, type Saying, type Sound, speechRequest, spokenParts } from "./protocol";
import { plainText } from "./sanitise";
import { loadReadAloud, saveReadAloud } from "./storage";
import type { Watchable } from "./store";

/** Reads answers aloud while it is switched on. */
export interface Speaker extends Watchable<boolean> {
  toggle(): void;
  /** Reads sayings after those that are still being read. */
  say(sayings: readonly Saying[], voice: string, lang: string): void;
  /** Falls silent. */
  stop(): void;
}

/** A speaker that asks the server for sound, and the browser where the server has none. */
export function createSpeaker(api: Api): Speaker {
  const listeners = new Set<() => void>();
  let on = loadReadAloud();
  let queue = Promise.resolve();
  let silence = new AbortController();

  function stop(): void {
    silence.abort();
    silence = new AbortController();
    queue = Promise.resolve();
    if ("speechSynthesis" in window) speechSynthesis.cancel();
  }

  /** Rejects when it is silenced. */
  async function read(saying: Saying, voice: string, lang: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { speech, lexicon } = saying;
    // SSML goes to the server as it is written, unless it is too long; anything else without tags, in parts.
    const isWhole = speech.includes("<speak") && speech.length <= MAX_SPEECH;
    for (const text of isWhole ? [speech] : spokenParts(plainText(speech))) {
      const sound = await api.speak(speechRequest(text, voice, lang, lexicon));
      signal.throwIfAborted();
      await (sound === null ? synthesise(plainText(text), lang, signal) : play(sound, signal));
      signal.throwIfAborted();
    }
  }

  return {
    get: () => on,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    toggle() {
      on = !on;
      saveReadAloud(on);
      if (!on) stop();
      for (const listener of listeners) listener();
    },
    say(sayings, voice, lang) {
      if (!on) return;
      const { signal } = silence;
      for (const saying of sayings) {
        queue = queue.then(() => read(saying, voice, lang, signal)).catch(() => undefined);
      }
    },
    stop,
  };
}

/** Resolves when the sound has ended, or could not be played, or was silenced. */
async function play({ base64, contentType }: Sound, signal: AbortSignal): Promise<void> {
  const audio = new Audio(`data:${contentType};base64,${base64}`);
  await new Promise<void>((resolve) => {
    const done = () => {
      audio.pause();
      resolve();
    };
    audio.addEventListener("ended", done);
    audio.addEventListener("error", done);
    signal.addEventListener("abort", done);
    audio.play().catch(done); // Browsers refuse sound before the first press of anything.
  });
}

/** Speaks with one of the browser's own voices; resolves at once where there are none. */
async function synthesise(text: string, lang: string, signal: AbortSignal): Promise<void> {
  if (!("speechSynthesis" in window) || speechSynthesis.getVoices().length === 0) return;
  const utterance = new SpeechSynthesisUtterance(text);
  if (lang !== "") utterance.lang = lang;
  await new Promise<void>((resolve) => {
    utterance.onend = utterance.onerror = () => {
      resolve();
    };
    signal.addEventListener("abort", () => {
      resolve();
    });
    speechSynthesis.speak(utterance);
  });
}

/** What the page uses of a browser's speech recognition, which TypeScript does not describe. */
export interface Recognition {
  lang: string;
  interimResults: boolean;
  onresult: ((event: RecognitionEvent) => void) | null;
  onend: (() => void) | null;
  start(): void;
  abort(): void;
}

/** What has been recognised so far. */
export interface RecognitionEvent {
  readonly results: ArrayLike<ArrayLike<{ readonly transcript: string }> & { readonly isFinal: boolean }>;
}

/** A recogniser, or null where the browser has none. */
export function createRecognition(): Recognition | null {
  const browser = window as {
    SpeechRecognition?: new () => Recognition;
    webkitSpeechRecognition?: new () => Recognition;
  };
  const Recogniser = browser.SpeechRecognition ?? browser.webkitSpeechRecognition;
  return Recogniser === undefined ? null : new Recogniser();
}
