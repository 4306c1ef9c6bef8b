/** An arrangement as a grid: which panes are open, folded or away, and the tracks that hold them. */
import type { Arrangement, PaneId, Shares } from '#ui/arrangement.ts';

export type PaneState = 'open' | 'folded' | 'away';

/** The lines that can be dragged, by the share that each changes. */
export type SplitId = keyof Shares;

export interface PaneLayout {
  readonly panes: Readonly<Record<PaneId, PaneState>>;
  /** Whether the sentence stands in a row of its own; else it is below the scenario. */
  readonly hasSentenceRow: boolean;
  readonly splits: Readonly<Record<SplitId, boolean>>;
  /** `grid-template-rows` of the page: views, sentence, line, events. */
  readonly rows: string;
  /** `grid-template-columns` and `grid-template-rows` of the views. */
  readonly viewColumns: string;
  readonly viewRows: string;
}

/** The pane whose folding a line's Enter key changes. */
export const SPLIT_PANE = {
  left: 'scenario',
  right: 'inspector',
  walk: 'walk',
  events: 'events',
} as const satisfies Record<SplitId, PaneId>;

/** Width of a folded pane at a side, height of one in the middle, in CSS pixels. */
const FOLDED_SIDE = 30;
const FOLDED_MIDDLE = 31;
const REST = 'minmax(0, 1fr)';

const least = (pixels: number, percent: number): string => `max(${pixels}px, ${percent.toFixed(2)}%)`;

function side(state: PaneState, percent: number): string {
  if (state === 'away') return '0';
  return state === 'folded' ? `${FOLDED_SIDE}px` : least(180, percent);
}

function paneStates({ folded, maximised }: Arrangement): Record<PaneId, PaneState> {
  const state = (pane: PaneId): PaneState => {
    if (maximised === pane) return 'open';
    if (maximised) return pane === 'events' ? 'folded' : 'away';
    return folded.includes(pane) ? 'folded' : 'open';
  };
  return {
    scenario: state('scenario'),
    walk: state('walk'),
    lower: state('lower'),
    inspector: state('inspector'),
    events: state('events'),
  };
}

const isThere = (state: PaneState): boolean => state !== 'away';

function middleRows({ walk, lower }: Record<PaneId, PaneState>, shares: Shares): string {
  if (walk === 'folded') return `${FOLDED_MIDDLE}px 0 ${REST}`;
  if (lower === 'folded') return `${REST} 0 ${FOLDED_MIDDLE}px`;
  if (walk === 'away') return `0 0 ${lower === 'away' ? '0' : REST}`;
  return lower === 'away' ? `${REST} 0 0` : `${least(60, shares.walk)} 1px ${REST}`;
}

/** The grid of an arrangement. */
export function paneLayout(arrangement: Arrangement): PaneLayout {
  const panes = paneStates(arrangement);
  const { shares, maximised } = arrangement;
  const hasCentre = isThere(panes.walk) || isThere(panes.lower);
  const isAlone = maximised !== null;
  const left = isAlone && panes.scenario === 'open' ? REST : side(panes.scenario, shares.left);
  const right = isAlone && panes.inspector === 'open' ? REST : side(panes.inspector, shares.right);
  const line = isAlone ? '0' : '1px';
  return {
    panes,
    hasSentenceRow: panes.scenario !== 'open',
    splits: {
      left: panes.scenario === 'open' && !isAlone,
      right: panes.inspector === 'open' && !isAlone,
      walk: panes.walk === 'open' && panes.lower === 'open',
      events: panes.events === 'open' && !isAlone,
    },
    rows: rowTracks(panes.events, maximised, shares),
    viewColumns: `${left} ${line} ${hasCentre ? REST : '0'} ${line} ${right}`,
    viewRows: hasCentre ? middleRows(panes, shares) : `${REST} 0 0`,
  };
}

function rowTracks(events: PaneState, maximised: PaneId | null, shares: Shares): string {
  if (maximised === 'events') return `0 auto 0 ${REST}`;
  return `${REST} auto 1px ${events === 'folded' ? 'auto' : least(110, shares.events)}`;
}

/**
 * The share that puts a line at a point.
 * @param box the grid that the line is in, and the point, in CSS pixels
 */
export function shareAt(
  split: SplitId,
  box: Pick<DOMRect, 'left' | 'top' | 'width' | 'height'>,
  point: { readonly x: number; readonly y: number },
): number {
  const across = ((point.x - box.left) * 100) / box.width;
  const down = ((point.y - box.top) * 100) / box.height;
  switch (split) {
    case 'left':
      return across;
    case 'right':
      return 100 - across;
    case 'walk':
      return down;
    case 'events':
      return 100 - down;
  }
}
