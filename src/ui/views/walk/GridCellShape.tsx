import { SvgButton } from '#ui/design/SvgButton.tsx';
import { select } from '#ui/jumps.ts';
import { placeText, samePlace } from '#ui/place.ts';
import { useMarks } from '#ui/selection.ts';
import { useStudio } from '#ui/store.ts';
import type { Words } from '#ui/words/en.ts';
import { useWords } from '#ui/words/language.ts';
import type { GridGeometry } from './grid-geometry.ts';
import type { GridCellText } from './grid-model.ts';

/** Width of a character in the monospaced face at size 12. */
const CHARACTER = 7.3;
/** A cell that is no wider has no room for the name of its table. */
const TIGHT = 60;

/** What a screen reader says of a cell. */
function cellLabel({ walk }: Words, cell: GridCellText): string {
  const value = cell.isEmpty ? '0' : `${cell.address} ${cell.flags}`;
  const fault = cell.fault ? `, ${walk.fault}: ${cell.fault}` : '';
  const spared = cell.state === 'spared' ? `, ${walk.grid.spared}` : '';
  return `${cell.slot}: ${value}${fault}${spared}`;
}

/** What stands below or beside the value: the fault first, else the entry's rights. */
function noteOf(
  { walk }: Words,
  cell: GridCellText,
): { readonly text: string; readonly tone: string } | null {
  if (cell.fault) return { text: `✕ ${cell.fault}`, tone: 'fault' };
  if (cell.mended !== null) return { text: walk.grid.mended(cell.mended), tone: 'fault' };
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
  const flags = address.length + 1 + cell.flags.length > room ? cell.flags.slice(-3) : cell.flags;
  return (
    <>
      <tspan className={`frame ${cell.space}`}>{address}</tspan>
      {address.length + 4 <= room && <tspan dx="5">{flags}</tspan>}
    </>
  );
}

function Texts({ cell, isGuest, at, width }: Omit<Props, 'x' | 'y'> & { readonly width: number }) {
  const words = useWords();
  const { scale, lines, cellHeight } = at;
  const { number, slot, state } = cell;
  const right = width - 5 * scale;
  const isKnown = slot !== '';
  const note = isKnown ? noteOf(words, cell) : null;
  // In a cell of one line the number stands before the value, and only a fault beside it.
  const valueX = (lines > 1 ? 7 : at.isNarrow ? 19 : 24) * scale;
  const isFaultBeside = lines === 1 && note?.tone === 'fault';
  const taken = isFaultBeside ? (cell.fault?.length ?? 0) + 2 : 0;
  const room = Math.floor((right - valueX) / (CHARACTER * scale)) - taken;
  const noteFits = lines === 3 || (note?.tone === 'fault' && lines === 2);
  return (
    <>
      {number !== null && (
        <text x={5 * scale} y={14 * scale} className="number" fontSize={10 * scale}>
          {number}
        </text>
      )}
      {isKnown && lines > 1 && width > TIGHT && !(lines === 2 && note?.tone === 'fault') && (
        <text
          x={right}
          y={14 * scale}
          textAnchor="end"
          className="slot"
          fontSize={(at.isNarrow ? 9 : 10) * scale}
        >
          {slot}
        </text>
      )}
      {isKnown && (
        <text
          x={valueX}
          y={(lines === 1 ? 14 : 28) * scale}
          className="value-text"
          fontSize={(isGuest || lines === 3 ? 12 : 11.5) * scale}
        >
          <Value cell={cell} room={room} />
        </text>
      )}
      {note && noteFits && (
        <text
          x={right}
          y={lines === 2 ? 14 * scale : cellHeight - 6 * scale}
          textAnchor="end"
          className={note.tone}
          fontSize={9.5 * scale}
        >
          {width > TIGHT || note.tone !== 'fault' ? note.text : '✕'}
        </text>
      )}
      {isFaultBeside && (
        <text x={right} y={14 * scale} textAnchor="end" className="fault" fontSize={10 * scale}>
          {cell.fault ? `✕ ${cell.fault}` : '✕'}
        </text>
      )}
      {state === 'spared' && (
        <path className="strike" d={`M${valueX - 2} ${(lines === 1 ? 10 : 24) * scale}H${right}`} />
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
      <Texts cell={cell} isGuest={isGuest} at={at} width={width} />
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
