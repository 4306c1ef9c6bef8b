/** Where the parts of a grid stand, for the room that there is. Lengths in CSS pixels. */

export interface GridGeometry {
  /** Of type and spaces. */
  readonly scale: number;
  /** Lines of text in a cell: value; slot and value; slot, value and rights. In a narrow figure's three the slot has one for itself. */
  readonly lines: 1 | 2 | 3;
  /** Whether a row's address stands above it instead of at its left; in rows of one line only whence it is has room. */
  readonly isNarrow: boolean;
  readonly cellWidth: number;
  readonly cellHeight: number;
  readonly guestWidth: number;
  /** Left edge of a nested column; the one after the last is the guest's. */
  readonly columnX: (column: number) => number;
  /** Upper edge of a row's cells. */
  readonly rowY: (row: number) => number;
  /** From a row's lower edge to the next row's upper edge. */
  readonly gap: number;
  readonly sliceX: number;
  readonly height: number;
}

const NARROW = 480;
/** The head of the columns, and the line below the grid. */
const HEAD = 17;
const FOOT = 18;
const CELL = { 1: 20, 2: 33, 3: 50 } as const;
const GAP = { 1: 7, 2: 9, 3: 18 } as const;
/** Height of the address above a narrow row. */
const LABEL = 15;

/** What a figure of so many lines and such a scale takes. */
function heightOf(rows: number, lines: 1 | 2 | 3, scale: number): number {
  return (HEAD + FOOT + rows * (CELL[lines] + GAP[lines])) * scale;
}

/** The most lines, and then the largest type, that fit; type grows no wider than the cells do. */
function densest(width: number, height: number, rows: number): { lines: 1 | 2 | 3; scale: number } {
  const widest = Math.min(1.7, Math.max(1, width / 720));
  for (const lines of [3, 2, 1] as const) {
    if (heightOf(rows, lines, 1) > height) continue;
    // Rounded down, so that a fraction of a pixel makes no scroll bar.
    const fitting = Math.floor((100 * height) / heightOf(rows, lines, 1)) / 100;
    return { lines, scale: Math.min(widest, fitting) };
  }
  return { lines: 1, scale: 1 };
}

const NARROW_SCALE = 0.92;
const NARROW_GAP = 6;

/** The most lines that fit with an address above each row, which one line goes without. */
function narrowest(height: number, rows: number): { lines: 1 | 2 | 3; scale: number } {
  const full = (lines: 2 | 3) =>
    (HEAD + FOOT + rows * (CELL[lines] + NARROW_GAP)) * NARROW_SCALE + rows * LABEL;
  return { lines: full(3) <= height ? 3 : full(2) <= height ? 2 : 1, scale: NARROW_SCALE };
}

/** What a grid needs room for. */
export interface GridExtent {
  /** Nested levels. */
  readonly columns: number;
  readonly rows: number;
  /** Characters of the longest address before a row. */
  readonly digits: number;
}

/** Width of a digit of a row's address, and of the row's name beside it (one line) or above it. */
const DIGIT = 7;
const NAME = { 1: 30, 2: 0, 3: 0 } as const;
const LEAST_LABEL = 64;
const SHORT_LABEL = { 1: 26, 2: 0, 3: 0 } as const;

/** @param height of the room; Infinity where it may grow */
export function gridGeometry(
  width: number,
  height: number,
  { columns, rows, digits }: GridExtent,
): GridGeometry {
  const isNarrow = width < NARROW;
  const { lines, scale } = isNarrow ? narrowest(height, rows) : densest(width, height, rows);
  const labelWidth = isNarrow
    ? SHORT_LABEL[lines]
    : (Math.max(LEAST_LABEL, digits * DIGIT) + NAME[lines] + 22) * scale;
  const sliceWidth = isNarrow ? 30 : 58 * scale;
  const between = isNarrow ? 5 : 14 * scale;
  const guestShare = isNarrow ? 1.1 : 1.2;
  const cellWidth = (width - labelWidth - sliceWidth - between * columns - 2) / (columns + guestShare);
  const top = HEAD * scale;
  const above = isNarrow && lines > 1 ? LABEL : 0;
  const cellHeight = CELL[lines] * scale;
  const gap = (isNarrow ? NARROW_GAP : GAP[lines]) * scale + above;
  const columnX = (column: number): number => labelWidth + column * (cellWidth + between) + 1;
  return {
    scale,
    lines,
    isNarrow,
    cellWidth,
    cellHeight,
    guestWidth: cellWidth * guestShare,
    columnX,
    rowY: (row) => top + above + row * (cellHeight + gap),
    gap,
    sliceX: columnX(columns) + cellWidth * guestShare + 6 * scale,
    height: top + above + rows * (cellHeight + gap) - above + FOOT * scale,
  };
}
