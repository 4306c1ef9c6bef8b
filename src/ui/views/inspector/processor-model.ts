/** Registers and the kernel's functions. */
import { frameWord, hexOfPair } from '#arch/word64.ts';
import { FUNCTIONS, isFunction } from '#hypervisor/functions.ts';
import { EVENT } from '#machine/events.ts';
import type { LogReader } from '#machine/log-reader.ts';
import { type BitRegister, positionOf, registerBits } from '#ui/edit/register-bits.ts';
import { hex } from '#ui/entry-text.ts';
import { marksOf } from '#ui/marks.ts';
import type { Moment } from '#ui/moment.ts';
import type { Place } from '#ui/place.ts';
import type { Words } from '#ui/words/en.ts';
import type { BitRow } from './bits.ts';
import { type Fact, fact, type ThingModel } from './facts.ts';

type RegisterPlace = Extract<Place, { kind: 'register' }>;

/** Where a register that holds a table's address leads. */
function rootFacts(words: Words, moment: Moment, place: RegisterPlace, hi: number, lo: number): Fact[] {
  const { facts } = words.things;
  const { at } = marksOf(moment, place);
  const table = at && moment.atlas.table(at.table);
  if (at && table) return [fact(facts.leads, table.name, table.side === 'guest' ? 'gpa' : 'none', at)];
  const isPointer = place.register === 'cr3' || (place.register.startsWith('pdpte') && (lo & 1) !== 0);
  const frame = frameWord(hi, lo) >>> 0;
  return isPointer ? [fact(facts.leads, hex(frame), 'gpa', { kind: 'frame', of: 'guest', frame })] : [];
}

/** A register at a moment; null for no such vCPU. */
export function registerModel(words: Words, moment: Moment, place: RegisterPlace): ThingModel | null {
  const { kinds, facts } = words.things;
  const found = moment.atlas.register(place.cpu, place.register);
  if (!found) return null;
  const paging = moment.atlas.registers[place.cpu]?.paging;
  return {
    kind: 'thing',
    title: place.register,
    subtitle: kinds.register(place.cpu),
    facts: [
      fact(facts.value, `0x${hexOfPair(found.hi, found.lo)}`),
      ...rootFacts(words, moment, place, found.hi, found.lo),
      ...(paging ? [fact(facts.paging, paging)] : []),
    ],
    lists: [],
  };
}

/** The bits of a register that paging looks at, the highest first. */
export function registerRows(words: Words, moment: Moment, cpu: number, register: BitRegister): BitRow[] {
  const found = moment.atlas.register(cpu, register);
  const changes = moment.changes.filter(({ place }) => place === found?.place);
  const changed = (changes[0]?.old ?? 0) ^ (changes.at(-1)?.value ?? 0);
  return registerBits(register).map(({ name, mask }) => {
    const bit = positionOf(mask);
    const value = found && found.lo & mask ? 1 : 0;
    const { set, clear } = words.registerBits[name];
    const isChanged = (changed & mask) !== 0;
    return { high: bit, low: bit, label: name, name, value, meaning: value ? set : clear, isChanged };
  });
}

const LISTED = ['cr0', 'cr3', 'cr4', 'efer', 'hardware cr3'] as const;

/** A vCPU's registers that memory management looks at, with their values. */
export function registerFacts({ atlas }: Moment, cpu: number): Fact[] {
  return LISTED.flatMap((register) => {
    const found = atlas.register(cpu, register);
    if (!found || (register === 'hardware cr3' && atlas.machine === 'bare')) return [];
    return fact(register, `0x${hexOfPair(found.hi, found.lo)}`, 'none', { kind: 'register', cpu, register });
  });
}

const counts = new WeakMap<LogReader, Map<string, number>>();

/** How often a run calls each function: one pass over its log, the first time that it is asked for. */
function callCounts(reader: LogReader): Map<string, number> {
  const known = counts.get(reader);
  if (known) return known;
  const found = new Map<string, number>();
  for (let index = 0; index < reader.length; index++) {
    if (reader.kind(index) !== EVENT.call) continue;
    const name = reader.text(reader.payload(index, 0));
    found.set(name, (found.get(name) ?? 0) + 1);
  }
  counts.set(reader, found);
  return found;
}

/** One of the kernel's functions: what it is for, where it is, how often it is called. */
export function functionModel(words: Words, { reader }: Moment, name: string): ThingModel {
  const { kinds, facts } = words.things;
  const count = callCounts(reader).get(name) ?? 0;
  return {
    kind: 'thing',
    title: name,
    subtitle: isFunction(name) ? words.functions[name] : kinds.function,
    facts: [
      ...(isFunction(name) ? [fact(facts.file, FUNCTIONS[name].file)] : []),
      fact(facts.calls, count === 0 ? facts.noCalls : facts.callsInRun(count)),
    ],
    lists: [],
  };
}
