import { Fragment } from "preact";
import { useEffect, useState } from "preact/hooks";

import { type Conversation as Turns, type Exchange as Turn, type Failure, isOpen, isWaiting } from "../../conversation";
import { fill } from "../../strings";
import { Avatar } from "../Avatar/Avatar";
import { Exchange } from "../Exchange/Exchange";
import { FailureNote } from "../FailureNote/FailureNote";
import { Icon } from "../Icon/Icon";
import { usePage } from "../page";
import { timeOf } from "./times";
import { useFollowing } from "./useFollowing";
import "./Conversation.css";

/** A pause after which the time is shown again. */
const PAUSE_MS = 10 * 60_000;

/** A wait that is worth a word. */
const LONG_MS = 1_500;

interface Props {
  readonly conversation: Turns;
  /** Whether the bot's settings are known. */
  readonly ready: boolean;
  /** Why they are not, if there is anything to tell. */
  readonly trouble: Failure | null;
  readonly onChoose: (value: string) => void;
}

/** The messages. Screen readers hear what is added, in the order it comes. */
export function Conversation({ conversation, ready, trouble, onChoose }: Props) {
  const { store, name, strings, locale, client } = usePage();
  const { exchanges, sessionID } = conversation;
  const { frame, list, away, follow } = useFollowing(sessionID, exchanges);
  return (
    <div class="conversation">
      <h2 class="unseen" id="conversation">
        {fill(strings.conversation, { name })}
      </h2>
      <div class="conversation__frame" ref={frame} tabIndex={0} role="region" aria-labelledby="conversation">
        <div class="conversation__list" ref={list}>
          <div class="intro">
            <Avatar picture={client.theme.avatar} size="large" />
            <p class="intro__name" dir="auto">
              {name}
            </p>
            <p class="intro__hint">{ready ? strings.intro : trouble === null && strings.preparing}</p>
            {/* Told to screen readers when it changes. */}
            <div class="intro__trouble" role="status">
              {trouble !== null && (
                <FailureNote
                  failure={trouble}
                  onRetry={() => {
                    store.resume();
                  }}
                />
              )}
            </div>
          </div>
          <div class="conversation__log" role="log" aria-live="polite" aria-relevant="additions">
            {exchanges.map((exchange, index) => (
              <Fragment key={exchange.id}>
                {showsTime(exchanges[index - 1], exchange) && (
                  <time class="conversation__time" dateTime={new Date(exchange.askedAt).toISOString()}>
                    {timeOf(exchange.askedAt, Date.now(), locale, strings)}
                  </time>
                )}
                <Exchange
                  exchange={exchange}
                  open={isOpen(conversation, exchange)}
                  next={exchanges[index + 1]?.text ?? null}
                  onChoose={onChoose}
                />
              </Fragment>
            ))}
          </div>
        </div>
      </div>
      <Waiting waiting={isWaiting(conversation)} />
      {away && (
        <button class="conversation__down" type="button" onClick={follow}>
          <Icon name="down" size={16} />
          {strings.newMessages}
        </button>
      )}
    </div>
  );
}

/** Tells screen readers that the bot is still at it, but not for answers that come at once. */
function Waiting({ waiting }: { waiting: boolean }) {
  const { name, strings } = usePage();
  const [long, setLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => {
      setLong(waiting);
    }, LONG_MS);
    return () => {
      clearTimeout(timer);
      setLong(false);
    };
  }, [waiting]);
  return (
    <div class="unseen" role="status">
      {long && fill(strings.typing, { name })}
    </div>
  );
}

function showsTime(before: Turn | undefined, exchange: Turn): boolean {
  // The bot shall begin, but has not said anything yet.
  if (exchange.text === null && exchange.answer === null) return false;
  return before === undefined || exchange.askedAt - (before.answer?.at ?? before.askedAt) > PAUSE_MS;
}
