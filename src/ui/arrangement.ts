/**
 * How the panes are arranged, and its form in a link: `c23.54.23-m38.62-r68.32-vtables-lmemory-fsi-xw-p-k`. A part that is
 * missing has its default; what a later version adds is passed over. What the scenario is compared with comes last, as counterpart.ts says.
 */

import { type Counterpart, counterpartsText, parseCounterparts } from '#ui/compare/counterpart.ts';
import type { Detail } from './sequence.ts';

export const TABS = [
  'walk',
  'tables',
  'memory',
  'calls',
  'cost',
  'inspector',
  'marks',
  'scenario',
  'events',
] as const;
/** The view that a small screen shows. */
export type Tab = (typeof TABS)[number];

export const LOWER_TABS = ['tables', 'memory', 'calls', 'cost', 'marks'] as const;
/** The view below the walk, on a large screen. */
export type LowerTab = (typeof LOWER_TABS)[number];

/** The panes of a large screen. In a link each is its first letter. */
export const PANES = ['scenario', 'walk', 'lower', 'inspector', 'events'] as const;
export type PaneId = (typeof PANES)[number];

/** Per cent of the page: widths of the left and the right pane, height of the walk among the views, height of the events. */
export interface Shares {
  readonly left: number;
  readonly right: number;
  readonly walk: number;
  readonly events: number;
}

/** What presets decide; the rest of an arrangement is left as it is. */
export interface Shape {
  readonly shares: Shares;
  /** Panes of which only the title is shown. */
  readonly folded: readonly PaneId[];
  /** The pane that has all the room. */
  readonly maximised: PaneId | null;
  /** Whether the page is for a lecture hall: large type, and nothing but the maximised pane, sentence and transport. */
  readonly isLarge: boolean;
}

export interface Arrangement extends Shape {
  readonly tab: Tab;
  readonly lower: LowerTab;
  /** Which events are stepped through. */
  readonly detail: Detail;
  /** What the scenario is compared with; nothing where the page shows it alone. */
  readonly compare: readonly Counterpart[];
}

const ALL_PANES: Shape = {
  shares: { left: 24, right: 24, walk: 40, events: 30 },
  folded: [],
  maximised: null,
  isLarge: false,
};

/** Arrangements with a name. Presenting leaves the panes behind it as they are, to come back to. */
export const PRESETS = {
  learn: { ...ALL_PANES, shares: { left: 30, right: 24, walk: 40, events: 26 }, folded: ['inspector'] },
  debug: ALL_PANES,
  present: { maximised: 'walk', isLarge: true },
} as const satisfies Record<string, Partial<Shape>>;
export type PresetId = keyof typeof PRESETS;
export const PRESET_IDS = Object.keys(PRESETS) as readonly PresetId[];

export const DEFAULT_ARRANGEMENT: Arrangement = {
  ...ALL_PANES,
  tab: 'walk',
  lower: 'tables',
  detail: 'hypervisor',
  compare: [],
};

/** The smallest and the largest share that a pane can be given. */
export const SHARE_RANGE = { least: 10, most: 80 } as const;
/** What is left for the panes in the middle, at least. */
const LEAST_CENTRE = 15;

/** An arrangement in which one share is changed, kept within bounds. */
export function withShare(shares: Shares, name: keyof Shares, percent: number): Shares {
  const most =
    name === 'left'
      ? 100 - LEAST_CENTRE - shares.right
      : name === 'right'
        ? 100 - LEAST_CENTRE - shares.left
        : SHARE_RANGE.most;
  return { ...shares, [name]: Math.min(most, SHARE_RANGE.most, Math.max(SHARE_RANGE.least, percent)) };
}

/** The folded panes after folding or unfolding one: of the two in the middle at least one stays open. */
export function withFolded(folded: readonly PaneId[], pane: PaneId, isFolded: boolean): readonly PaneId[] {
  const others = folded.filter((other) => other !== pane);
  if (!isFolded) return others;
  const partner = pane === 'walk' ? 'lower' : pane === 'lower' ? 'walk' : null;
  return [...others.filter((other) => other !== partner), pane];
}

/** The view that a person looks at: the one that has all the room, else the walk. */
export function mainView({ maximised, lower }: Arrangement): Tab {
  return maximised === 'lower' ? lower : (maximised ?? 'walk');
}

/** The change that gives a view all the room. */
export function maximisedOn(view: Tab): Partial<Arrangement> {
  const lower = LOWER_TABS.find((tab) => tab === view);
  if (lower) return { maximised: 'lower', lower };
  return { maximised: PANES.find((pane) => pane === view) ?? 'walk' };
}

/** The preset that an arrangement is, if it is one. */
export function presetOf(arrangement: Arrangement): PresetId | null {
  const text = shapeParts(arrangement).join();
  return PRESET_IDS.find((id) => shapeParts({ ...arrangement, ...PRESETS[id] }).join() === text) ?? null;
}

const percents = (...shares: readonly number[]): string => shares.map((share) => Math.round(share)).join('.');

const letters = (panes: readonly PaneId[]): string =>
  PANES.filter((pane) => panes.includes(pane))
    .map((pane) => pane[0])
    .join('');

function shapeParts({ shares, folded, maximised, isLarge }: Shape): string[] {
  const { left, right, walk, events } = shares;
  return [
    `c${percents(left, 100 - left - right, right)}`,
    `m${percents(walk, 100 - walk)}`,
    `r${percents(100 - events, events)}`,
    folded.length > 0 ? `f${letters(folded)}` : '',
    maximised ? `x${maximised[0]}` : '',
    isLarge ? 'p' : '',
  ];
}

/** Its part of a link; nothing for the usual level. */
const DETAIL_PART: Readonly<Record<Detail, string>> = { hardware: 'h', hypervisor: '', everything: 'k' };

const partsOf = (arrangement: Arrangement): string[] => [
  ...shapeParts(arrangement),
  `v${arrangement.tab}`,
  `l${arrangement.lower}`,
  DETAIL_PART[arrangement.detail],
];

const DEFAULT_PARTS = partsOf(DEFAULT_ARRANGEMENT);

/** The arrangement as a word: what differs from the default one. */
export const arrangementText = (arrangement: Arrangement): string =>
  partsOf(arrangement)
    .filter((part, i) => part !== DEFAULT_PARTS[i])
    .join('-') + counterpartsText(arrangement.compare);

/** Percentages of a part as they add up to 100; null where they are none. */
function percentages(text: string | undefined, count: number): readonly number[] | null {
  const numbers = (text ?? '').split('.').map(Number);
  const sum = numbers.reduce((all, share) => all + share, 0);
  const isValid = numbers.length === count && numbers.every((share) => share >= 5 && share <= 90);
  return isValid && Math.abs(sum - 100) <= count ? numbers.map((share) => (share * 100) / sum) : null;
}

function parseShares(parts: ReadonlyMap<string, string>): Shares {
  const { shares } = DEFAULT_ARRANGEMENT;
  const [left = shares.left, , right = shares.right] = percentages(parts.get('c'), 3) ?? [];
  const [walk = shares.walk] = percentages(parts.get('m'), 2) ?? [];
  const [, events = shares.events] = percentages(parts.get('r'), 2) ?? [];
  return { left, right, walk, events };
}

/** Reads `arrangementText`'s form; what is missing or senseless has its default. */
export function parseArrangement(text: string): Arrangement {
  const { rest, counterparts } = parseCounterparts(text);
  const parts = new Map(rest.split('-').map((part) => [part[0] ?? '', part.slice(1)]));
  const paneOf = (letter: string): PaneId | null => PANES.find((pane) => pane[0] === letter) ?? null;
  const folded = [...(parts.get('f') ?? '')].map(paneOf).filter((pane) => pane !== null);
  return {
    shares: parseShares(parts),
    folded: folded.reduce<readonly PaneId[]>((panes, pane) => withFolded(panes, pane, true), []),
    maximised: paneOf(parts.get('x') ?? ''),
    isLarge: parts.has('p'),
    tab: TABS.find((tab) => tab === parts.get('v')) ?? DEFAULT_ARRANGEMENT.tab,
    lower: LOWER_TABS.find((tab) => tab === parts.get('l')) ?? DEFAULT_ARRANGEMENT.lower,
    detail: parts.has('h') ? 'hardware' : parts.has('k') ? 'everything' : DEFAULT_ARRANGEMENT.detail,
    compare: counterparts,
  };
}
