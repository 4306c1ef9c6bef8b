/**
 * What a guest may see, decided without KVM, of a finished run. A vCPU may use a translation that its tables gave at any moment
 * since it last flushed the address; a fault must be one that the tables give now. A step changes in memory what it was told to
 * write, and A and D bits on the way to it, and nothing else. A dirty log names every frame that was written.
 */
import { decode } from '#arch/instruction.ts';
import { CR4 } from '#arch/paging-mode.ts';
import { bigOfPair, hiWord, loWord } from '#arch/word64.ts';
import { EVENT, OUTCOME } from '#machine/events.ts';
import { knownHostFrame } from '#machine/host-pages.ts';
import { type LogReader, Replay } from '#machine/log-reader.ts';
import { frameData } from '#machine/memory.ts';
import { findSlot, SLOT, SLOT_FLAG, slotById, slotPlaces } from '#machine/slots.ts';
import { cr3Frame, VCPU, vcpuMode, vcpuPlace } from '#machine/vcpu.ts';
import { FRAME, FRAME_SHIFT, frameUse } from '#machine/words.ts';
import type { Scenario, Step } from '#scenario/scenario.ts';
import {
  faultOf,
  type GuestAccess,
  isHostReadOnly,
  leavesToUserSpace,
  readGuest,
  type Translation,
  translate,
  type Walked,
} from './guest-translation.ts';
import { UsableTranslations } from './usable-translations.ts';

type AccessStep = Extract<Step, { kind: 'read' | 'write' | 'exec' }>;

/** Eight bytes of guest memory that a step changed. */
interface MemoryChange {
  readonly gpa: number;
  readonly before: bigint;
  readonly after: bigint;
}

interface Outcome {
  readonly what: number;
  readonly value: bigint;
  readonly vector: number;
  readonly error: number;
  readonly text: string;
  /** The access was emulated, and left to user space. */
  readonly leftToUserSpace: boolean;
}

const WITH_TEXT: readonly number[] = [OUTCOME.dirty, OUTCOME.runError, OUTCOME.error];

/** Everything in a run that no guest could have seen, in words. Empty where all is in order. */
export function impossibleObservations(scenario: Scenario, reader: LogReader): string[] {
  const oracle = new Oracle(scenario, reader);
  for (let step = 0; step < reader.stepCount; step++) oracle.step(step);
  return oracle.problems;
}

const isAccess = (step: Step): step is AccessStep =>
  step.kind === 'read' || step.kind === 'write' || step.kind === 'exec';
const widthOf = (step: AccessStep): number => (step.kind === 'exec' ? 1 : step.width);
const accessOf = (step: AccessStep): GuestAccess => ({ ...step, ac: step.kind !== 'exec' && step.ac });

class Oracle {
  readonly problems: string[] = [];
  readonly #scenario: Scenario;
  readonly #reader: LogReader;
  readonly #replay: Replay;
  readonly #walked: Walked;
  /** Faults are of the tables as they are: nothing that may be stale decides them. */
  readonly #faultsAreTrue: boolean;
  readonly #translations: UsableTranslations;
  /** Guest frames written since the dirty log of their slot was last read. */
  readonly #written = new Set<number>();
  /**
   * Whether a slot came or moved. An entry that says "no memory" outlives that where a sync gave it the new generation, and KVM then
   * goes on emulating the page (Linux 6.1: sync_mmio_spte looks at no slot).
   */
  #slotsChanged = false;

  constructor(scenario: Scenario, reader: LogReader) {
    const { vcpus, vendor, mmu, tlb } = scenario.machine;
    const pages = scenario.steps.filter(isAccess).map(({ gva }) => gva & ~0xfffn);
    this.#scenario = scenario;
    this.#reader = reader;
    this.#replay = new Replay(reader);
    this.#walked = { amd: vendor === 'amd', nested: mmu !== 'shadow' };
    this.#faultsAreTrue = tlb === null;
    this.#translations = new UsableTranslations(
      this.#replay.words,
      vcpus,
      this.#walked,
      [...new Set(pages)],
      // Shadow tables are a memory of their own.
      tlb !== null || mmu === 'shadow',
    );
  }

  /** Checks a step. Steps must be given in order. */
  step(index: number): void {
    const step = this.#scenario.steps[index] as Step;
    const outcome = this.#outcome(index);
    if (!outcome || outcome.what === OUTCOME.notRun) return;
    const before = this.#replay.seek(this.#reader.stepStart(index) - 1);
    const paths = this.#paths(before, step);
    const logged = step.kind === 'dirty-log' && isLogged(before, step.slot);
    const pge = step.cpu < 0 ? 0 : (before[vcpuPlace(before, step.cpu) + VCPU.cr4] as number);
    const words = this.#replay.seek(this.#reader.stepEnd(index) - 1);
    for (const gpa of this.#paths(words, step)) paths.add(gpa);
    const changes = this.#memoryChanges(index, words);
    const runsCode = step.kind === 'exec' && this.#runsCode(before, step);
    const tell = (what: string): void => {
      if (!runsCode) this.problems.push(`step ${index + 1}, ${step.text}: ${what}`);
    };
    if (outcome.what === OUTCOME.shutdown) {
      if (!this.#isLost(words, step.cpu)) tell('shutdown, although the guest could go on');
      return;
    }
    if (step.kind === 'slot') this.#slotsChanged = true;
    if (isAccess(step)) this.#access(words, step, outcome, changes, tell);
    for (const change of changes) this.#change(words, step, outcome, change, paths, tell);
    if (step.kind === 'get-dirty' && outcome.what === OUTCOME.dirty)
      this.#dirtyLog(words, step.slot, outcome, tell);
    if (step.kind === 'dirty-log' && !logged) this.#forgetWrites(words, step.slot);
    this.#translations.observe(words);
    this.#flushes(words, step, outcome, pge);
    this.#translations.observe(words);
  }

  /** Whether a jump may come to an instruction that does something: then everything is possible, and nothing is checked. */
  #runsCode(words: Int32Array, { cpu, gva }: AccessStep): boolean {
    const bits64 = vcpuMode(words, vcpuPlace(words, cpu)).levels > 3;
    return this.#translations.usable(cpu, gva).some(({ gfn }) => {
      if (gfn === null) return false;
      const at = gfn * 4096 + Number(gva & 0xfffn);
      const instruction = decode((index) => Number(readGuest(words, at + index, 1) ?? 0xffn), bits64);
      return instruction !== null && instruction.operation !== 'hlt';
    });
  }

  #outcome(step: number): Outcome | null {
    const reader = this.#reader;
    for (let index = reader.stepEnd(step) - 1; index >= reader.stepStart(step); index--) {
      if (reader.kind(index) !== EVENT.outcome) continue;
      return {
        what: reader.payload(index, 0),
        value: bigOfPair(reader.payload(index, 1), reader.payload(index, 2)),
        vector: reader.payload(index, 3),
        error: reader.payload(index, 4),
        text: WITH_TEXT.includes(reader.payload(index, 0)) ? reader.text(reader.payload(index, 5)) : '',
        leftToUserSpace:
          reader.find(index, -1, (at) => reader.kind(at) === EVENT.mmio) >= reader.stepStart(step),
      };
    }
    return null;
  }

  /**
   * Addresses of the entries on the way to what a guest step touches, by its operand and by its own instruction; those of tables that a
   * remembered pointer still leads to included.
   */
  #paths(words: Int32Array, step: Step): Set<number> {
    if (step.cpu < 0) return new Set();
    const { stub } = this.#scenario;
    const addresses = [
      ...(isAccess(step) ? [step.gva] : []),
      ...(stub ? [stub.gva, stub.ugva ?? stub.gva] : []),
    ];
    const ways = addresses.flatMap((gva) => [
      translate(words, step.cpu, this.#walked, gva),
      ...this.#translations.usable(step.cpu, gva),
    ]);
    return new Set(ways.flatMap(({ entries }) => entries.map(({ gpa }) => gpa)));
  }

  /** The faults that the page of the guest's instructions and its stack gives it, by address; null for none. */
  #stubFaults(words: Int32Array, cpu: number): { gva: bigint; fault: number | null; found: Translation }[] {
    const { stub } = this.#scenario;
    if (!stub) return [];
    const user = stub.ugva ?? stub.gva;
    return (
      [
        { kind: 'exec', gva: stub.gva, user: false, ac: false },
        { kind: 'write', gva: stub.gva, user: false, ac: false },
        { kind: 'exec', gva: user, user: true, ac: false },
      ] as const
    ).map((access) => {
      const found = translate(words, cpu, this.#walked, access.gva);
      return { gva: access.gva, fault: faultOf(words, cpu, found, access), found };
    });
  }

  /** Whether the guest cannot go on: its handler faults, or its tables lie where no memory is. */
  #isLost(words: Int32Array, cpu: number): boolean {
    return this.#stubFaults(words, cpu).some(({ fault }) => fault !== null) || rootsWithoutMemory(words, cpu);
  }

  /** Whether a step can end so because of the guest's own instructions, whatever it was going to do. */
  #isStubOutcome(words: Int32Array, step: AccessStep, outcome: Outcome): boolean {
    const faults = this.#stubFaults(words, step.cpu);
    if (outcome.what === OUTCOME.internal)
      return faults.some(
        ({ found: { gfn, outside } }) =>
          (this.#walked.nested && outside !== null) || (gfn !== null && leavesToUserSpace(words, gfn, false)),
      );
    return (
      outcome.what === OUTCOME.exception &&
      faults.some(({ gva, fault }) => outcome.value === gva && outcome.error === fault)
    );
  }

  /** An access came to what one of the usable translations allows, or to the fault that the tables give. */
  #access(
    words: Int32Array,
    step: AccessStep,
    outcome: Outcome,
    changes: readonly MemoryChange[],
    tell: (what: string) => void,
  ): void {
    if (this.#isStubOutcome(words, step, outcome)) return;
    const access = accessOf(step);
    const usable = this.#translations.usable(step.cpu, step.gva);
    const now = usable.at(-1) as Translation;
    if (this.#isOnTable(step, usable, outcome)) return;
    // What a fetch from where no memory is comes to is for user space to say.
    const hasMemory = usable.every(
      ({ gfn }) => gfn === null || !leavesToUserSpace(words, gfn, step.kind === 'write'),
    );
    if (step.kind === 'exec' && !hasMemory) return;
    if (outcome.what === OUTCOME.exception) {
      const expected = (this.#faultsAreTrue ? [now] : usable).map((found) =>
        faultOf(words, step.cpu, found, access),
      );
      if (outcome.vector !== 14 || !expected.includes(outcome.error) || outcome.value !== step.gva)
        tell(
          `exception ${outcome.vector} with error ${outcome.error} at 0x${outcome.value.toString(16)}, the tables give ${expected}`,
        );
      return;
    }
    const allowed = usable.filter((found) => faultOf(words, step.cpu, found, access) === null);
    const matching = allowed.filter((found) => this.#isResult(words, step, outcome, found.gfn as number));
    if (matching.length === 0)
      tell(`${resultText(outcome)}; usable are ${JSON.stringify(allowed.map(({ gfn }) => gfn))}`);
    else if (
      usable.length === 1 &&
      this.#translations.areFlagsKept(step.cpu, step.gva) &&
      hasMemory &&
      outcome.what !== OUTCOME.runError
    )
      this.#usedFlags(words, step, now, tell);
    if (step.kind !== 'write' && changes.some(({ before, after }) => (before ^ after) & ~0x60_0000_0060n))
      tell('memory changed, and nothing was written');
  }

  /**
   * Whether an access was emulated because a table on the way lies in no memory. KVM takes the table's address for that of the access
   * where both have the same offset in their pages, and finds no instruction where its own page is looked for so (Linux
   * 6.1: x86.c emulator_read_write_onepage).
   */
  #isOnTable(step: AccessStep, usable: readonly Translation[], outcome: Outcome): boolean {
    if (!this.#walked.nested) return false;
    const tables = usable.flatMap(({ outside }) => outside ?? []);
    if (outcome.what === OUTCOME.internal) return tables.length > 0;
    const offset = Number(step.gva & 0xfffn);
    return outcome.leftToUserSpace && tables.some((gpa) => gpa % 4096 === offset);
  }

  /** Whether a step's outcome is that of an access to a guest frame. */
  #isResult(words: Int32Array, step: AccessStep, outcome: Outcome, gfn: number): boolean {
    const width = widthOf(step);
    const write = step.kind === 'write';
    if (outcome.what === OUTCOME.runError) return write && isHostReadOnly(words, gfn);
    const outside = leavesToUserSpace(words, gfn, write) || (outcome.leftToUserSpace && this.#slotsChanged);
    if (step.kind === 'exec') return outcome.what === OUTCOME.ok;
    const held = readGuest(words, gfn * 4096 + Number(step.gva & 0xfffn), width);
    if (!write) {
      const expected = outside ? (1n << BigInt(width * 8)) - 1n : held;
      return outcome.what === OUTCOME.value && outcome.value === expected;
    }
    return outcome.what === OUTCOME.ok && (outside || held === BigInt.asUintN(width * 8, step.value));
  }

  /**
   * Where only one translation can have been used, its entries are accessed now, and a written page is dirty. KVM's cache of
   * pages without memory spares the walk, so those are left out.
   */
  #usedFlags(words: Int32Array, step: AccessStep, used: Translation, tell: (what: string) => void): void {
    used.entries.forEach(({ gpa }, i) => {
      const isLeaf = i === used.entries.length - 1;
      const wanted = 0x20n | (isLeaf && step.kind === 'write' ? 0x40n : 0n);
      const value = readGuest(words, gpa, 1) ?? 0n;
      const overwritten = this.#isTarget(step, used.gfn as number, gpa);
      if ((value & wanted) !== wanted && !overwritten)
        tell(`A or D is missing in the entry at 0x${gpa.toString(16)}`);
    });
  }

  #isTarget(step: AccessStep, gfn: number, gpa: number): boolean {
    const start = gfn * 4096 + Number(step.gva & 0xfffn);
    return step.kind === 'write' && gpa >= start && gpa < start + step.width;
  }

  /** A change of memory is of bytes that the step wrote, or is the setting of A or D on the way to them. */
  #change(
    words: Int32Array,
    step: Step,
    outcome: Outcome,
    { gpa, before, after }: MemoryChange,
    paths: ReadonlySet<number>,
    tell: (what: string) => void,
  ): void {
    this.#written.add(Math.floor(gpa / 4096));
    // A write to what maps the guest's own instructions is done; the next instruction cannot be fetched.
    const isDone =
      step.kind === 'write' && (outcome.what === OUTCOME.ok || this.#isStubOutcome(words, step, outcome));
    const targets = isDone
      ? this.#translations
          .usable(step.cpu, step.gva)
          .filter(
            (found) =>
              faultOf(words, step.cpu, found, accessOf(step)) === null &&
              this.#isResult(words, step, { ...outcome, what: OUTCOME.ok }, found.gfn as number),
          )
      : [];
    for (let byte = 0; byte < 8; byte++) {
      const [old, now] = [before, after].map((value) => Number((value >> BigInt(byte * 8)) & 0xffn)) as [
        number,
        number,
      ];
      if (old === now) continue;
      const at = gpa + byte;
      const isFlag = paths.has(at) && ((old ^ now) & ~0x60) === 0 && (now & old) === old;
      const isWritten = isAccess(step) && targets.some(({ gfn }) => this.#isTarget(step, gfn as number, at));
      if (!isFlag && !isWritten) tell(`the byte at 0x${at.toString(16)} changed from ${old} to ${now}`);
    }
  }

  /** The aligned eight bytes of guest memory that a step changed. */
  #memoryChanges(step: number, words: Int32Array): MemoryChange[] {
    const reader = this.#reader;
    const old = new Map<number, number>();
    for (let index = reader.stepStart(step); index < reader.stepEnd(step); index++)
      for (const { place, old: word } of reader.changes(index)) if (!old.has(place)) old.set(place, word);
    const places = new Set([...old.keys()].map((place) => place & ~1));
    let gfns: Map<number, number> | null = null;
    const changes: MemoryChange[] = [];
    for (const place of places) {
      if (frameUse(words, place >>> FRAME_SHIFT) !== FRAME.guest) continue;
      gfns ??= guestFrames(words);
      const gfn = gfns.get(place >>> FRAME_SHIFT);
      if (gfn === undefined) continue;
      const [frame, flags] = [words[place] as number, words[place + 1] as number];
      const [oldFrame, oldFlags] = [old.get(place) ?? frame, old.get(place + 1) ?? flags];
      changes.push({
        gpa: gfn * 4096 + (place & 1023) * 4,
        before: bigOfPair(hiWord(oldFrame, oldFlags), loWord(oldFrame, oldFlags)),
        after: bigOfPair(hiWord(frame, flags), loWord(frame, flags)),
      });
    }
    return changes;
  }

  #dirtyLog(words: Int32Array, slot: number, outcome: Outcome, tell: (what: string) => void): void {
    const reported = new Set(framesOf(outcome.text));
    for (const gfn of this.#written)
      if (findSlot(words, gfn) === slotById(words, slot) && !reported.has(gfn))
        tell(`0x${gfn.toString(16)} was written, and is not in the dirty log`);
    this.#forgetWrites(words, slot);
  }

  #forgetWrites(words: Int32Array, slot: number): void {
    for (const gfn of this.#written)
      if (findSlot(words, gfn) === slotById(words, slot)) this.#written.delete(gfn);
  }

  /**
   * What a step makes a vCPU forget: INVLPG, and a fault on a present entry, one page; CR3 all but global pages; a change of CR4.PGE
   * all. Shadow entries are never global.
   */
  #flushes(words: Int32Array, step: Step, outcome: Outcome, oldCr4: number): void {
    if (step.cpu < 0) return;
    const failed = outcome.what === OUTCOME.exception;
    const faultedOn = failed && outcome.vector === 14 && (outcome.error & 9) === 1;
    if (step.kind === 'invlpg') this.#translations.forgetPage(step.cpu, step.gva);
    else if (faultedOn) this.#translations.forgetPath(step.cpu, outcome.value);
    const cr4 = words[vcpuPlace(words, step.cpu) + VCPU.cr4] as number;
    if (cr4 !== oldCr4) this.#translations.forgetAll(step.cpu, false);
    else if (step.kind === 'cr3' && !failed)
      this.#translations.forgetAll(step.cpu, this.#walked.nested && (cr4 & CR4.PGE) !== 0);
  }
}

/** Whether CR3, or in PAE mode one of the four pointers, leads to where no memory is. */
function rootsWithoutMemory(words: Int32Array, cpu: number): boolean {
  const regs = vcpuPlace(words, cpu);
  const { levels } = vcpuMode(words, regs);
  const pointers = [0, 1, 2, 3]
    .map((i) => regs + VCPU.pdptes + i * 2)
    .filter((place) => levels === 3 && (words[place + 1] as number) & 1);
  return [cr3Frame(words, regs), ...pointers.map((place) => words[place] as number)].some(
    (gfn) => findSlot(words, gfn) === 0,
  );
}

const isLogged = (words: Int32Array, id: number): boolean => {
  const slot = slotById(words, id);
  return slot !== 0 && ((words[slot + SLOT.flags] as number) & SLOT_FLAG.dirtyLog) !== 0;
};

/** Machine frames that hold guest memory → guest frame. */
function guestFrames(words: Int32Array): Map<number, number> {
  const gfns = new Map<number, number>();
  for (const slot of slotPlaces(words)) {
    for (let index = 0; index < (words[slot + SLOT.npages] as number); index++) {
      const frame = knownHostFrame(words, slot, index);
      const data = frame < 0 ? 0 : frameData(words, frame);
      if (data !== 0) gfns.set(data >>> FRAME_SHIFT, (words[slot + SLOT.base_gfn] as number) + index);
    }
  }
  return gfns;
}

/** The frames that a dirty log names: `0x10-0x12,0x20`. */
export const framesOf = (text: string): number[] =>
  text === 'none'
    ? []
    : text.split(',').flatMap((range) => {
        const [first, last] = range.split('-').map(Number) as [number, number?];
        return Array.from({ length: (last ?? first) - first + 1 }, (_, i) => first + i);
      });

const resultText = ({ what, value, text }: Outcome): string =>
  `outcome ${what}, value 0x${value.toString(16)} ${text}`.trim();
