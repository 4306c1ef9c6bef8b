/** Rows in sight of a list that scrolls, for React. */
import { type RefCallback, useCallback, useLayoutEffect, useRef, useState } from 'react';
import { listHeight, type RowList, revealed, rowsInSight, rowTop, withinList } from './row-window.ts';

interface Options {
  readonly count: number;
  /** Height of a row, in CSS pixels. */
  readonly row: number;
  /** Rows that are shown whenever they become others (below 0: none); the first also when the list becomes another one. */
  readonly shown: readonly number[];
  /** Rows around those that are to be in sight too. */
  readonly margin: number;
  /** Rows out of sight, at each end, that are drawn. */
  readonly beyond: number;
}

export interface RowWindow<T extends HTMLElement> {
  /** For what scrolls. */
  readonly attach: RefCallback<T>;
  /** Height of what the rows lie in. */
  readonly height: number;
  readonly rows: readonly { readonly index: number; readonly top: number }[];
  /** Shows a row now. */
  readonly show: (index: number) => void;
}

interface Sight {
  readonly top: number;
  readonly view: number;
  /** For which list, and for which shown rows, that was found out. */
  readonly count: number;
  readonly shown: readonly number[];
}

/** What is in sight after `list` and `shown` have become these: the last of the rows that are new is shown. */
function next(last: Sight, list: RowList, options: Options): Sight {
  const { count, shown, margin } = options;
  const isNew = (row: number, i: number): boolean =>
    row !== last.shown[i] || (i === 0 && (count !== last.count || list.view !== last.view));
  const top = shown.reduce(
    (at, row, i) => (row >= 0 && row < count && isNew(row, i) ? revealed(list, row, at, margin) : at),
    withinList(list, last.top),
  );
  return { top, view: list.view, count, shown };
}

/**
 * A long list of which only the rows in sight are drawn. Rows that come into sight with the cursor are drawn at once,
 * and the list is scrolled to them afterwards: asking the browser first would make it lay the page out twice.
 */
export function useRowWindow<T extends HTMLElement>(options: Options): RowWindow<T> {
  const { count, row, shown, beyond } = options;
  const [view, setView] = useState(0);
  const [sight, setSight] = useState<Sight>({ top: 0, view: 0, count: 0, shown: [] });
  const element = useRef<T | null>(null);
  /** Where the browser has scrolled to, as far as is known. */
  const scrolled = useRef(0);
  const list: RowList = { count, row, view };
  const isOld =
    sight.view !== view || sight.count !== count || shown.some((each, i) => each !== sight.shown[i]);
  const current = isOld ? next(sight, list, options) : sight;
  if (isOld) setSight(current);
  const { top } = current;
  useLayoutEffect(() => {
    if (!element.current || scrolled.current === top) return;
    element.current.scrollTop = top;
    scrolled.current = top;
  }, [top]);
  const attach = useCallback((target: T | null) => {
    element.current = target;
    if (!target) return;
    const observer = new ResizeObserver(([entry]) => setView(Math.floor(entry?.contentRect.height ?? 0)));
    const scroll = (): void => {
      scrolled.current = target.scrollTop;
      setSight((last) => ({ ...last, top: target.scrollTop }));
    };
    observer.observe(target);
    target.addEventListener('scroll', scroll, { passive: true });
    return () => {
      observer.disconnect();
      target.removeEventListener('scroll', scroll);
    };
  }, []);
  const { from, to } = rowsInSight(list, top, beyond);
  const rows = Array.from({ length: Math.max(0, to - from) }, (_, i) => ({
    index: from + i,
    top: rowTop(list, from + i, top),
  }));
  const show = (index: number): void =>
    setSight((last) => ({ ...last, top: revealed(list, index, last.top, options.margin) }));
  return { attach, height: listHeight(list), rows, show };
}
