/** The door to what only `sbf dev` offers, so that the page of a deployed bot neither asks for it nor loads it. */
import { type ComponentType, h } from "preact";

import type { Store } from "../store";

/** The panel for the brain's author, or null where there is none. `sbf dev` listens on the loopback interface alone. */
export async function openPanel(store: Store): Promise<ComponentType | null> {
  if (!["localhost", "127.0.0.1", "[::1]"].includes(location.hostname)) return null;
  const { devState, watchPanel } = await import("./watch");
  const state = await devState();
  if (state === null) return null;
  const { DevelopmentPanel } = await import("./DevelopmentPanel");
  const panel = watchPanel(store, state);
  return () => h(DevelopmentPanel, { panel });
}
