import { SvgButton } from '#ui/design/SvgButton.tsx';
import { select } from '#ui/jumps.ts';
import { placeText, samePlace } from '#ui/place.ts';
import { useMarks } from '#ui/selection.ts';
import { useStudio } from '#ui/store.ts';
import type { Words } from '#ui/words/en.ts';
import { useWords } from '#ui/words/language.ts';
import type { GridGeometry } from './grid-geometry.ts';
import type { GridCellText } from './grid-model.ts';
import { CHARACTER, fittingFlags, fittingSlot } from './value-fit.ts';

/** Size of an entry's text. */
const SIZE = 12;
/** A cell that is no wider has no room for the name of its table. */
const TIGHT = 60;

/** What a screen reader says of a cell. */
function cellLabel({ walk }: Words, cell: GridCellText): string {
  const value = cell.isEmpty ? '0' : `${cell.address} ${cell.flags}`;
  const fault = cell.fault ? `, ${walk.fault}: ${cell.fault}` : '';
  const spared = cell.state === 'spared' ? `, ${walk.grid.spared}` : '';
  return `${cell.slot}: ${value}${fault}${spared}`;
}

interface Note {
  readonly text: string;
  readonly tone: 'fault' | 'note' | 'note rights';
}

/** Width of a character of a note, as a part of its size. */
const NOTE_CHARACTER = 0.62;
const NOTE_SIZE = 9.5;

/** What stands below or beside the value: the fault first, in the longest form that fits, else the entry's rights. */
function noteOf({ walk }: Words, cell: GridCellText, room: number): Note | null {
  const { fault, mended } = cell;
  const forms =
    fault !== null
      ? [`✕ ${fault}`, `✕${fault.replaceAll(' ', '')}`]
      : mended !== null
        ? [walk.grid.mended(mended), `✕ ${mended}`]
        : null;
  if (forms) {
    return {
      text: forms.find(({ length }) => length * NOTE_SIZE * NOTE_CHARACTER <= room) ?? '✕',
      tone: 'fault',
    };
  }
  if (cell.state === 'spared') return { text: walk.grid.spared, tone: 'note' };
  return cell.rights === '' ? null : { text: cell.rights, tone: 'note rights' };
}

interface Props {
  readonly cell: GridCellText;
  readonly isGuest: boolean;
  readonly x: number;
  readonly y: number;
  readonly at: GridGeometry;
}

/** The entry: where it leads, and its bits as far as there is room. */
function Value({ cell, room }: { readonly cell: GridCellText; readonly room: number }) {
  if (cell.isEmpty) return '0';
  const address = cell.address.replace(/^0x/, '');
  const flags = fittingFlags(address, cell.flags, room);
  return (
    <>
      <tspan className={`frame ${cell.space}`}>{address}</tspan>
      {flags !== '' && <tspan dx="5">{flags}</tspan>}
    </>
  );
}

/** Where the lines of a cell stand; lengths at the figure's own scale. A note without a place is left out. */
interface Layout {
  readonly slotY: number | null;
  readonly valueX: number;
  readonly valueY: number;
  readonly noteY: number | null;
}

/** A fault has a place in every cell; other notes only in three lines at full width. */
function layoutOf(
  { lines, isNarrow, cellHeight, scale }: GridGeometry,
  width: number,
  isFault: boolean,
): Layout {
  if (lines === 1) return { slotY: null, valueX: isNarrow ? 19 : 24, valueY: 14, noteY: isFault ? 14 : null };
  if (isNarrow && lines === 3) return { slotY: 27, valueX: 5, valueY: 42, noteY: isFault ? 14 : null };
  const hasSlot = width > TIGHT && !(lines === 2 && isFault);
  const noteY = lines === 3 ? cellHeight / scale - 6 : isFault ? 14 : null;
  return { slotY: hasSlot ? 14 : null, valueX: 7, valueY: 28, noteY };
}

function Texts({ cell, at, width }: Pick<Props, 'cell' | 'at'> & { readonly width: number }) {
  const words = useWords();
  const { scale, lines, isNarrow } = at;
  const { number, slot, state } = cell;
  const right = width - 5 * scale;
  const isKnown = slot !== '';
  const isFault = cell.fault !== null || cell.mended !== null;
  const { slotY, valueX, valueY, noteY } = layoutOf(at, width, isFault);
  const isStacked = isNarrow && lines === 3;
  const address = cell.isEmpty ? '0' : cell.address.replace(/^0x/, '');
  // Of a cell of one line the fault has what its number and the frame leave; of others, what the number does.
  const before = lines === 1 ? valueX + address.length * SIZE * CHARACTER + 3 : 19;
  const note = isKnown && noteY !== null ? noteOf(words, cell, right / scale - before) : null;
  const taken = lines === 1 && note ? note.text.length * NOTE_SIZE * NOTE_CHARACTER + 3 : 0;
  const room = Math.floor((right / scale - valueX - taken) / (SIZE * CHARACTER));
  return (
    <>
      {state === 'spared' && (
        <path className="strike" d={`M${(valueX - 2) * scale} ${(valueY - 4) * scale}H${right}`} />
      )}
      {number !== null && (
        <text x={5 * scale} y={14 * scale} className="number" fontSize={10 * scale}>
          {number}
        </text>
      )}
      {isKnown && slotY !== null && (
        <text
          x={isStacked ? valueX * scale : right}
          y={slotY * scale}
          textAnchor={isStacked ? 'start' : 'end'}
          className="slot"
          fontSize={(isNarrow && !isStacked ? 9 : 10) * scale}
        >
          {fittingSlot(slot, (right / scale - (isStacked ? valueX : 19)) / (10 * CHARACTER))}
        </text>
      )}
      {isKnown && (
        <text x={valueX * scale} y={valueY * scale} className="value-text" fontSize={SIZE * scale}>
          <Value cell={cell} room={room} />
        </text>
      )}
      {note && noteY !== null && (
        <text x={right} y={noteY * scale} textAnchor="end" className={note.tone} fontSize={NOTE_SIZE * scale}>
          {note.text}
        </text>
      )}
    </>
  );
}

/** One memory reference: made, spared, or to come. */
export function GridCellShape({ cell, isGuest, x, y, at }: Props) {
  const words = useWords();
  const selection = useStudio((state) => state.selection);
  const { entries: linked } = useMarks();
  const width = isGuest ? at.guestWidth : at.cellWidth;
  if (cell.state === 'absent')
    return <path className="pointer nested" d={`M${x} ${y + at.cellHeight / 2}h${width}`} />;
  const { place } = cell;
  const isSelected = place !== null && samePlace(selection, place);
  const className = [
    'cell grid-cell',
    isGuest ? 'guest' : 'nested',
    cell.state,
    cell.isEmpty ? 'empty' : '',
    cell.fault ? 'faulted' : '',
    cell.changed ?? '',
    cell.isCurrent ? 'current' : '',
    isSelected ? 'selected' : '',
    !isSelected && linked.has(placeText(place)) ? 'linked' : '',
  ].join(' ');
  const body = (
    <>
      <rect width={width} height={at.cellHeight} rx="3" />
      {cell.changed && (
        <path
          className="flag"
          d={`M${width} ${at.cellHeight}v${-8 * at.scale}L${width - 8 * at.scale} ${at.cellHeight}Z`}
        />
      )}
      <Texts cell={cell} at={at} width={width} />
    </>
  );
  return (
    <g transform={`translate(${x} ${y})`} className={className} data-slot={cell.slot}>
      {place ? (
        <SvgButton
          className="cell-button"
          label={cellLabel(words, cell)}
          isPressed={isSelected}
          onPress={() => select(place)}
        >
          <title>{cellLabel(words, cell)}</title>
          {body}
        </SvgButton>
      ) : (
        body
      )}
    </g>
  );
}
