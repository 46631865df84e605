import type { Exchange as Turn } from "../../conversation";
import type { Saying } from "../../protocol";
import { Avatar } from "../Avatar/Avatar";
import { Choices } from "../Choices/Choices";
import { FailureNote } from "../FailureNote/FailureNote";
import { Html } from "../Html/Html";
import { moveFocusOn, usePage } from "../page";
import "./Exchange.css";

interface Props {
  readonly exchange: Turn;
  /** Whether its choices can still be pressed. */
  readonly open: boolean;
  /** What was said after it. */
  readonly next: string | null;
  readonly onChoose: (value: string) => void;
}

/** What the user said, and what came of it. */
export function Exchange({ exchange, open, next, onChoose }: Props) {
  const { store, strings } = usePage();
  const { answer, failure, id, state, text } = exchange;
  return (
    <div class="exchange" data-state={state}>
      {text !== null && <UserBubble text={text} askedAt={exchange.askedAt} waiting={state === "queued"} />}
      {state === "sending" && <Typing />}
      {failure !== null && (
        <FailureNote
          failure={failure}
          onRetry={() => {
            store.retry(id);
            moveFocusOn();
          }}
        />
      )}
      {answer?.sessionExpired === true && <p class="note">{strings.expired}</p>}
      {answer !== null && (
        <Answer {...{ open, next, onChoose }} sayings={answer.sayings} at={answer.at} welcome={text === null} />
      )}
    </div>
  );
}

function UserBubble({ text, askedAt, waiting }: { text: string; askedAt: number; waiting: boolean }) {
  const { locale, strings } = usePage();
  return (
    <div class="row row--user">
      <div class="bubble bubble--user" title={clock(askedAt, locale)}>
        <span class="unseen">{strings.you}: </span>
        <span class="bubble__text" dir="auto">
          {text}
        </span>
      </div>
      {waiting && <span class="row__state">{strings.waiting}</span>}
    </div>
  );
}

interface AnswerProps {
  readonly sayings: readonly Saying[];
  readonly at: number;
  /** Whether it begins the conversation. */
  readonly welcome: boolean;
  readonly open: boolean;
  readonly next: string | null;
  readonly onChoose: (value: string) => void;
}

function Answer({ sayings, at, welcome, open, next, onChoose }: AnswerProps) {
  const { client, strings, name, locale } = usePage();
  const words = welcome ? strings.welcome : strings.noAnswer;
  const shown = sayings.length > 0 ? sayings : [{ text: words, speech: words, choices: [] }];
  return (
    <div class="answer">
      <Avatar picture={client.theme.avatar} size="small" />
      <div class="answer__sayings" lang={client.language === "" ? undefined : client.language}>
        {shown.map(({ text, choices }, index) => (
          <div class="bubble bubble--bot" key={index} title={clock(at, locale)}>
            <span class="unseen">{name}: </span>
            {text !== "" && <Html {...{ open, next, onChoose }} html={text} />}
            {choices.length > 0 && <Choices {...{ choices, open, next, onChoose }} />}
          </div>
        ))}
      </div>
    </div>
  );
}

/** Three dots; a quick answer comes before they are seen. `Waiting` says it in words. */
function Typing() {
  const { client } = usePage();
  return (
    <div class="answer typing" aria-hidden="true">
      <Avatar picture={client.theme.avatar} size="small" />
      <div class="bubble bubble--bot typing__dots">
        <i />
        <i />
        <i />
      </div>
    </div>
  );
}

function clock(at: number, locale: string): string {
  return new Intl.DateTimeFormat(locale, { timeStyle: "short" }).format(at);
}
