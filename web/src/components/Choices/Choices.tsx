import type { Choice } from "../../protocol";
import { usePage } from "../page";
import "./Choices.css";

interface Props {
  readonly choices: readonly Choice[];
  readonly open: boolean;
  /** What was said next: the choice that says it is shown as the one that was pressed. */
  readonly next: string | null;
  readonly onChoose: (value: string) => void;
}

/** Buttons that answer for the user. */
export function Choices({ choices, open, next, onChoose }: Props) {
  const { strings } = usePage();
  return (
    <div class="choices" role="group" aria-label={strings.choices}>
      {choices.map(({ label, value }, index) => (
        <button
          key={index}
          type="button"
          dir="auto"
          class={!open && value === next ? "chosen" : undefined}
          disabled={!open}
          onClick={() => {
            onChoose(value);
          }}
        >
          {label}
        </button>
      ))}
    </div>
  );
}
