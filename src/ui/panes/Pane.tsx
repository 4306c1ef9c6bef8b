import type { ReactNode } from 'react';
import { useMoment, useSession } from '#ui/session.ts';
import { useWords } from '#ui/words/language.ts';

/** A view with its title and, at the right, one line about it. */
export function Pane({
  title,
  note,
  children,
}: {
  readonly title: string;
  readonly note?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <section className="pane" aria-label={title}>
      <div className="pane-head">
        <h2>{title}</h2>
        <span>{note}</span>
      </div>
      <div className="pane-body">{children}</div>
    </section>
  );
}

/** How the scenario's text is: its steps and errors. */
export function ScenarioStatus() {
  const words = useWords();
  const run = useSession((state) => state.run);
  const problems = useSession((state) => state.problems);
  const running = useSession((state) => state.running);
  if (problems.length > 0) return <b className="fault">✕ {words.status.problems(problems.length)}</b>;
  if (running || !run) return words.status.running;
  return `${words.status.steps(run.scenario.steps.length)} · ${words.status.clean}`;
}

/** How many tables there are. */
export function TablesStatus() {
  const words = useWords();
  const moment = useMoment();
  if (!moment) return null;
  return words.tables.summary(moment.atlas.guestTables.length + moment.atlas.hypervisorTables.length);
}

/** Several views in one place: a tab for each, and one line about the one that is shown. */
export function TabbedPane<Id extends string>({
  tabs,
  current,
  onChoose,
  titles,
  note,
  children,
}: {
  readonly tabs: readonly Id[];
  readonly current: Id;
  readonly onChoose: (tab: Id) => void;
  readonly titles: Readonly<Record<Id, string>>;
  readonly note?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <section className="pane" aria-label={titles[current]}>
      <div className="pane-head">
        <div className="pane-tabs" role="tablist">
          {tabs.map((tab) => (
            <button
              key={tab}
              type="button"
              role="tab"
              id={`pane-tab-${tab}`}
              aria-selected={tab === current}
              aria-controls="pane-tab-body"
              onClick={() => onChoose(tab)}
            >
              {titles[tab]}
            </button>
          ))}
        </div>
        <span>{note}</span>
      </div>
      <div className="pane-body" role="tabpanel" id="pane-tab-body" aria-labelledby={`pane-tab-${current}`}>
        {children}
      </div>
    </section>
  );
}
