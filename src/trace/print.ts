/** Events as text: fields in the words of the table, one event a line, and a whole log as a canonical trace. */
import { faultLetters } from '#arch/fault.ts';
import { frameWord, hexOfEntry, hexOfPair } from '#arch/word64.ts';
import {
  EVENT,
  type FieldSpec,
  type FieldType,
  MMU_PRESENT,
  OUTCOME,
  REFERENCE_PLACE,
  REGISTERS,
  VECTORS,
  WALKERS,
} from '#machine/events.ts';
import type { LogReader } from '#machine/log-reader.ts';
import { dropsEmulatorFetch, isCanonical } from './canonical.ts';
import type { Names } from './names.ts';

/** One field of an event, as text. */
export interface PrintedField {
  readonly name: string;
  readonly value: string;
  readonly spec: FieldSpec;
}

const hex = (word: number): string => `0x${(word >>> 0).toString(16)}`;
const letters = (mask: number, names: string): string =>
  [...names].map((letter, bit) => (mask & (1 << bit) ? letter : '-')).join('');

/** An entry as frame and flags: `h3|0xe67`, `t3|0x827`; a plain number where it is not present. */
export function entryText(names: Names, index: number, frame: number, flags: number): string {
  if (!(flags & MMU_PRESENT)) return `0x${hexOfEntry(frame, flags)}`;
  return `${names.tableInFrame(frame, index) ?? names.frame(frame)}|0x${hexOfEntry(0, flags)}`;
}

/** Rights of a role: `wux`, with a dash for what is missing. */
const roleAccess = (access: number): string =>
  (access & 2 ? 'w' : '-') + (access & 4 ? 'u' : '-') + (access & 1 ? 'x' : '-');

/** Place of the entry that a `reference` read; 0 where it is a guest's. */
const placeOf = (reader: LogReader, index: number): number => reader.payload(index, REFERENCE_PLACE);

type Print = (reader: LogReader, names: Names, index: number, field: FieldSpec) => string;

const pair: Print = (reader, _, index, field) =>
  `0x${hexOfPair(reader.field(index, field), reader.secondWord(index, field))}`;
const number: Print = (reader, _, index, field) => String(reader.field(index, field) >>> 0);
const hexadecimal: Print = (reader, _, index, field) => hex(reader.field(index, field));

const PRINT: Readonly<Record<FieldType, Print>> = {
  int: number,
  hex: hexadecimal,
  hex64: pair,
  gva: pair,
  gpa: pair,
  gfn: hexadecimal,
  pferr: hexadecimal,
  place: hexadecimal,
  bool: number,
  not: (reader, _, index, field) => (reader.field(index, field) ? '0' : '1'),
  gpte: (reader, _, index, field) => (reader.field(index, field) ? '4' : '8'),
  acc: (reader, _, index, field) => roleAccess(reader.field(index, field)),
  rwxu: (reader, _, index, field) => letters(reader.field(index, field), 'rwxu'),
  letters: (reader, _, index, field) => faultLetters(reader.field(index, field)),
  vector: (reader, _, index, field) =>
    VECTORS[reader.field(index, field)] ?? String(reader.field(index, field)),
  code: (reader, _, index, field) =>
    reader.field(index, field) === -1 ? 'none' : hex(reader.field(index, field)),
  entry: (reader, _, index, field) =>
    `0x${hexOfEntry(reader.field(index, field), reader.secondWord(index, field))}`,
  spte: (reader, names, index, field) =>
    entryText(names, index, reader.field(index, field), reader.secondWord(index, field)),
  pfn: (reader, names, index, field) => names.frame(reader.field(index, field)),
  table: (reader, names, index, field) => names.table(reader.field(index, field)),
  at: (reader, names, index, field) =>
    `${names.table(reader.field(index, field))}+${hex((reader.secondWord(index, field) & 1023) * 4)}`,
  function: (reader, _, index, field) => reader.text(reader.field(index, field)),
  text: (reader, _, index, field) => reader.text(reader.field(index, field)),
  register: (reader, _, index, field) => REGISTERS[reader.field(index, field)] ?? '?',
  from: (reader, names, index, field) => {
    const [hi, lo] = [reader.field(index, field), reader.secondWord(index, field)];
    if (placeOf(reader, index) === 0) return `0x${hexOfPair(hi, lo)}`;
    return `${names.tableInFrame(frameWord(hi, lo), index) ?? 'root'}+${hex(lo & 0xfff)}`;
  },
  either: (reader, names, index, field) =>
    (placeOf(reader, index) === 0 ? PRINT.entry : PRINT.spte)(reader, names, index, field),
  walker: (reader, _, index, field) => WALKERS[reader.field(index, field)] ?? '?',
};

/** The fields of an event that a reader sees, as text. */
export function eventFields(reader: LogReader, names: Names, index: number): PrintedField[] {
  return reader
    .spec(index)
    .fields.filter((field) => !field.hidden)
    .map((field) => ({
      name: field.name,
      value: PRINT[field.type](reader, names, index, field),
      spec: field,
    }));
}

/** One event as a line, in the form of its kind. */
export function eventLine(reader: LogReader, names: Names, index: number): string {
  const kind = reader.kind(index);
  if (kind === EVENT.step) return `== ${reader.payload(index, 0)} ${reader.text(reader.payload(index, 1))}`;
  if (kind === EVENT.outcome) return `-- ${outcomeText(reader, index)}`;
  if (kind === EVENT.mmio) return `-- ${mmioText(reader, index)}`;
  const fields = eventFields(reader, names, index).map((field) => `${field.name}=${field.value}`);
  return `${reader.spec(index).name}: ${fields.join(' ')}`;
}

/** What a step came to, in the words of a trace: `ok value=0x0`, `#PF error=0x2 cr2=0x10000`. */
export function outcomeText(reader: LogReader, index: number): string {
  const value = `0x${hexOfPair(reader.payload(index, 1), reader.payload(index, 2))}`;
  const text = reader.text(reader.payload(index, 5));
  switch (reader.payload(index, 0)) {
    case OUTCOME.ok:
      return 'ok';
    case OUTCOME.value:
      return `ok value=${value}`;
    case OUTCOME.exception: {
      const vector = reader.payload(index, 3);
      const error = reader.payload(index, 4) === -1 ? '' : ` error=${hex(reader.payload(index, 4))}`;
      return `${VECTORS[vector] ?? `#${vector}`}${error}${vector === 14 ? ` cr2=${value}` : ''}`;
    }
    case OUTCOME.dirty:
      return `dirty gfns=${text}`;
    case OUTCOME.young:
      return `young=${reader.payload(index, 2)}`;
    case OUTCOME.runError:
      return `run error=${text}`;
    case OUTCOME.error:
      return `error=${text}`;
    case OUTCOME.internal:
      return `internal suberror=${reader.payload(index, 2)}`;
    case OUTCOME.shutdown:
      return 'shutdown';
    default:
      return 'not run: the machine is dead';
  }
}

function mmioText(reader: LogReader, index: number): string {
  const write = reader.payload(index, 3) !== 0;
  const width = reader.payload(index, 2);
  const gpa = `0x${hexOfPair(reader.payload(index, 0), reader.payload(index, 1))}`;
  const hi = width === 8 ? reader.payload(index, 4) : 0;
  const lo = width >= 4 ? reader.payload(index, 5) : reader.payload(index, 5) & ((1 << (width * 8)) - 1);
  return `mmio ${write ? 'write' : 'read'} gpa=${gpa} width=${width}${write ? ` value=0x${hexOfPair(hi, lo)}` : ''}`;
}

/** A non-zero entry of the guest's tables: guest-physical address, and value as a plain pair. */
export interface TableWord {
  readonly gpa: number;
  readonly hi: number;
  readonly lo: number;
}

/**
 * The canonical trace of a log, with the guest's tables as they are at its end (null: the scenario has none).
 * Ends in a line feed.
 */
export function canonicalTrace(reader: LogReader, names: Names, tables: readonly TableWord[] | null): string {
  const lines: string[] = [];
  const keep = dropsEmulatorFetch(reader);
  for (let index = 0; index < reader.length; index++) {
    if (!keep(index) || !isCanonical(reader, index)) continue;
    lines.push(eventLine(reader, names, index), ...internalErrorLines(reader, index));
  }
  if (tables) lines.push('== end');
  for (const { gpa, hi, lo } of tables ?? [])
    lines.push(`-- mem gpa=0x${gpa.toString(16)} value=0x${hexOfPair(hi, lo)}`);
  return `${lines.join('\n')}\n`;
}

/** KVM_EXIT_INTERNAL_ERROR */
const INTERNAL_ERROR = 17;

/** What follows the outcome of a step at which KVM gave up: the registers, and why user space was called. */
function internalErrorLines(reader: LogReader, index: number): string[] {
  if (reader.kind(index) !== EVENT.outcome || reader.payload(index, 0) !== OUTCOME.internal) return [];
  return [`-- state ${reader.text(reader.payload(index, 5))}`, `-- exit reason=${INTERNAL_ERROR}`];
}
