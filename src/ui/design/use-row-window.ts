/** Rows in sight of a list that scrolls, for React. */
import { useState } from 'react';
import { listHeight, type RowList, revealed, rowsInSight, rowTop, withinList } from './row-window.ts';
import { type ScrollPlace, useScrollPlace } from './scroll-place.ts';

interface Options {
  readonly count: number;
  /** Height of a row, in CSS pixels. */
  readonly row: number;
  /** Rows that are shown whenever they become others (below 0: none); the first also when the list becomes another one. */
  readonly shown: readonly number[];
  /** How many rows before them, and how many after them, shall be in sight too. */
  readonly margin: readonly [number, number];
  /** Rows out of sight, at each end, that are drawn. */
  readonly beyond: number;
}

export interface RowWindow<T extends HTMLElement> extends Pick<ScrollPlace<T>, 'attach'> {
  /** Height of what the rows lie in. */
  readonly height: number;
  readonly rows: readonly { readonly index: number; readonly top: number }[];
  /** Shows a row now. */
  readonly show: (index: number) => void;
}

/** What was shown last, and of which list. */
interface Shown {
  readonly count: number;
  readonly view: number;
  readonly shown: readonly number[];
}

/** The rows that have to be shown now, after others were: none before it is known how high the list is. */
function newlyShown({ count, shown }: Options, view: number, last: Shown): number[] {
  if (view === 0) return [];
  const isOtherList = count !== last.count || view !== last.view;
  return shown.filter(
    (row, i) => row >= 0 && row < count && (row !== last.shown[i] || (i === 0 && isOtherList)),
  );
}

/** A long list of which only the rows in sight are drawn; those that are shown are drawn at once, and scrolled to. */
export function useRowWindow<T extends HTMLElement>(options: Options): RowWindow<T> {
  const { count, row, shown, margin, beyond } = options;
  const { attach, top: scrolled, view, moveTo } = useScrollPlace<T>();
  const [last, setLast] = useState<Shown>({ count: 0, view: 0, shown: [] });
  const list: RowList = { count, row, view };
  const within = withinList(list, scrolled);
  const top = newlyShown(options, view, last).reduce(
    (at, index) => revealed(list, index, at, margin),
    within,
  );
  if (
    view !== 0 &&
    (count !== last.count || view !== last.view || shown.some((each, i) => each !== last.shown[i]))
  )
    setLast({ count, view, shown });
  if (top !== within) moveTo(top);
  const { from, to } = rowsInSight(list, top, beyond);
  const rows = Array.from({ length: Math.max(0, to - from) }, (_, i) => ({
    index: from + i,
    top: rowTop(list, from + i, top),
  }));
  const show = (index: number): void => moveTo(revealed(list, index, top, margin));
  return { attach, height: listHeight(list), rows, show };
}
