/** How the panes are arranged, and its form in a link: `c23.54.23-m38.62-r68.32-vwalk-ltables`. */

export const TABS = ['walk', 'tables', 'memory', 'calls', 'inspector', 'scenario', 'events'] as const;
/** The view that a small screen shows. */
export type Tab = (typeof TABS)[number];

export const LOWER_TABS = ['tables', 'memory', 'calls'] as const;
/** The view below the walk, on a large screen. */
export type LowerTab = (typeof LOWER_TABS)[number];

export interface Arrangement {
  /** Shares in per cent: scenario, middle, inspector. */
  readonly columns: readonly number[];
  /** Walk, tables. */
  readonly middle: readonly number[];
  /** Views, timeline. */
  readonly rows: readonly number[];
  readonly tab: Tab;
  readonly lower: LowerTab;
  /** Whether calls of functions are events to step through. */
  readonly calls: boolean;
}

export const DEFAULT_ARRANGEMENT: Arrangement = {
  columns: [24, 52, 24],
  middle: [40, 60],
  rows: [70, 30],
  tab: 'walk',
  lower: 'tables',
  calls: false,
};

const percents = (shares: readonly number[]): string => shares.map((share) => Math.round(share)).join('.');

function fullText({ columns, middle, rows, tab, lower, calls }: Arrangement): string {
  const shares = `c${percents(columns)}-m${percents(middle)}-r${percents(rows)}`;
  return `${shares}-v${tab}-l${lower}${calls ? '-k' : ''}`;
}

const DEFAULT_TEXT = fullText(DEFAULT_ARRANGEMENT);

/** The arrangement as a word; empty for the default one. */
export function arrangementText(arrangement: Arrangement): string {
  const text = fullText(arrangement);
  return text === DEFAULT_TEXT ? '' : text;
}

function shares(text: string | undefined, fallback: readonly number[]): readonly number[] {
  const numbers = (text ?? '').split('.').map(Number);
  const sum = numbers.reduce((all, share) => all + share, 0);
  const valid = numbers.length === fallback.length && numbers.every((share) => share >= 5 && share <= 90);
  return valid && Math.abs(sum - 100) <= numbers.length
    ? numbers.map((share) => (share * 100) / sum)
    : fallback;
}

/** Reads `arrangementText`'s form; what is missing or senseless has its default. */
export function parseArrangement(text: string): Arrangement {
  const parts = new Map(text.split('-').map((part) => [part[0] ?? '', part.slice(1)]));
  return {
    columns: shares(parts.get('c'), DEFAULT_ARRANGEMENT.columns),
    middle: shares(parts.get('m'), DEFAULT_ARRANGEMENT.middle),
    rows: shares(parts.get('r'), DEFAULT_ARRANGEMENT.rows),
    tab: TABS.find((tab) => tab === parts.get('v')) ?? DEFAULT_ARRANGEMENT.tab,
    lower: LOWER_TABS.find((tab) => tab === parts.get('l')) ?? DEFAULT_ARRANGEMENT.lower,
    calls: parts.has('k'),
  };
}
