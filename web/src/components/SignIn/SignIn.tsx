import { fill, type Strings } from "../../strings";
import type { AccessState } from "../../access";
import { Icon } from "../Icon/Icon";
import { usePage, useWatched } from "../page";
import "./SignIn.css";

/** The way in, while nobody is signed in; otherwise nothing but an empty status: screen readers tell what comes into one that they know. */
export function SignIn() {
  const { access, store, name, strings } = usePage();
  const { ready } = useWatched(store);
  const state = useWatched(access);
  const sentence = ready ? sentenceOf(state, strings) : null;
  const waits = state.kind === "checking" || state.kind === "leaving";
  return (
    <div class="sign-in" data-state={sentence === null ? "none" : state.kind}>
      <p class="sign-in__sentence" role="status">
        {sentence !== null && state.kind === "failed" && <Icon name="warning" size={18} />}
        {sentence !== null && fill(sentence, { name })}
      </p>
      {sentence !== null && !waits && (
        <button
          class="sign-in__button"
          type="button"
          onClick={() => {
            void access.signIn();
          }}
        >
          {strings.signIn}
        </button>
      )}
    </div>
  );
}

function sentenceOf({ kind }: AccessState, strings: Strings): string | null {
  switch (kind) {
    case "out":
      return strings.signInHint;
    case "checking":
      return strings.signingIn;
    case "leaving":
      return strings.signingOut;
    case "failed":
      return strings.signInFailed;
    case "ended":
      return strings.sessionEnded;
    default:
      return null;
  }
}
