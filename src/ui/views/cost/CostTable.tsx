import { tracepointsOf } from '#machine/costs.ts';
import type { CostGroup } from '#ui/costs.ts';
import type { Words } from '#ui/words/en.ts';
import { useWords } from '#ui/words/language.ts';
import '#ui/design/cost-table.css';
import type { CostRow } from './model.ts';

/** What a line counts, and the tracepoints that it is counted from. */
function lineText(
  { group, what }: CostRow,
  words: Words['cost'],
): { readonly text: string; readonly help: string | undefined } {
  if (what === 'total') return { text: words.groups[group], help: undefined };
  if (typeof what === 'object') return { text: what.reason, help: undefined };
  return { text: words.counters[what], help: tracepointsOf(what).join(', ') || undefined };
}

/** @param isChange a step's value is a difference to what was there before */
function Value({ value, isChange = false }: { readonly value: number; readonly isChange?: boolean }) {
  const sign = isChange && value !== 0 ? (value > 0 ? '+' : '−') : '';
  return (
    <td className={value === 0 ? 'none' : ''}>
      {sign}
      {isChange ? Math.abs(value) : value}
    </td>
  );
}

function Row({ row }: { readonly row: CostRow }) {
  const { text, help } = lineText(row, useWords().cost);
  const isLevel = row.group === 'tables' && row.what === 'total';
  return (
    <tr className={row.what === 'total' ? 'total' : ''}>
      <th scope="row" title={help}>
        {text}
      </th>
      <Value value={row.step[0]} isChange={isLevel} />
      <Value value={row.step[1]} isChange={isLevel} />
      <Value value={row.run[0]} />
      <Value value={row.run[1]} />
    </tr>
  );
}

/** A heading without numbers of its own, and a group's remark. */
function Remark({ text, isHeading }: { readonly text: string; readonly isHeading: boolean }) {
  return (
    <tr className={isHeading ? 'total' : 'remark'}>
      <th scope={isHeading ? 'rowgroup' : 'row'} colSpan={5}>
        {text}
      </th>
    </tr>
  );
}

function Group({
  group,
  rows,
  hasTlb,
}: {
  readonly group: CostGroup;
  readonly rows: readonly CostRow[];
  readonly hasTlb: boolean;
}) {
  const { groups, noTlb } = useWords().cost;
  const isTitled = rows.some((row) => row.what === 'total');
  return (
    <tbody>
      {!isTitled && <Remark text={groups[group]} isHeading />}
      {rows.map((row) => (
        <Row key={typeof row.what === 'object' ? row.what.reason : row.what} row={row} />
      ))}
      {group === 'flushes' && !hasTlb && <Remark text={noTlb} isHeading={false} />}
    </tbody>
  );
}

/** Every cost, of the step at the cursor and of the run. */
export function CostTable({
  rows,
  step,
  hasTlb,
}: {
  readonly rows: readonly CostRow[];
  readonly step: number;
  readonly hasTlb: boolean;
}) {
  const words = useWords();
  const { soFar, whole, run } = words.cost;
  const groups = [...new Set(rows.map((row) => row.group))];
  return (
    <table className="cost-table">
      <thead>
        <tr className="over">
          <td rowSpan={2} />
          <th scope="colgroup" colSpan={2}>
            {words.cost.step(step + 1)}
          </th>
          <th scope="colgroup" colSpan={2}>
            {run}
          </th>
        </tr>
        <tr>
          {[soFar, whole, soFar, whole].map((text, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: four columns that never change
            <th key={i} scope="col">
              {text}
            </th>
          ))}
        </tr>
      </thead>
      {groups.map((group) => (
        <Group key={group} group={group} rows={rows.filter((row) => row.group === group)} hasTlb={hasTlb} />
      ))}
    </table>
  );
}
