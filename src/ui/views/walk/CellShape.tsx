import { useEffect, useRef } from 'react';
import { SvgButton } from '#ui/design/SvgButton.tsx';
import { select } from '#ui/jumps.ts';
import { SvgPlaceLink } from '#ui/PlaceLink.tsx';
import { placeText, samePlace } from '#ui/place.ts';
import { useMarks } from '#ui/selection.ts';
import { useStudio } from '#ui/store.ts';
import type { Words } from '#ui/words/en.ts';
import { useWords } from '#ui/words/language.ts';
import type { WalkCell } from './model.ts';
import type { RowsGeometry } from './rows-geometry.ts';
import { CHARACTER, charactersIn, fittingFlags, fittingRights, fittingSlot } from './value-fit.ts';

/** What a screen reader says of a cell. */
function cellLabel(words: Words, cell: WalkCell): string {
  const value = cell.state === 'empty' ? '0' : `${cell.address} ${cell.flags}`;
  const fault = cell.fault ? `, ${words.walk.fault}: ${cell.fault}` : '';
  return `${cell.slot}: ${value}${fault}`;
}

/** Width of a character of a note or a table's name, in either face, at the figure's own scale. */
const SMALL_CHARACTER = 6.5;
/** Size of an entry's text, and where its lines stand. */
const SIZE = 12;
const SLOT_SIZE = 11;
const RIGHTS_SIZE = 10;
const LINES = { slot: 16, value: 33, flags: 49, note: 51, rights: 49 } as const;
/** Height of a line of its own in a narrow cell. */
const LINE = 14;

interface Note {
  readonly text: string;
  readonly tone: 'fault' | 'note';
}

/** What stands in the cell's upper right corner, the most urgent thing first; the longer form where there is room. */
function cornerNote(words: Words, cell: WalkCell, room: number): Note | null {
  const event = cell.mended;
  const forms: readonly (Note | null)[] = [
    cell.fault === null ? null : { text: `✕ ${cell.fault}`, tone: 'fault' },
    cell.fault === null ? null : { text: `✕${cell.fault.replaceAll(' ', '')}`, tone: 'fault' },
    event === null ? null : { text: `✕ ${words.walk.fault} ${event}`, tone: 'fault' },
    event === null ? null : { text: `✕ ${event}`, tone: 'fault' },
    cell.setBits === '' ? null : { text: `+${cell.setBits}`, tone: 'note' },
    cell.order === null ? null : { text: `${cell.order}`, tone: 'note' },
  ];
  return forms.find((note) => note !== null && charactersIn(note.text) <= room) ?? null;
}

/** What the entry says: where it leads, which can be selected, and its bits, as far as there is room. */
function Value({ cell, at }: { readonly cell: WalkCell; readonly at: RowsGeometry }) {
  if (cell.state === 'empty') return '0';
  const { scale, cellWidth, hasFlagsLine } = at;
  const room = Math.floor((cellWidth - 10 * scale) / (SIZE * CHARACTER * scale));
  const address = cell.address.replace(/^0x/, '');
  const flags = fittingFlags(hasFlagsLine ? '' : address, cell.flags, room);
  const className = `frame ${cell.space}`;
  return (
    <>
      {cell.target ? (
        <SvgPlaceLink place={cell.target} className={className}>
          {address}
        </SvgPlaceLink>
      ) : (
        <tspan className={className}>{address}</tspan>
      )}
      {hasFlagsLine ? (
        <tspan x={7 * scale} y={LINES.flags * scale}>
          {flags}
        </tspan>
      ) : (
        flags !== '' && <tspan dx={5 * scale}>{flags}</tspan>
      )}
    </>
  );
}

/** One memory reference: where the entry lies, what it says, what happened to it. */
export function CellShape({
  cell,
  x,
  y,
  at,
  isGuest,
}: {
  readonly cell: WalkCell;
  readonly x: number;
  readonly y: number;
  readonly at: RowsGeometry;
  readonly isGuest: boolean;
}) {
  const words = useWords();
  const selection = useStudio((state) => state.selection);
  const { entries: linked } = useMarks();
  const element = useRef<SVGGElement>(null);
  const { scale, cellWidth, cellHeight } = at;
  const room = at.hasNoteLine ? 9 : Math.floor((cellWidth / scale - 14) / SMALL_CHARACTER) - cell.slot.length;
  const rightsY = LINES.rights * scale + (at.hasFlagsLine ? LINE : 0);
  const noteY = LINES.note * scale + (at.hasFlagsLine ? LINE : 0) + (at.hasRightsLine ? LINE : 0);
  const slotRoom = (cellWidth - 8 * scale) / (SLOT_SIZE * CHARACTER * scale);
  const note = cornerNote(words, cell, room);
  const { place } = cell;
  const isSelected = place !== null && samePlace(selection, place);
  useEffect(() => {
    if (isSelected) element.current?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [isSelected]);
  const className = [
    'cell',
    isGuest ? 'guest' : 'hardware',
    cell.state,
    cell.fault ? 'faulted' : '',
    cell.changed ?? '',
    cell.isCurrent ? 'current' : '',
    cell.isSpared ? 'spared' : '',
    isSelected ? 'selected' : '',
    !isSelected && linked.has(placeText(place)) ? 'linked' : '',
  ].join(' ');
  const body = (
    <>
      <rect width={cellWidth} height={cellHeight} rx="3" />
      {cell.changed && <path className="flag" d={`M0 0h${9 * scale}L0 ${9 * scale}Z`} />}
      <text
        x={(cell.changed ? 11 : 7) * scale}
        y={LINES.slot * scale}
        className="slot"
        fontSize={SLOT_SIZE * scale}
      >
        {fittingSlot(cell.slot, slotRoom)}
      </text>
      {at.hasRightsLine && cell.rights !== '' && (
        <text
          x={at.hasNoteLine ? 7 * scale : cellWidth - 5 * scale}
          y={rightsY}
          textAnchor={at.hasNoteLine ? 'start' : 'end'}
          className="note rights"
          fontSize={RIGHTS_SIZE * scale}
        >
          {fittingRights(cell.rights, (cellWidth - 12 * scale) / (RIGHTS_SIZE * CHARACTER * scale))}
        </text>
      )}
      {note && (
        <text
          x={at.hasNoteLine ? 7 * scale : cellWidth - 5 * scale}
          y={at.hasNoteLine ? noteY : LINES.slot * scale}
          textAnchor={at.hasNoteLine ? 'start' : 'end'}
          className={note.tone}
          fontSize={10 * scale}
        >
          {note.text}
        </text>
      )}
    </>
  );
  return (
    <g transform={`translate(${x} ${y})`} className={className} data-slot={cell.slot} ref={element}>
      {place ? (
        <SvgButton
          className="cell-button"
          label={cellLabel(words, cell)}
          isPressed={isSelected}
          onPress={() => select(place)}
        >
          {body}
        </SvgButton>
      ) : (
        body
      )}
      <text x={7 * scale} y={LINES.value * scale} className="value-text" fontSize={SIZE * scale}>
        <Value cell={cell} at={at} />
      </text>
    </g>
  );
}
