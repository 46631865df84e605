import { fill, type Strings } from "../../strings";
import type { AccessState } from "../../access";
import { Icon } from "../Icon/Icon";
import { usePage, useWatched } from "../page";
import "./SignIn.css";

/** The way in, while nobody is signed in; nothing otherwise. */
export function SignIn() {
  const { access, store, name, strings } = usePage();
  const { ready } = useWatched(store);
  const state = useWatched(access);
  const sentence = ready ? sentenceOf(state, strings) : null;
  if (sentence === null) return null;
  const waits = state.kind === "checking";
  return (
    <section class="sign-in" data-state={state.kind} aria-label={strings.signIn}>
      {/* Told to screen readers when it changes. */}
      <p class="sign-in__sentence" role="status">
        {state.kind === "failed" && <Icon name="warning" size={18} />}
        {fill(sentence, { name })}
      </p>
      {!waits && (
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
    </section>
  );
}

function sentenceOf({ kind }: AccessState, strings: Strings): string | null {
  switch (kind) {
    case "out":
      return strings.signInHint;
    case "checking":
      return strings.signingIn;
    case "failed":
      return strings.signInFailed;
    case "ended":
      return strings.sessionEnded;
    default:
      return null;
  }
}
