/** Follows `sbf dev`: the state now, and every change of it. */
import type { Store, Watchable } from "../store";
import { type DevState, isError, readDevEvent, readDevState } from "./events";

/** What the panel shows. */
export interface PanelState extends DevState {
  /** A new brain has just begun to answer. */
  readonly updated: boolean;
}

const NOTICE_MS = 4_000;

/** The state of the brain's files, or null where the page is not served by `sbf dev`. */
export async function devState(): Promise<DevState | null> {
  try {
    const response = await fetch("dev/problems");
    return response.ok ? readDevState(await response.json()) : null;
  } catch {
    return null;
  }
}

/** Watches from `state` on. The store reads the bot's settings again with each new brain; a new build loads the page anew. */
export function watchPanel(store: Store, state: DevState): Watchable<PanelState> {
  const listeners = new Set<() => void>();
  let panel: PanelState = { ...state, updated: false };
  let notice: ReturnType<typeof setTimeout> | undefined;

  function set(change: Partial<PanelState>): void {
    panel = { ...panel, ...change };
    for (const listener of listeners) listener();
  }

  async function catchUp(): Promise<void> {
    const now = await devState();
    if (now !== null) set(now);
  }

  function announce(): void {
    clearTimeout(notice);
    notice = setTimeout(() => {
      set({ updated: false });
    }, NOTICE_MS);
    set({ training: false, updated: true });
    void store.refresh().then(() => {
      store.resume();
    });
    void catchUp();
  }

  const events = new EventSource("dev/events");
  // Whatever happened before the connection stood, or while it was gone.
  events.onopen = () => void catchUp();
  events.onmessage = ({ data }: MessageEvent<unknown>) => {
    const event = readDevEvent(parsed(data));
    if (event?.type === "training") set({ training: true });
    if (event?.type === "problems") {
      set({ problems: event.problems, training: false, updated: panel.updated && !event.problems.some(isError) });
    }
    if (event?.type === "brain") announce();
    if (event?.type === "ended") set({ training: false });
    if (event?.type === "reload") location.reload();
  };

  return {
    get: () => panel,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function parsed(data: unknown): unknown {
  try {
    return typeof data === "string" ? JSON.parse(data) : null;
  } catch {
    return null;
  }
}
