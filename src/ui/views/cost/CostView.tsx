import { toggleComparison } from '#ui/compare/columns.ts';
import { costsOf } from '#ui/costs.ts';
import { useIsSmall } from '#ui/panes/screen-room.ts';
import { useMoment } from '#ui/session.ts';
import { useWords } from '#ui/words/language.ts';
import { CostBars } from './CostBars.tsx';
import { CostTable } from './CostTable.tsx';
import { costRows } from './model.ts';
import './cost.css';

/** What the run has cost up to the cursor: bars for every step, and numbers. */
export function CostView() {
  const words = useWords();
  const isSmall = useIsSmall();
  const moment = useMoment();
  if (!moment) return null;
  const { reader, index, run } = moment;
  const costs = costsOf(reader);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className="cost" tabIndex={0} aria-label={words.cost.label}>
      {isSmall && (
        <button type="button" className="button" title={words.compare.openHelp} onClick={toggleComparison}>
          ⇄ {words.compare.open}
        </button>
      )}
      <div className="cost-columns">
        <CostBars reader={reader} costs={costs} index={index} />
        <CostTable
          rows={costRows(costs, reader, index)}
          step={reader.stepOf(index)}
          hasTlb={run.scenario.machine.tlb !== null}
        />
      </div>
    </section>
  );
}
