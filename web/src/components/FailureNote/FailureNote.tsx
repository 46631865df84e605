import type { Failure } from "../../conversation";
import { Icon } from "../Icon/Icon";
import { usePage } from "../page";
import "./FailureNote.css";

interface Props {
  readonly failure: Failure;
  readonly onRetry: () => void;
}

/** What went wrong, and the way to try again. */
export function FailureNote({ failure, onRetry }: Props) {
  const { strings } = usePage();
  return (
    <div class="failure">
      <Icon name="warning" size={18} />
      <p class="failure__text" dir="auto">
        {strings[failure.kind]}
        {failure.message !== null && <span class="failure__detail">{failure.message}</span>}
      </p>
      <button class="failure__retry" type="button" onClick={onRetry}>
        <Icon name="retry" size={16} />
        {strings.tryAgain}
      </button>
    </div>
  );
}
