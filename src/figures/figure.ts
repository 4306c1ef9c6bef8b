/**
 * Figures: tables of which every number is counted in a run of a scenario, and stands beside what is published where something
 * is. Nothing is fitted: a number is what the model does, and a test says where it differs from the publication.
 */
import type { SourceId } from './sources.ts';

export type FigureId = 'depths' | 'pages' | 'warm' | 'exits' | 'unsync' | 'splitting';

/** What is counted over a cell's steps. */
export type Counted = 'references' | 'mean-references' | 'exits' | 'tables';

/** Name of a row or a column; the page has a text for it in each language. */
export type LabelName =
  | 'native'
  | 'shadow'
  | 'npt'
  | 'ept'
  | 'ept-walks'
  | 'stride-4K'
  | 'stride-2M'
  | 'stride-1G'
  | 'ept-4'
  | 'ept-5'
  | 'npt-4'
  | 'npt-5'
  | 'paging-off'
  | 'paging-32'
  | 'paging-pae'
  | 'paging-4'
  | 'paging-5'
  | 'guest-4K'
  | 'guest-2M'
  | 'guest-1G'
  | 'host-4K'
  | 'host-2M'
  | 'host-1G'
  | 'first-touch'
  | 'guest-fault'
  | 'first-entry-write'
  | 'next-entry-write'
  | 'upper-entry-write'
  | 'first-dirty'
  | 'invlpg'
  | 'cr3'
  | 'wp'
  | 'mmio'
  | 'logged-write'
  | 'unsync-on'
  | 'unsync-off'
  | 'entries-1'
  | 'entries-8'
  | 'entries-64'
  | 'pages-1'
  | 'pages-16'
  | 'pages-128'
  | 'eager-tables'
  | 'eager-writes'
  | 'eager-reads'
  | 'lazy-tables'
  | 'lazy-writes'
  | 'lazy-reads';

export interface Cell {
  /** The scenario. */
  readonly text: string;
  /** The steps that are counted, from 0, both included. */
  readonly from: number;
  readonly to: number;
  readonly published: { readonly value: number; readonly source: SourceId } | null;
}

export interface Column {
  readonly label: LabelName;
  readonly counted: Counted;
}

export interface Row {
  readonly label: LabelName;
  /** One for each column. */
  readonly cells: readonly Cell[];
}

export interface Figure {
  readonly id: FigureId;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}

/** A cell of which the last step is counted. */
export function lastStep(
  setup: readonly string[],
  steps: readonly string[],
  published: Cell['published'],
): Cell {
  const last = steps.length - 1;
  return { text: scenarioText(setup, steps), from: last, to: last, published };
}

/** A scenario's text, from the statements before its first step and the steps. */
export const scenarioText = (setup: readonly string[], steps: readonly string[]): string =>
  `${['scenario 1', ...setup, '', ...steps].join('\n')}\n`;
