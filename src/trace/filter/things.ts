/**
 * Events that have to do with a thing of the machine: they name it in a field, read it in a walk, or change a word of it. A hypervisor's
 * table is itself from the event that made it to the one that freed it; its frame may hold another one before and after.
 */
import { PTE } from '#arch/entry.ts';
import { hiOfBig, loOfBig, numberOfPair } from '#arch/word64.ts';
import { EVENT, EVENTS, type EventSpec, type FieldSpec, PAYLOAD, REGISTERS } from '#machine/events.ts';
import type { LogReader } from '#machine/log-reader.ts';
import { tableLife } from '#machine/queries.ts';
import { REGISTER_WORDS, vcpuMode, vcpuPlace } from '#machine/vcpu.ts';
import { HEADER } from '#machine/words.ts';
import type { Thing } from './syntax.ts';
import type { Passes, Source } from './values.ts';

/** What a log alone does not tell. */
export interface ThingSource extends Source {
  /** Place of the first word of a guest frame's memory; 0 where that is not known. */
  readonly guestMemory: (gfn: number) => number;
}

/** Payload word of a `reference` event that holds the entry's place. */
const REFERENCE_PLACE = 5;
const FRAME_WORDS = 1024;

/** Words of the machine, from `place` on, and when they are the thing's. */
interface Words {
  readonly place: number;
  readonly count: number;
  readonly from: number;
  readonly to: number;
}

type FieldMeans = (field: FieldSpec, read: (n: number) => number) => boolean;

/** Whether event `index` changes one of some words. */
function changes(reader: LogReader, index: number, { place, count, from, to }: Words): boolean {
  if (place === 0 || index < from || index > to) return false;
  const end = reader.word(index, 1);
  for (let change = index === 0 ? 0 : reader.word(index - 1, 1); change < end; change++) {
    const offset = reader.changeWord(change, 0) - place;
    if (offset >= 0 && offset < count) return true;
  }
  return false;
}

/** For each kind the fields that may name the thing. */
const fieldsOf = (types: readonly string[]): readonly (readonly FieldSpec[])[] =>
  EVENTS.map(({ fields }: EventSpec) => fields.filter(({ type }) => types.includes(type)));

/** Events one of whose fields means the thing, or which change its words. */
function concerning({ reader }: Source, types: readonly string[], means: FieldMeans, words: Words): Passes {
  const fields = fieldsOf(types);
  return (index) => {
    if (index >= words.from && index <= words.to) {
      const read = (n: number): number => reader.word(index, PAYLOAD + n);
      for (const field of fields[reader.kind(index)] ?? []) if (means(field, read)) return true;
    }
    return changes(reader, index, words);
  };
}

const ALWAYS = { from: 0, to: Number.MAX_SAFE_INTEGER } as const;
const NOTHING: Passes = () => false;

/** A hypervisor's table, or one entry in it. */
function hypervisorThing(source: Source, serial: number, index: number | null): Passes {
  const found = source.names.tableFrame(serial);
  if (!found) return NOTHING;
  const { appeared, gone } = tableLife(source.reader, serial);
  const base = found.frame * FRAME_WORDS;
  const words: Words = {
    place: index === null ? base : base + index * 2,
    count: index === null ? FRAME_WORDS : 2,
    from: Math.max(0, appeared),
    to: gone < 0 ? ALWAYS.to : gone,
  };
  const isIn = (place: number): boolean => place >= words.place && place < words.place + words.count;
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
  return concerning(source, ['table', 'at', 'from', 'place'], means, words);
}

/** Whether a field of type gpa or from holds an address from `low` up to `high` (not included). */
const addressWithin = (field: FieldSpec, read: (n: number) => number, low: number, high: number): boolean => {
  if (field.type === 'from' && read(REFERENCE_PLACE) !== 0) return false;
  const address = numberOfPair(read(field.word), read(field.word + 1));
  return address >= low && address < high;
};

/** Bytes of an entry of the guest's tables, as it starts. */
function entryBytes({ reader }: Source): number {
  const { base } = reader.data;
  return base[HEADER.vcpuCount] ? vcpuMode(base, vcpuPlace(base, 0)).entryBytes : 8;
}

function guestEntryThing(source: ThingSource, gfn: number, index: number): Passes {
  const bytes = entryBytes(source);
  const low = gfn * 4096 + index * bytes;
  const data = source.guestMemory(gfn);
  const means: FieldMeans = (field, read) => addressWithin(field, read, low, low + bytes);
  const place = data === 0 ? 0 : data + ((index * bytes) >>> 3) * 2;
  return concerning(source, ['gpa', 'from'], means, { place, count: 2, ...ALWAYS });
}

function guestFrameThing(source: ThingSource, gfn: number): Passes {
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
  const words = { place: source.guestMemory(gfn), count: FRAME_WORDS, ...ALWAYS };
  return concerning(source, ['gfn', 'entry', 'gpa', 'from'], means, words);
}

/** Bit 11 of an entry's flags: present for KVM's MMU. */
const MMU_PRESENT = 1 << 11;

function hostFrameThing(source: Source, hfn: number): Passes {
  const means: FieldMeans = (field, read) =>
    read(field.word) === hfn && (field.type === 'pfn' || (read(field.word + 1) & MMU_PRESENT) !== 0);
  return concerning(source, ['pfn', 'spte'], means, {
    place: hfn * FRAME_WORDS,
    count: FRAME_WORDS,
    ...ALWAYS,
  });
}

/** `0x1000`, `0x1000..0x1fff`. */
function addressRange(name: string): readonly [bigint, bigint] {
  const [first = '0', last = first] = name.split('..');
  return [BigInt(first), BigInt(last)];
}

function addressThing(source: Source, type: 'gva' | 'gpa', name: string): Passes {
  const [from, to] = addressRange(name);
  const [fromHi, fromLo, toHi, toLo] = [
    hiOfBig(from) >>> 0,
    loOfBig(from) >>> 0,
    hiOfBig(to) >>> 0,
    loOfBig(to) >>> 0,
  ];
  const means: FieldMeans = (field, read) => {
    if (field.type === 'from' && read(REFERENCE_PLACE) !== 0) return false;
    const [hi, lo] = [read(field.word) >>> 0, read(field.word + 1) >>> 0];
    const isFrom = hi > fromHi || (hi === fromHi && lo >= fromLo);
    return isFrom && (hi < toHi || (hi === toHi && lo <= toLo));
  };
  const types = type === 'gva' ? ['gva'] : ['gpa', 'from'];
  return concerning(source, types, means, { place: 0, count: 0, ...ALWAYS });
}

function registerThing({ reader }: Source, name: string): Passes {
  const register = REGISTERS.find((each) => each.replaceAll(' ', '-') === name);
  if (!register) return NOTHING;
  const { base } = reader.data;
  const { offset, count } = REGISTER_WORDS[register];
  const copies = Array.from({ length: base[HEADER.vcpuCount] ?? 0 }, (_, cpu) => ({
    place: vcpuPlace(base, cpu) + offset,
    count,
    ...ALWAYS,
  }));
  const number = REGISTERS.indexOf(register);
  return (index) =>
    (reader.kind(index) === EVENT.register && reader.word(index, PAYLOAD) === number) ||
    copies.some((words) => changes(reader, index, words));
}

/** `t3`, `t3[010]`: serial number and index. `103`, `0x103`, `103[010]`: guest frame and index. */
function tablePart(name: string): {
  readonly serial: number | null;
  readonly gfn: number;
  readonly index: number | null;
} {
  const [, owner = '', digits] = /^(\w+)(?:\[([0-9a-f]{1,3})\])?$/.exec(name) ?? [];
  const index = digits === undefined ? null : Number.parseInt(digits, 16);
  if (/^t\d+$/.test(owner)) return { serial: Number(owner.slice(1)), gfn: 0, index };
  return { serial: owner === 'root' ? -1 : null, gfn: Number.parseInt(owner, 16), index };
}

function tableThing(source: ThingSource, name: string): Passes {
  const { serial, gfn, index } = tablePart(name);
  if (serial !== null) return serial < 0 ? NOTHING : hypervisorThing(source, serial, index);
  return index === null ? guestFrameThing(source, gfn) : guestEntryThing(source, gfn, index);
}

/** Events that have to do with a thing. The name has the form that parse.ts has let pass. */
export function thingPasses(source: ThingSource, key: Thing, name: string): Passes {
  switch (key) {
    case 'entry':
    case 'table':
      return tableThing(source, name);
    case 'frame': {
      const hfn = source.names.frameNamed(name);
      if (hfn !== null) return hostFrameThing(source, hfn);
      return name.startsWith('0x') ? guestFrameThing(source, Number(name)) : NOTHING;
    }
    case 'gva':
    case 'gpa':
      return addressThing(source, key, name);
    case 'reg':
      return registerThing(source, name);
  }
}
