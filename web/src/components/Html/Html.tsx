import { useLayoutEffect, useRef } from "preact/hooks";

import { isPlain, sanitise } from "../../sanitise";
import { usePage } from "../page";
import "./Html.css";

interface Props {
  /** As the author wrote it. */
  readonly html: string;
  /** Whether its buttons can be pressed. */
  readonly open: boolean;
  /** What was said next: the button that says it is shown as the one that was pressed. */
  readonly next: string | null;
  readonly onChoose: (value: string) => void;
}

/** An answer as its author wrote it, sanitised. Its buttons answer when they are pressed. */
export function Html({ html, open, next, onChoose }: Props) {
  const { strings } = usePage();
  const place = useRef<HTMLDivElement>(null);

  useLayoutEffect(() => {
    const fragment = sanitise(html, strings.choices);
    place.current?.classList.toggle("html--plain", isPlain(fragment));
    place.current?.replaceChildren(fragment);
  }, [html, strings]);

  useLayoutEffect(() => {
    for (const button of place.current?.querySelectorAll("button") ?? []) {
      button.disabled = !open;
      button.classList.toggle("chosen", !open && valueOf(button) === next);
    }
  }, [html, strings, open, next]);

  return (
    <div
      class="html"
      dir="auto"
      ref={place}
      onClick={({ target }) => {
        const button = target instanceof Element ? target.closest("button") : null;
        if (button !== null) onChoose(valueOf(button));
      }}
    />
  );
}

/** What pressing a button says: its value, else its label. */
function valueOf(button: HTMLButtonElement): string {
  const value = button.getAttribute("value")?.trim() ?? "";
  return value === "" ? button.textContent.trim() : value;
}
