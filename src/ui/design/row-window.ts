/** Long lists of rows of one height, of which only those in sight are drawn: which they are, and where. All in CSS pixels. */

/** Browsers lay nothing out beyond 2^25 pixels; a longer list moves faster than its scroll bar. */
const HIGHEST = 30_000_000;

export interface RowList {
  readonly count: number;
  /** Height of a row. */
  readonly row: number;
  /** Height of what scrolls. */
  readonly view: number;
}

/** Height of what stands for all rows. */
export const listHeight = ({ count, row }: RowList): number => Math.min(count * row, HIGHEST);

/** How many pixels of rows go by with a pixel of the scroll bar. */
function pace(list: RowList): number {
  const { count, row, view } = list;
  const room = listHeight(list) - view;
  return room > 0 ? (count * row - view) / room : 1;
}

/** A place of the scroll bar that the list has. */
export const withinList = (list: RowList, top: number): number =>
  Math.max(0, Math.min(top, listHeight(list) - list.view));

/** Where a row is drawn while the list is scrolled to `top`. */
export const rowTop = (list: RowList, index: number, top: number): number =>
  index * list.row - Math.round(top * (pace(list) - 1));

/** The rows that are drawn: those in sight, and `beyond` more at each end. */
export function rowsInSight(list: RowList, top: number, beyond: number): { from: number; to: number } {
  const first = (top * pace(list)) / list.row;
  return {
    from: Math.max(0, Math.floor(first) - beyond),
    to: Math.min(list.count, Math.ceil(first + list.view / list.row) + beyond),
  };
}

/**
 * Where the list has to be scrolled to show a row: nowhere else if it is in sight.
 * @param margin how many rows before it, and how many after it, shall be in sight too
 */
export function revealed(
  list: RowList,
  index: number,
  top: number,
  [before, after]: readonly [number, number],
): number {
  const rate = pace(list);
  const start = (index - before) * list.row;
  const end = (index + 1 + after) * list.row - list.view;
  const now = top * rate;
  const wanted = now > start ? start : now < end ? end : now;
  return wanted === now ? top : withinList(list, wanted / rate);
}
