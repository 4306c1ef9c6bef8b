/**
 * Events that have to do with a thing of the machine: they name it in a field, read it in a walk, or tell of a change of it. A hypervisor's
 * table is itself from the event that made it to the one that freed it; its frame may hold another one before and after.
 */
import { PTE } from '#arch/entry.ts';
import { hiOfBig, loOfBig, numberOfPair } from '#arch/word64.ts';
import {
  EVENTS,
  type FieldSpec,
  type FieldType,
  MMU_PRESENT,
  REFERENCE_PLACE,
  REGISTERS,
} from '#machine/events.ts';
import { tableLife } from '#machine/queries.ts';
import {
  alters,
  guestEntry,
  guestTable,
  hostFrame,
  hypervisorEntry,
  hypervisorTable,
  reads,
  register,
  type Stored,
} from '#machine/stored.ts';
import { REGISTER_WORDS, vcpuMode, vcpuPlace } from '#machine/vcpu.ts';
import { FRAME_WORDS, HEADER } from '#machine/words.ts';
import type { NamedLog } from '#trace/names.ts';
import { type Passes, pairOrder } from './comparison.ts';
import type { Thing } from './syntax.ts';

/** What a log alone does not tell. */
export interface ThingSource extends NamedLog {
  /** Place of the first word of a guest frame's memory; 0 where that is not known. */
  readonly guestMemory: (gfn: number) => number;
}

/** A source, and where a pass over its log has come to. */
export interface PassSource extends ThingSource {
  /** The first of the changed words that the present event tells of. */
  readonly firstChange: () => number;
}

type FieldMeans = (field: FieldSpec, read: (n: number) => number) => boolean;

/** A thing: where the machine has it (each copy of it), and which fields may name it. */
interface Target {
  readonly stored: readonly Stored[];
  readonly types: readonly FieldType[];
  readonly means: FieldMeans;
}

const NOTHING: Target = { stored: [], types: [], means: () => false };

/** Whether an event is one at which a thing is itself. */
const isOf = ({ from, to }: Stored, index: number): boolean => index >= from && index <= to;

/** Events that tell of a change of a thing: what has no known place (0) cannot be seen to change. */
const writing = ({ reader, firstChange }: PassSource, { stored }: Target): Passes => {
  const kept = stored.filter(({ place }) => place !== 0);
  return (index) => {
    const end = reader.changesUpTo(index);
    for (let change = firstChange(); change < end; change++) {
      for (const each of kept) if (isOf(each, index) && alters(reader, change, each)) return true;
    }
    return false;
  };
};

/** Events that read a thing in a walk. */
const reading =
  ({ reader }: PassSource, { stored }: Target): Passes =>
  (index) =>
    stored.some((each) => isOf(each, index) && reads(reader, index, each));

/** Events one of whose fields means a thing. */
function naming({ reader }: PassSource, { stored, types, means }: Target): Passes {
  const fields = EVENTS.map((spec) => spec.fields.filter(({ type }) => types.includes(type)));
  const [life] = stored;
  return (index) => {
    if (life && !isOf(life, index)) return false;
    const read = (n: number): number => reader.payload(index, n);
    return (fields[reader.kind(index)] ?? []).some((field) => means(field, read));
  };
}

/** A hypervisor's table, or one entry in it. */
function hypervisorTarget(source: NamedLog, serial: number, index: number | null): Target {
  const found = source.names.tableFrame(serial);
  if (!found) return NOTHING;
  const life = tableLife(source.reader, serial);
  const stored =
    index === null ? hypervisorTable(found.frame, life) : hypervisorEntry(found.frame, index, life);
  const isIn = (place: number): boolean => place >= stored.place && place < stored.place + stored.words;
  const means: FieldMeans = (field, read) => {
    switch (field.type) {
      case 'table':
        return index === null && read(field.word) === serial;
      case 'at':
        return read(field.word) === serial && isIn(read(field.word + 1));
      case 'from':
        return isIn(read(REFERENCE_PLACE));
      default:
        return isIn(read(field.word));
    }
  };
  return { stored: [stored], types: ['table', 'at', 'from', 'place'], means };
}

/** Whether a field of type gpa or from holds an address from `low` up to `high` (not included). */
const addressWithin = (field: FieldSpec, read: (n: number) => number, low: number, high: number): boolean => {
  if (field.type === 'from' && read(REFERENCE_PLACE) !== 0) return false;
  const address = numberOfPair(read(field.word), read(field.word + 1));
  return address >= low && address < high;
};

/** Bytes of an entry of the guest's tables, as it starts. */
function entryBytes({ reader }: NamedLog): 4 | 8 {
  const { base } = reader.data;
  return base[HEADER.vcpuCount] ? vcpuMode(base, vcpuPlace(base, 0)).entryBytes : 8;
}

function guestEntryTarget(source: ThingSource, gfn: number, index: number): Target {
  const bytes = entryBytes(source);
  const low = gfn * 4096 + index * bytes;
  return {
    stored: [guestEntry(gfn, source.guestMemory(gfn), index, bytes)],
    types: ['gpa', 'from'],
    means: (field, read) => addressWithin(field, read, low, low + bytes),
  };
}

function guestFrameTarget(source: ThingSource, gfn: number): Target {
  const means: FieldMeans = (field, read) => {
    switch (field.type) {
      case 'gfn':
        return read(field.word) >>> 0 === gfn;
      case 'entry':
        return read(field.word) >>> 0 === gfn && (read(field.word + 1) & PTE.present) !== 0;
      default:
        return addressWithin(field, read, gfn * 4096, (gfn + 1) * 4096);
    }
  };
  const stored = [guestTable(gfn, source.guestMemory(gfn))];
  return { stored, types: ['gfn', 'entry', 'gpa', 'from'], means };
}

const hostFrameTarget = (hfn: number): Target => ({
  stored: [hostFrame(hfn * FRAME_WORDS)],
  types: ['pfn', 'spte'],
  means: (field, read) =>
    read(field.word) === hfn && (field.type === 'pfn' || (read(field.word + 1) & MMU_PRESENT) !== 0),
});

/** A register of every vCPU. */
function registerTarget({ reader }: NamedLog, name: string): Target {
  const found = REGISTERS.find((each) => each.replaceAll(' ', '-') === name);
  if (!found) return NOTHING;
  const { base } = reader.data;
  const { offset, count } = REGISTER_WORDS[found];
  const cpus = Array.from({ length: base[HEADER.vcpuCount] ?? 0 }, (_, cpu) => cpu);
  const number = REGISTERS.indexOf(found);
  return {
    stored: cpus.map((cpu) => register(vcpuPlace(base, cpu) + offset, count)),
    types: ['register'],
    means: (field, read) => read(field.word) === number,
  };
}

/** Events that name an address from the first up to the last of a range: `0x1000`, `0x1000..0x1fff`. */
function addressPasses(source: PassSource, type: 'gva' | 'gpa', name: string): Passes {
  const [first = '0', last = first] = name.split('..');
  const [from, to] = [BigInt(first), BigInt(last)];
  const means: FieldMeans = (field, read) => {
    if (field.type === 'from' && read(REFERENCE_PLACE) !== 0) return false;
    const [hi, lo] = [read(field.word), read(field.word + 1)];
    return (
      pairOrder(hi, lo, hiOfBig(from), loOfBig(from)) >= 0 && pairOrder(hi, lo, hiOfBig(to), loOfBig(to)) <= 0
    );
  };
  return naming(source, { stored: [], types: type === 'gva' ? ['gva'] : ['gpa', 'from'], means });
}

/** A table, with an index in it or without. */
const TABLE_PART = /^(t\d+|root|[0-9a-f]+)(?:\[([0-9a-f]{1,3})\])?$/;

/** `t3`, `t3[010]`: serial number and index. `103`, `0x103`, `103[010]`: guest frame and index. */
function tablePart(name: string): {
  readonly serial: number | null;
  readonly gfn: number;
  readonly index: number | null;
} {
  const [, owner = '', digits] = TABLE_PART.exec(name) ?? [];
  const index = digits === undefined ? null : Number.parseInt(digits, 16);
  if (/^t\d+$/.test(owner)) return { serial: Number(owner.slice(1)), gfn: 0, index };
  return { serial: owner === 'root' ? -1 : null, gfn: Number.parseInt(owner, 16), index };
}

function tableTarget(source: ThingSource, name: string): Target {
  const { serial, gfn, index } = tablePart(name);
  if (serial !== null) return serial < 0 ? NOTHING : hypervisorTarget(source, serial, index);
  return index === null ? guestFrameTarget(source, gfn) : guestEntryTarget(source, gfn, index);
}

/** A frame, a register, a table or an entry, by its name. */
function targetNamed(source: ThingSource, name: string): Target {
  const hfn = source.names.frameNamed(name);
  if (hfn !== null) return hostFrameTarget(hfn);
  if (/^0x[0-9a-f]{1,8}$/.test(name)) return guestFrameTarget(source, Number(name));
  return TABLE_PART.test(name) ? tableTarget(source, name) : registerTarget(source, name);
}

/** Events that have to do with a thing. The name has the form that parse.ts has let pass. */
export function thingPasses(source: PassSource, key: Thing, name: string): Passes {
  if (key === 'gva' || key === 'gpa') return addressPasses(source, key, name);
  const target = targetNamed(source, name);
  if (key === 'writes') return writing(source, target);
  if (key === 'reads') return reading(source, target);
  const ways = [naming(source, target), reading(source, target), writing(source, target)];
  return (index) => ways.some((passes) => passes(index));
}
