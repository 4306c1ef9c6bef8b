import { useMoment, useSession } from '#ui/session.ts';
import { useWords } from '#ui/words/language.ts';

/** How the scenario's text is: its steps and errors. */
export function ScenarioStatus() {
  const words = useWords();
  const run = useSession((state) => state.run);
  const problems = useSession((state) => state.problems);
  const running = useSession((state) => state.running);
  if (problems.length > 0) return <b className="fault">✕ {words.status.problems(problems.length)}</b>;
  // The first run is over before its name could be read.
  if (!run) return null;
  if (running) return words.status.running;
  return (
    <span title={words.status.clean}>
      {words.status.steps(run.scenario.steps.length)} ✓
      <span className="visually-hidden">{words.status.clean}</span>
    </span>
  );
}

/** How many tables there are. */
export function TablesStatus() {
  const words = useWords();
  const moment = useMoment();
  if (!moment) return null;
  return words.tables.summary(moment.atlas.guestTables.length + moment.atlas.hypervisorTables.length);
}
