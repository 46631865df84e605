import { useState } from "preact/hooks";

import { Icon } from "../components/Icon/Icon";
import { usePage, useWatched } from "../components/page";
import type { Watchable } from "../store";
import { fill } from "../strings";
import { isError, type Problem } from "./events";
import type { PanelState } from "./watch";
import "./DevelopmentPanel.css";

/** What an author sees: the faults of the brain's files, while there are any, and a word when a new brain answers. */
export function DevelopmentPanel({ panel }: { panel: Watchable<PanelState> }) {
  const { strings } = usePage();
  const { problems, training, updated } = useWatched(panel);
  return (
    <>
      {problems.length > 0 && <Problems problems={problems} />}
      <div class="panel__notice" role="status">
        {training && <span class="panel__toast">{strings.training}</span>}
        {updated && !training && <span class="panel__toast panel__toast--good">{strings.updated}</span>}
      </div>
    </>
  );
}

/** Errors are shown in full at once; warnings, with which a brain can live, when they are asked for. */
function Problems({ problems }: { problems: readonly Problem[] }) {
  const { client, strings } = usePage();
  const errors = problems.filter(isError).length;
  const [opened, setOpened] = useState<boolean | null>(null);
  return (
    <aside class={errors > 0 ? "panel panel--errors" : "panel"} aria-live="polite">
      <details
        class="panel__details"
        open={opened ?? errors > 0}
        onToggle={({ currentTarget }) => {
          setOpened(currentTarget.open === errors > 0 ? null : currentTarget.open);
        }}
      >
        <summary class="panel__summary">
          <Icon name="warning" size={18} />
          <span class="panel__title">
            <strong>
              {errors > 0 ? fill(strings.problems, { n: errors }) : fill(strings.warnings, { n: problems.length })}
            </strong>
            {errors > 0 && client.live && <> {strings.problemsHint}</>}
          </span>
          <span class="panel__more">
            <Icon name="chevron" size={18} />
          </span>
        </summary>
        <ol class="panel__list">
          {problems.map((problem, index) => (
            <li key={index} class={`problem problem--${problem.severity}`}>
              <span class="problem__severity">{isError(problem) ? strings.error : strings.warning}</span>
              <div class="problem__body" dir="ltr">
                <code class="problem__path">
                  {problem.file}
                  {problem.path !== "" && <> › {problem.path}</>}
                </code>
                <p class="problem__rule">{problem.rule}</p>
                {problem.found !== "" && (
                  <p class="problem__found">
                    {strings.found}: <code>{problem.found}</code>
                  </p>
                )}
              </div>
            </li>
          ))}
        </ol>
      </details>
    </aside>
  );
}
