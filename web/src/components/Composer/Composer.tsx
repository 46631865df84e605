import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

import { excessOf } from "../../protocol";
import { loadDraft, saveDraft } from "../../storage";
import { fill } from "../../strings";
import { Icon } from "../Icon/Icon";
import { usePage } from "../page";
import { useListening } from "./useListening";
import "./Composer.css";

/** Where the user writes: Enter sends, Shift and Enter begin a new line. */
export function Composer({ onSend }: { onSend: (text: string) => void }) {
  const { strings, client, locale } = usePage();
  const [text, setText] = useState(loadDraft);
  const box = useRef<HTMLTextAreaElement>(null);
  const excess = excessOf(text.trim());
  const sendable = text.trim() !== "" && excess <= 0;

  function send(said: string): void {
    onSend(said);
    setText("");
    box.current?.focus();
  }

  const listening = useListening(client.language === "" ? locale : client.language, setText, send);

  useLayoutEffect(() => {
    saveDraft(text);
    grow(box.current);
  }, [text]);
  // On a phone the keyboard would cover the welcome.
  useEffect(() => {
    if (matchMedia("(pointer: fine)").matches) box.current?.focus();
  }, []);

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        if (sendable) send(text);
      }}
    >
      <div class="composer__inner">
        {excess > 0 && (
          <p class="composer__excess" id="excess" role="alert">
            {fill(strings.tooLong, { n: excess })}
          </p>
        )}
        <div class="composer__field">
          <textarea
            id="message"
            ref={box}
            rows={1}
            dir="auto"
            value={text}
            enterkeyhint="send"
            autocomplete="off"
            aria-label={strings.message}
            aria-invalid={excess > 0}
            aria-describedby={excess > 0 ? "excess" : undefined}
            placeholder={listening.on ? strings.listening : strings.placeholder}
            onInput={(event) => {
              setText(event.currentTarget.value);
            }}
            onKeyDown={(event) => {
              if (!isSend(event)) return;
              event.preventDefault();
              if (sendable) send(text);
            }}
          />
          {listening.available && (
            <button
              class="tool composer__microphone"
              type="button"
              aria-pressed={listening.on}
              aria-label={listening.on ? strings.stopListening : strings.speak}
              title={listening.on ? strings.stopListening : strings.speak}
              onClick={listening.toggle}
            >
              <Icon name="microphone" />
            </button>
          )}
          <button
            class="composer__send"
            type="submit"
            aria-label={strings.send}
            title={strings.send}
            disabled={!sendable}
          >
            <Icon name="send" />
          </button>
        </div>
      </div>
    </form>
  );
}

/** Enter alone; not the Enter that ends a composition, which Safari reports after it with the key code 229. */
function isSend(event: KeyboardEvent): boolean {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- nothing else tells the two apart there
  return event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229;
}

/** As high as its text; the style sheet sets the limit. */
function grow(box: HTMLTextAreaElement | null): void {
  if (box === null) return;
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight}px`;
}
