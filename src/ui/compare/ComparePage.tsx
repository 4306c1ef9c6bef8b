import { useState } from 'react';
import type { Measure } from '#ui/costs.ts';
import { isEmbedded } from '#ui/embed.ts';
import type { Run } from '#ui/moment.ts';
import { useIsSmall } from '#ui/panes/screen-room.ts';
import { useSession } from '#ui/session.ts';
import { useStudio } from '#ui/store.ts';
import { Position, Transport } from '#ui/views/timeline/Transport.tsx';
import { useWords } from '#ui/words/language.ts';
import type { StepRow } from './alignment.ts';
import { CompareColumn } from './CompareColumn.tsx';
import { addMachine, type ComparisonState, toggleComparison, useComparison } from './columns.ts';
import { MOST_COUNTERPARTS } from './counterpart.ts';
import { alignedRuns, currentRow, focusColumn, focusOf } from './cursor.ts';
import { DifferenceTable } from './DifferenceTable.tsx';
import { countsAt, type Span } from './differences.ts';
import { columnNames } from './names.ts';
import { partingOf } from './parting.ts';
import { StepBars } from './StepBars.tsx';
import { TradeOff } from './TradeOff.tsx';
import './compare.css';

/** What is compared, one more, and the way back. */
function Head({ steps, count }: { readonly steps: number; readonly count: number }) {
  const { compare, status } = useWords();
  const hasProblems = useSession((state) => state.problems.length > 0);
  return (
    <div className="compare-head">
      <h2>{compare.title}</h2>
      <span>{hasProblems ? status.stale : compare.summary(steps, count)}</span>
      {count <= MOST_COUNTERPARTS && (
        <button type="button" className="button" onClick={addMachine}>
          + {compare.add}
        </button>
      )}
      <button
        type="button"
        className="button close"
        aria-label={compare.close}
        title={compare.close}
        onClick={toggleComparison}
      >
        ✕
      </button>
    </div>
  );
}

/** Which machine is shown where there is room for one. */
function MachineTabs({ names, shown }: { readonly names: readonly string[]; readonly shown: number }) {
  const { compare } = useWords();
  return (
    <div className="tabs machine-tabs" role="tablist" aria-label={compare.columns}>
      {names.map((name, i) => (
        <button
          // biome-ignore lint/suspicious/noArrayIndexKey: a column is its number
          key={i}
          type="button"
          role="tab"
          aria-selected={i === shown}
          onClick={() => focusColumn(i)}
        >
          {name}
        </button>
      ))}
    </div>
  );
}

interface Scene {
  readonly comparison: ComparisonState;
  readonly base: Run;
  readonly cursor: number;
  readonly runs: readonly (Run | null)[];
  readonly rows: readonly StepRow[];
  readonly row: number;
  readonly names: readonly string[];
}

function useScene(): Scene | null {
  const words = useWords();
  const comparison = useComparison();
  const base = useSession((state) => state.run);
  const cursor = useStudio((state) => state.cursor);
  if (!base) return null;
  const { runs, rows } = alignedRuns(base, comparison.columns);
  const row = currentRow(comparison, base, cursor, rows);
  return { comparison, base, cursor, runs, rows, row, names: columnNames(words, base, comparison.columns) };
}

/** Whether a column's cursor is where its log parts from the scenario's own; of that, from any that was kept. */
function isParting({ comparison, base, cursor, runs }: Scene, number: number): boolean {
  return comparison.columns.some((column, i) => {
    const run = runs[i + 1];
    if (column.counterpart.kind !== 'text' || !run || (number > 0 && number !== i + 1)) return false;
    const parting = partingOf(base, run);
    return parting !== null && (number === 0 ? parting[0] === cursor : parting[1] === column.cursor);
  });
}

function Columns({ scene, only }: { readonly scene: Scene; readonly only: number | null }) {
  const { comparison, base, cursor, runs, names } = scene;
  const focus = focusOf(comparison);
  return (
    <div className="compare-columns">
      {names.map((name, i) => {
        const column = comparison.columns[i - 1] ?? null;
        if (only !== null && i !== only) return null;
        return (
          <CompareColumn
            // biome-ignore lint/suspicious/noArrayIndexKey: a column is its number
            key={i}
            number={i}
            name={name}
            run={i === 0 ? base : (runs[i] ?? null)}
            cursor={column ? column.cursor : cursor}
            isFocused={i === focus}
            isParting={isParting(scene, i)}
            column={column}
          />
        );
      })}
    </div>
  );
}

/** Costs step by step, in sum, and in words. */
function Costs({ scene }: { readonly scene: Scene }) {
  const { comparison, runs, rows, row, names } = scene;
  const [measure, setMeasure] = useState<Measure>('references');
  const [span, setSpan] = useState<Span>('soFar');
  const kept = comparison.columns.flatMap(({ counterpart }, i) =>
    counterpart.kind === 'text' ? [i + 1] : [],
  );
  return (
    <div className="compare-costs">
      <StepBars
        runs={runs}
        rows={rows}
        current={row}
        names={names}
        measure={measure}
        onMeasure={setMeasure}
      />
      <div className="compare-sums">
        <TradeOff runs={runs} rows={rows} names={names} focus={focusOf(comparison)} kept={kept} />
        <DifferenceTable
          runs={runs}
          counts={countsAt(runs, rows, row, span)}
          names={names}
          span={span}
          onSpan={setSpan}
        />
      </div>
    </div>
  );
}

/**
 * The same statements on several machines, stepped together, with their costs beside each other. In another page's frame only the
 * machines, each with what it has cost so far.
 */
export function ComparePage() {
  const words = useWords();
  const isSmall = useIsSmall();
  const scene = useScene();
  if (!scene) return null;
  const shown = isSmall ? scene.comparison.focus : null;
  const isWhole = !isEmbedded();
  return (
    <section
      className={`compare${isSmall ? ' one' : ''}${isWhole ? '' : ' framed'}`}
      aria-label={words.compare.title}
    >
      {isWhole && <Head steps={scene.base.scenario.steps.length} count={scene.names.length} />}
      {isSmall && <MachineTabs names={scene.names} shown={scene.comparison.focus} />}
      <div className="compare-body">
        <Columns scene={scene} only={shown} />
        {isWhole && <Costs scene={scene} />}
      </div>
      <div className="transport-bar">
        <Transport />
        <Position />
      </div>
    </section>
  );
}
