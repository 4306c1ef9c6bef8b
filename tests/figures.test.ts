// Each figure's numbers are counted again, held against the published ones, and written down in docs/figures.md.
import { describe, expect, it } from 'vitest';
import { FIGURES } from '#figures/all.ts';
import { figureValues } from '#figures/compute.ts';
import type { Figure } from '#figures/figure.ts';
import { SOURCES } from '#figures/sources.ts';
import { figures as words } from '#ui/words/en/figures.ts';

const counted = new Map(FIGURES.map((figure) => [figure.id, figureValues(figure)]));
const valuesOf = ({ id }: Figure): number[][] => counted.get(id)!;

/** Where the model differs from what is published, and why: nothing may be fitted silently. */
const KNOWN_DIFFERENCES: readonly string[] = [];

it('the numbers are those that are published', () => {
  const differences = FIGURES.flatMap((figure) =>
    figure.rows.flatMap(({ label, cells }, row) =>
      cells.flatMap(({ published }, column) => {
        const value = valuesOf(figure)[row]![column]!;
        if (!published || published.value === value) return [];
        return [
          `${figure.id}, ${label}, ${figure.columns[column]!.label}: ${value}, published ${published.value}`,
        ];
      }),
    ),
  );
  expect(differences).toEqual(KNOWN_DIFFERENCES);
});

describe.each(FIGURES)('$id', (figure) => {
  it('has a cell for each column', () => {
    for (const { cells } of figure.rows) expect(cells).toHaveLength(figure.columns.length);
  });
});

/** A figure as Markdown: a published number that is the same is not repeated. */
function markdown(figure: Figure): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const head = ['', ...figure.columns.map(({ label }) => words.labels[label])];
  const rows = figure.rows.map(({ label, cells }, row) => [
    words.labels[label],
    ...cells.map(({ published }, column) => {
      const value = valuesOf(figure)[row]![column]!;
      if (!published) return `${value}`;
      return published.value === value ? `**${value}**` : `${value} (published: ${published.value})`;
    }),
  ]);
  const rule = ['---', ...figure.columns.map(() => '---:')];
  return [
    `## ${words.names[figure.id]}`,
    '',
    words.notes[figure.id],
    '',
    ...[head, rule, ...rows].map(line),
    '',
    `Sources: ${sourcesOf(figure).join(', ') || 'none'}.`,
  ].join('\n');
}

function sourcesOf(figure: Figure): string[] {
  const ids = figure.rows.flatMap(({ cells }) => cells.flatMap(({ published }) => published?.source ?? []));
  return [...new Set(ids)].map((id) => SOURCES[id].short);
}

it('docs/figures.md says what is counted', async () => {
  const text = [
    '# Figures',
    '',
    'Every number is counted in a run of a scenario; `src/figures` has the scenarios. **Bold**: the same number is published.',
    'This page is made by a test: `npx vitest run tests/figures.test.ts -u`.',
    '',
    ...FIGURES.map(markdown).flatMap((figure) => [figure, '']),
    '## Sources',
    '',
    ...Object.values(SOURCES).map(({ short, long }) => `- **${short}**: ${long}`),
    '',
  ].join('\n');
  await expect(text).toMatchFileSnapshot('../docs/figures.md');
});
