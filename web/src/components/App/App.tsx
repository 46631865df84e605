import type { ComponentType } from "preact";
import { useCallback, useEffect, useMemo, useState } from "preact/hooks";

import { type Access, isAdmitted } from "../../access";
import type { Speaker } from "../../speech";
import type { Store } from "../../store";
import { chooseLanguage, isRightToLeft, stringsOf } from "../../strings";
import { Composer } from "../Composer/Composer";
import { Conversation } from "../Conversation/Conversation";
import { Header } from "../Header/Header";
import { moveFocusOn, type Page, PageContext, useWatched } from "../page";
import { SignIn } from "../SignIn/SignIn";
import { useKeyboardRoom } from "./useKeyboardRoom";
import { useTheme } from "./useTheme";

interface Props {
  readonly store: Store;
  readonly access: Access;
  readonly speaker: Speaker;
  /** What `sbf dev` adds to the page, as soon as it is known that the page comes from there. */
  readonly panel: Promise<ComponentType | null>;
}

/** The whole page. */
export function App({ store, access, speaker, panel }: Props) {
  const { client, ready, trouble, conversation } = useWatched(store);
  const language = chooseLanguage(client.language, navigator.languages);
  const strings = stringsOf(language);
  const locale = client.language.startsWith(language) ? client.language : language;
  const name = client.name === "" ? "Bot" : client.name;
  const page = useMemo<Page>(
    () => ({ store, access, speaker, client, name, strings, locale }),
    [store, access, speaker, client, name, strings, locale],
  );
  const Panel = useAwaited(panel);
  const admission = useWatched(access);
  // Before anything was said there is nothing to write yet; later, what was written stays in sight.
  const begun = conversation.exchanges.some(({ text }) => text !== null);
  const composes = isAdmitted(admission) || begun || !ready;
  useTheme(client.theme);
  useKeyboardRoom();

  useEffect(() => {
    document.title = client.name === "" ? strings.chat : client.name;
    document.documentElement.lang = locale;
    document.documentElement.dir = isRightToLeft(client.language) ? "rtl" : "ltr";
  }, [client.name, client.language, strings, locale]);

  const send = useCallback(
    (text: string) => {
      speaker.stop();
      store.send(text);
    },
    [store, speaker],
  );
  const choose = useCallback(
    (value: string) => {
      send(value);
      moveFocusOn();
    },
    [send],
  );

  return (
    <PageContext.Provider value={page}>
      <div class="page">
        <Header />
        {Panel !== null && <Panel />}
        <main class="main">
          <Conversation {...{ conversation, ready, trouble }} onChoose={choose} />
          <SignIn />
          {composes && <Composer key={admission.kind === "in" ? admission.subject : ""} onSend={send} />}
        </main>
      </div>
    </PageContext.Provider>
  );
}

function useAwaited(component: Promise<ComponentType | null>): ComponentType | null {
  const [value, setValue] = useState<ComponentType | null>(null);
  useEffect(() => {
    void component.then((it) => {
      setValue(() => it);
    });
  }, [component]);
  return value;
}
