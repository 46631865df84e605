/** What every component may use: the store, the speaker, and the words in the page's language. */
import { createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";

import type { Access } from "../access";
import type { Client } from "../client";
import type { Speaker } from "../speech";
import type { Store, Watchable } from "../store";
import type { Strings } from "../strings";

/** The page around a component. */
export interface Page {
  readonly store: Store;
  readonly access: Access;
  readonly speaker: Speaker;
  readonly client: Client;
  /** What to call the bot. */
  readonly name: string;
  readonly strings: Strings;
  /** BCP 47, for dates and times. */
  readonly locale: string;
}

export const PageContext = createContext<Page | null>(null);

/** The page; only inside `App`. */
export function usePage(): Page {
  const page = useContext(PageContext);
  if (page === null) throw new Error("usePage needs the App around it");
  return page;
}

/** The value of something that can be watched, and a new rendering whenever it changes. */
export function useWatched<T>(watchable: Watchable<T>): T {
  const [value, setValue] = useState(watchable.get());
  useEffect(() => {
    const update = () => {
      setValue(() => watchable.get());
    };
    update(); // It may have changed between rendering and now.
    return watchable.subscribe(update);
  }, [watchable]);
  return value;
}

/** Where the focus goes when what had it is gone: to the text box, but on a phone, where a keyboard would rise, to the messages. */
export function moveFocusOn(): void {
  const place = matchMedia("(pointer: fine)").matches ? "#message" : ".conversation__frame";
  document.querySelector<HTMLElement>(place)?.focus({ preventScroll: true });
}
