import { useEffect, useRef } from 'react';
import { SvgButton } from '#ui/design/SvgButton.tsx';
import { select } from '#ui/jumps.ts';
import { SvgPlaceLink } from '#ui/PlaceLink.tsx';
import { placeText, samePlace } from '#ui/place.ts';
import { useMarks } from '#ui/selection.ts';
import { useStudio } from '#ui/store.ts';
import type { Words } from '#ui/words/en.ts';
import { useWords } from '#ui/words/language.ts';
import type { Geometry } from './geometry.ts';
import type { WalkCell } from './model.ts';

/** What a screen reader says of a cell. */
function cellLabel(words: Words, cell: WalkCell): string {
  const value = cell.state === 'empty' ? '0' : `${cell.address} ${cell.flags}`;
  const fault = cell.fault ? `, ${words.walk.fault}: ${cell.fault}` : '';
  return `${cell.slot}: ${value}${fault}`;
}

/** Width of a character in either face at the figure's own scale. */
const CHARACTER = 6.5;
/** A narrower cell has no room for its table's name, nor for bits beside a frame's number. */
const TIGHT = 60;

/** Width of a text in characters; a Chinese one is as wide as 1.6 others. */
const columns = (text: string): number =>
  [...text].reduce((sum, letter) => sum + (letter > '\u2e7f' ? 1.6 : 1), 0);

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
  return forms.find((note) => note !== null && columns(note.text) <= room) ?? null;
}

/** What the entry says: where it leads, which can be selected, and its bits. */
function Value({
  cell,
  scale,
  isTight,
}: {
  readonly cell: WalkCell;
  readonly scale: number;
  readonly isTight: boolean;
}) {
  if (cell.state === 'empty') return '0';
  const address = cell.address.replace(/^0x/, '');
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
      {(!isTight || address.length <= 2) && <tspan dx={5 * scale}>{cell.flags}</tspan>}
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
  readonly at: Geometry;
  readonly isGuest: boolean;
}) {
  const words = useWords();
  const selection = useStudio((state) => state.selection);
  const { entries: linked } = useMarks();
  const element = useRef<SVGGElement>(null);
  const { scale, cellWidth, cellHeight } = at;
  const room = at.hasNoteLine ? 9 : Math.floor((cellWidth / scale - 14) / CHARACTER) - cell.slot.length;
  const isTight = cellWidth < TIGHT;
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
      <text x={(cell.changed ? 11 : 7) * scale} y={16 * scale} className="slot" fontSize={11 * scale}>
        {isTight ? cell.slot.replace(/^.*\[/, '[') : cell.slot}
      </text>
      {note && (
        <text
          x={at.hasNoteLine ? 7 * scale : cellWidth - 5 * scale}
          y={at.hasNoteLine ? 51 * scale : 16 * scale}
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
      <text x={7 * scale} y={33 * scale} className="value-text" fontSize={12 * scale}>
        <Value cell={cell} scale={scale} isTight={isTight} />
      </text>
    </g>
  );
}
