/** A filter made ready for one log: for each kind of event what remains to be asked of an event of that kind. */
import { EVENT, EVENTS, OUTCOMES, REGISTERS, VECTORS, WALKERS } from '#machine/events.ts';
import type { LogReader } from '#machine/log-reader.ts';
import type { Passes } from './comparison.ts';
import { patternTest } from './pattern.ts';
import type { Counted, Filter, Group, Range } from './syntax.ts';
import { type PassSource, type ThingSource, thingPasses } from './things.ts';
import { fieldTest } from './values.ts';

/** What is the same for all events of a kind: true, false, or a question. */
type KindTest = boolean | Passes;

/** Where a pass over the log has come to. Tests of an event may be asked only when it has come to that event. */
class Tracker {
  readonly #reader: LogReader;
  /** Numbers as people count them, from 1. */
  step = 0;
  number = 0;
  /**
   * The first of the changed words that the present event tells of. Calls are passed over, so a numbered event tells of what calls
   * since the numbered event before it have changed, too.
   */
  firstChange = 0;
  /** Words changed up to the last event, and up to the last numbered one. */
  #changed = 0;
  #told = 0;
  /** How many calls of each function are open; a return counts as inside. */
  readonly #open: Int32Array;
  #closing = -1;

  constructor(reader: LogReader) {
    this.#reader = reader;
    this.#open = new Int32Array(reader.data.strings.length);
  }

  advance(index: number): void {
    const reader = this.#reader;
    const kind = reader.kind(index);
    while (this.step < reader.stepCount && reader.stepStart(this.step) <= index) this.step++;
    if (this.#closing >= 0) this.#open[this.#closing]!--;
    this.#closing = -1;
    const isCall = kind === EVENT.call || kind === EVENT.return;
    if (kind === EVENT.call) this.#open[reader.payload(index, 0)]!++;
    else if (kind === EVENT.return) this.#closing = reader.payload(index, 0);
    else this.number++;
    this.firstChange = isCall ? this.#changed : this.#told;
    this.#changed = reader.changesUpTo(index);
    if (!isCall) this.#told = this.#changed;
  }

  isInside(text: number): boolean {
    return (this.#open[text] ?? 0) > 0;
  }
}

const FAULTS = new Set<number>([
  EVENT.fault,
  EVENT.kvm_page_fault,
  EVENT.kvm_mmu_walker_error,
  EVENT.kvm_inj_exception,
]);

const all = (tests: readonly Passes[]): Passes => {
  const [first, second] = tests;
  if (tests.length === 1) return first as Passes;
  if (tests.length === 2) return (index) => (first as Passes)(index) && (second as Passes)(index);
  return (index) => tests.every((test) => test(index));
};

const any = (tests: readonly Passes[]): Passes =>
  tests.length === 1 ? (tests[0] as Passes) : (index) => tests.some((test) => test(index));

/** Numbers of the log's texts that have a word in them. */
function textsWith(reader: LogReader, fits: (text: string) => boolean): ReadonlySet<number> {
  return new Set(reader.data.strings.flatMap((text, number) => (fits(text) ? [number] : [])));
}

/** Fields that are printed as one of a list of texts. */
const LISTED: Readonly<Record<string, readonly string[] | Readonly<Record<number, string>>>> = {
  register: REGISTERS,
  walker: WALKERS,
  vector: VECTORS,
};

/** Filters that ask the same of every kind. */
type Kindless = Extract<Filter, { readonly is: 'cpu' | 'counted' | 'function' | 'thing' }>;

/** A word that may be how a line prints a number or a name. */
const PRINTED = /^(0x[0-9a-f]+|\d+|[th]\d+\S*|hz|noslot)$/;

class Compiler {
  readonly #source: PassSource;
  readonly #tracker: Tracker;
  /** Tests that do not depend on the kind are made once. */
  readonly #made = new Map<Filter, Passes>();

  constructor(source: ThingSource, tracker: Tracker) {
    this.#source = { ...source, firstChange: () => tracker.firstChange };
    this.#tracker = tracker;
  }

  test(filter: Filter, kind: number): KindTest {
    switch (filter.is) {
      case 'all':
        return this.#all(filter.of, kind);
      case 'any':
        return this.#any(filter.of, kind);
      case 'not': {
        const test = this.test(filter.of, kind);
        return typeof test === 'boolean' ? !test : (index) => !test(index);
      }
      case 'kind':
        return patternTest(filter.pattern)(EVENTS[kind]?.name ?? '');
      case 'family':
        return EVENTS[kind]?.family === filter.family;
      case 'group':
        return this.#group(filter.group, kind);
      case 'field':
        return this.#field(filter, kind);
      case 'text':
        return this.#text(filter, kind);
      default:
        return this.#once(filter);
    }
  }

  #all(parts: readonly Filter[], kind: number): KindTest {
    const tests: Passes[] = [];
    for (const part of parts) {
      const test = this.test(part, kind);
      if (test === false) return false;
      if (test !== true) tests.push(test);
    }
    return tests.length === 0 || all(tests);
  }

  #any(parts: readonly Filter[], kind: number): KindTest {
    const tests: Passes[] = [];
    for (const part of parts) {
      const test = this.test(part, kind);
      if (test === true) return true;
      if (test !== false) tests.push(test);
    }
    return tests.length > 0 && any(tests);
  }

  #group(group: Group, kind: number): KindTest {
    const { reader, firstChange } = this.#source;
    if (group === 'fault') return FAULTS.has(kind);
    if (group === 'exit') return kind === EVENT.exit;
    return (index) => reader.changesUpTo(index) > firstChange();
  }

  #field(filter: Filter & { is: 'field' }, kind: number): KindTest {
    const tests = (EVENTS[kind]?.fields ?? [])
      .filter(({ name }) => name === filter.name)
      .flatMap((field) => {
        const test = fieldTest(filter, field.type);
        return typeof test === 'function' ? [test(this.#source, field)] : [];
      });
    return tests.length > 0 && any(tests);
  }

  #once(filter: Kindless): Passes {
    const made = this.#made.get(filter) ?? this.#make(filter);
    this.#made.set(filter, made);
    return made;
  }

  #make(filter: Kindless): Passes {
    const { reader } = this.#source;
    switch (filter.is) {
      case 'cpu':
        return (index) => reader.cpu(index) === filter.cpu;
      case 'counted':
        return this.#counted(filter.key, filter.range);
      case 'function': {
        const inside = [...textsWith(reader, patternTest(filter.pattern))];
        return () => inside.some((text) => this.#tracker.isInside(text));
      }
      case 'thing':
        return thingPasses(this.#source, filter.key, filter.name);
    }
  }

  #counted(key: Counted, { from, to }: Range): Passes {
    const tracker = this.#tracker;
    const [first, last] = [Number(from), Number(to)];
    return key === 'step'
      ? () => tracker.step >= first && tracker.step <= last
      : () => tracker.number >= first && tracker.number <= last;
  }

  /** A word of an event's line: in its kind's name, in one of its texts, or the name or the number that a field has. */
  #text(filter: Filter & { is: 'text' }, kind: number): KindTest {
    const { reader } = this.#source;
    const spec = EVENTS[kind];
    const word = filter.text.toLowerCase();
    const fits = (text: string): boolean => text.toLowerCase().includes(word);
    if (!spec || fits(spec.name)) return spec !== undefined;
    const tests: Passes[] = [];
    const texts = textsWith(reader, fits);
    for (const field of spec.fields) {
      const listed = LISTED[field.type];
      if (field.type === 'text' || field.type === 'function') {
        if (texts.size > 0) tests.push((index) => texts.has(reader.field(index, field)));
      } else if (listed) {
        tests.push((index) => fits(listed[reader.field(index, field)] ?? ''));
      } else if (!field.hidden && PRINTED.test(word)) {
        const test = fieldTest(
          { is: 'field', name: field.name, bit: '', operator: '=', value: word },
          field.type,
        );
        if (typeof test === 'function') tests.push(test(this.#source, field));
      }
    }
    if (kind === EVENT.outcome) tests.push((index) => fits(OUTCOMES[reader.payload(index, 0)] ?? ''));
    return tests.length > 0 && any(tests);
  }
}

/** Whether a filter asks for calls and returns by name: they are then found whatever is stepped through. */
export function asksForCalls(filter: Filter): boolean {
  switch (filter.is) {
    case 'all':
    case 'any':
      return filter.of.some(asksForCalls);
    case 'kind':
      return filter.pattern === 'call' || filter.pattern === 'return';
    case 'family':
      return filter.family === 'call';
    default:
      return false;
  }
}

/** A filter for one log. To be asked of its events in order, from the first, without leaving one out. */
export function compile(filter: Filter, source: ThingSource): Passes {
  const tracker = new Tracker(source.reader);
  const compiler = new Compiler(source, tracker);
  const tests = EVENTS.map(({ kind }) => compiler.test(filter, kind));
  return (index) => {
    tracker.advance(index);
    const test = tests[source.reader.kind(index)] as KindTest;
    return typeof test === 'boolean' ? test : test(index);
  };
}
