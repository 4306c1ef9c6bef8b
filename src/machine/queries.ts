/**
 * Questions that only a whole log can answer: when a table came and went, who uses a page, a frame or a function next, or did last.
 * Answers are event indices, -1 where there is none. Only what lies between the moment and the answer is looked at.
 */
import { EVENT, MMU_PRESENT, TABLE_CREATED } from './events.ts';
import type { LogReader } from './log-reader.ts';
import type { Life } from './stored.ts';

/** Whether event `index` tells that the hypervisor made a table. */
export const makesTable = (reader: LogReader, index: number): boolean =>
  reader.kind(index) === EVENT.kvm_mmu_get_page && (reader.payload(index, 3) & TABLE_CREATED) !== 0;

/** When the hypervisor's table with a serial number appeared and went. Serial numbers are given once. */
export function tableLife(reader: LogReader, serial: number): Life {
  let appeared = -1;
  for (let index = 0; index < reader.length; index++) {
    const kind = reader.kind(index);
    if (kind !== EVENT.kvm_mmu_get_page && kind !== EVENT.tableFree) continue;
    if (reader.payload(index, 0) !== serial) continue;
    if (kind === EVENT.tableFree) return { appeared, gone: index };
    if (makesTable(reader, index)) appeared = index;
  }
  return { appeared, gone: -1 };
}

/** The calls that are open at event `index`, the innermost first; none where calls were not recorded. */
export function openCalls(reader: LogReader, index: number): number[] {
  const calls: number[] = [];
  let depth = reader.depth(index);
  for (let event = index - 1; event >= 0 && depth > 0; event--) {
    if (reader.kind(event) !== EVENT.call || reader.depth(event) !== depth - 1) continue;
    calls.push(event);
    depth--;
  }
  return calls;
}

type Test = (word: (n: number) => number) => boolean;

/** For each kind of event that is asked for: whether it is one that is meant, by its payload. */
type Tests = ReadonlyMap<number, Test>;

/** The nearest event after (direction 1) or before (-1) `event` that one of the tests holds for; -1 if there is none. */
function nearest(reader: LogReader, event: number, direction: 1 | -1, tests: Tests): number {
  return reader.find(event, direction, (index) => {
    const test = tests.get(reader.kind(index));
    return test?.((n) => reader.payload(index, n)) ?? false;
  });
}

/** The first translation after `event` that ends in a frame (of the host; on a bare machine of the guest), walked or known to the TLB. */
export function nextTranslation(reader: LogReader, frame: number, event: number): number {
  const leadsThere: Test = (word) => word(2) === (frame | 0);
  return nearest(
    reader,
    event,
    1,
    new Map([
      [EVENT.translated, leadsThere],
      [EVENT.tlbHit, leadsThere],
    ]),
  );
}

/** The nearest access of a guest to the 4 KiB page of a linear address (plain pair). */
export function nearestAccess(
  reader: LogReader,
  hi: number,
  lo: number,
  event: number,
  direction: 1 | -1,
): number {
  const isThere: Test = (word) => word(0) === hi && word(1) >>> 12 === lo >>> 12;
  return nearest(reader, event, direction, new Map([[EVENT.access, isThere]]));
}

/** Bit that both formats of KVM's entries have: the entry maps a large page. */
const PAGE_SIZE = 1 << 7;

/**
 * A test of a change of the TDP MMU's, which keeps no reverse map: whether the entry is one of a guest frame, and a leaf comes or goes.
 * @param change of whether the entry maps a page: from its flags before and after
 */
const tdpChange =
  (gfn: number, change: (isLeaf: (flags: number) => boolean, old: number, now: number) => boolean): Test =>
  (word) => {
    const level = (word(0) >>> 8) & 0xff;
    const first = word(1) >>> 0;
    if (gfn < first || gfn >= first + 512 ** (level - 1)) return false;
    const isLeaf = (flags: number): boolean =>
      (flags & MMU_PRESENT) !== 0 && (level === 1 || (flags & PAGE_SIZE) !== 0);
    return change(isLeaf, word(3), word(5));
  };

/** The event that noted last, up to and including `event`, that an entry maps a guest frame. */
export const lastMapped = (reader: LogReader, gfn: number, event: number): number =>
  nearest(
    reader,
    event + 1,
    -1,
    new Map<number, Test>([
      [EVENT.rmapAdd, (word) => word(0) === (gfn | 0)],
      [EVENT.kvm_tdp_mmu_spte_changed, tdpChange(gfn, (isLeaf, old, now) => !isLeaf(old) && isLeaf(now))],
    ]),
  );

/** The first event after `event` that takes an entry that maps a guest frame away. */
export const nextUnmapped = (reader: LogReader, gfn: number, event: number): number =>
  nearest(
    reader,
    event,
    1,
    new Map<number, Test>([
      [EVENT.rmapRemove, (word) => word(0) === (gfn | 0)],
      // A page that is split stays mapped, by its pieces.
      [
        EVENT.kvm_tdp_mmu_spte_changed,
        tdpChange(gfn, (isLeaf, old, now) => isLeaf(old) && !(now & MMU_PRESENT)),
      ],
    ]),
  );

/** The nearest call of a function; -1 where there is none, or calls were not recorded. */
export function nearestCall(reader: LogReader, name: string, event: number, direction: 1 | -1): number {
  const text = reader.data.strings.indexOf(name);
  return text < 0
    ? -1
    : nearest(reader, event, direction, new Map([[EVENT.call, (word) => word(0) === text]]));
}

/** The first walk after `event` that a vCPU's hardware makes (`access`), or the hypervisor in its place (`guest`). */
export function nextWalk(reader: LogReader, cpu: number, event: number, kind: 'access' | 'guest'): number {
  const wanted = kind === 'access' ? EVENT.access : EVENT.kvm_mmu_pagetable_walk;
  return reader.find(event, 1, (index) => reader.kind(index) === wanted && reader.cpu(index) === cpu);
}
