/**
 * What a filter is, once read, and how it is written again. A filter says which events of a log are meant (docs/filter.md); it knows
 * nothing of any log.
 */

/** Whole numbers from `from` to `to`, both included. */
export interface Range {
  readonly from: bigint;
  readonly to: bigint;
}

export const OPERATORS = ['=', '!=', '<', '<=', '>', '>='] as const;
export type Operator = (typeof OPERATORS)[number];

/** Groups of kinds that have a name of their own. */
export const GROUPS = ['fault', 'exit', 'change'] as const;
export type Group = (typeof GROUPS)[number];

export const FAMILIES = ['flow', 'call', 'walk', 'change', 'tracepoint'] as const;

/** Keys whose value is a thing of the machine: an event is meant if it names, reads or changes it; or does only one of these. */
export const THINGS = ['entry', 'table', 'frame', 'gva', 'gpa', 'reg', 'writes', 'reads'] as const;
export type Thing = (typeof THINGS)[number];

/** Keys whose value is a range of numbers, as people count: from 1. */
export const COUNTED = ['step', 'event'] as const;
export type Counted = (typeof COUNTED)[number];

export const KEYS = ['kind', 'family', 'is', 'cpu', ...COUNTED, 'fn', ...THINGS] as const;
export type Key = (typeof KEYS)[number];

export type Filter =
  | { readonly is: 'all'; readonly of: readonly Filter[] }
  | { readonly is: 'any'; readonly of: readonly Filter[] }
  | { readonly is: 'not'; readonly of: Filter }
  /** A kind of event, with `*` for any letters. */
  | { readonly is: 'kind'; readonly pattern: string }
  | { readonly is: 'family'; readonly family: (typeof FAMILIES)[number] }
  | { readonly is: 'group'; readonly group: Group }
  /** A vCPU, or null for the host. */
  | { readonly is: 'cpu'; readonly cpu: number | null }
  | { readonly is: 'counted'; readonly key: Counted; readonly range: Range }
  /** Inside a function, with `*` for any letters: from its call to its return. */
  | { readonly is: 'function'; readonly pattern: string }
  | { readonly is: 'thing'; readonly key: Thing; readonly name: string }
  | {
      readonly is: 'field';
      readonly name: string;
      /** A bit of it, by its name or number; empty for all of it. */
      readonly bit: string;
      readonly operator: Operator;
      readonly value: string;
    }
  /** Words that an event's line has in it. */
  | { readonly is: 'text'; readonly text: string };

/** Everything: what an empty filter means. */
export const EVERYTHING: Filter = { is: 'all', of: [] };

/** Whether a word must stand in quotes, lest it be read as something else. */
const needsQuotes = (word: string): boolean =>
  word === '' || /[\s()"|]|^-|^(or|and)$|^[a-z_]+[:.=!<>]|^[a-z_]+\.\w+[=!<>]/.test(word);

const quoted = (word: string): string => (needsQuotes(word) ? `"${word.replaceAll('"', '')}"` : word);

/** A value behind a key or an operator: quotes only where a blank or a bracket would end it. */
const valueText = (value: string): string =>
  value === '' || /[\s()"]/.test(value) ? `"${value.replaceAll('"', '')}"` : value;

const rangeText = ({ from, to }: Range): string => (from === to ? `${from}` : `${from}..${to}`);

/** A filter as text: read again, it is the same. */
export function filterText(filter: Filter): string {
  switch (filter.is) {
    case 'all':
      return filter.of
        .map((part) => (part.is === 'any' ? `(${filterText(part)})` : filterText(part)))
        .join(' ');
    case 'any':
      return filter.of.map(filterText).join(' or ');
    case 'not':
      return filter.of.is === 'all' || filter.of.is === 'any' || filter.of.is === 'not'
        ? `-(${filterText(filter.of)})`
        : `-${filterText(filter.of)}`;
    case 'kind':
      return `kind:${filter.pattern}`;
    case 'family':
      return `family:${filter.family}`;
    case 'group':
      return `is:${filter.group}`;
    case 'cpu':
      return `cpu:${filter.cpu ?? 'host'}`;
    case 'counted':
      return `${filter.key}:${rangeText(filter.range)}`;
    case 'function':
      return `fn:${filter.pattern}`;
    case 'thing':
      return `${filter.key}:${valueText(filter.name)}`;
    case 'field': {
      const bit = filter.bit === '' ? '' : `.${filter.bit}`;
      return `${filter.name}${bit}${filter.operator}${valueText(filter.value)}`;
    }
    case 'text':
      return quoted(filter.text);
  }
}
