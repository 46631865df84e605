import { Avatar } from "../Avatar/Avatar";
import { Icon } from "../Icon/Icon";
import { moveFocusOn, usePage, useWatched } from "../page";
import "./Header.css";

/** Whose page this is, and the two switches that concern the whole conversation. */
export function Header() {
  const { access, client, name, speaker, store, strings } = usePage();
  const readsAloud = useWatched(speaker);
  const admission = useWatched(access);
  return (
    <header class="header">
      <div class="header__inner">
        {client.theme.logo === "" ? (
          <Avatar picture={client.theme.avatar} size="medium" />
        ) : (
          <img class="header__logo" src={client.theme.logo} alt="" />
        )}
        <h1 class="header__name" dir="auto">
          {name}
        </h1>
        <button
          class="tool"
          type="button"
          aria-pressed={readsAloud}
          aria-label={strings.readAloud}
          title={strings.readAloud}
          onClick={() => {
            speaker.toggle();
          }}
        >
          <Icon name={readsAloud ? "sound" : "mute"} />
        </button>
        <button
          class="tool"
          type="button"
          aria-label={strings.newConversation}
          title={strings.newConversation}
          onClick={() => {
            speaker.stop();
            store.restart();
            moveFocusOn();
          }}
        >
          <Icon name="fresh" />
        </button>
        {admission.kind === "in" && (
          <div class="account">
            {admission.name !== "" && (
              <span class="account__name" dir="auto">
                <span class="unseen">{strings.signedInAs} </span>
                {admission.name}
              </span>
            )}
            <button
              class="tool"
              type="button"
              aria-label={strings.signOut}
              title={strings.signOut}
              onClick={() => {
                speaker.stop();
                void store.signOut();
              }}
            >
              <Icon name="leave" />
            </button>
          </div>
        )}
      </div>
    </header>
  );
}
