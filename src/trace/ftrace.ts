/**
 * A log as the text of a kernel's tracefs (Linux 6.1: trace/trace_output.c for the columns, arch/x86/kvm/mmu/mmutrace.h and
 * arch/x86/kvm/trace.h for the events), so that whatever reads such text reads it too. Steps and outcomes are marks, as a
 * person's own program writes them with trace_marker.
 *
 * Frames have the machine's own numbers here. What the machine does not have is 0: instruction addresses, pointers, the
 * generation of shadow pages, the raw registers of an exit. A line's time is its event's number, in microseconds.
 */
import { faultLetters } from '#arch/fault.ts';
import { hexOfEntry, hexOfPair } from '#arch/word64.ts';
import { EVENT, VECTORS } from '#machine/events.ts';
import type { LogReader } from '#machine/log-reader.ts';
import { HEADER } from '#machine/words.ts';
import type { Names } from './names.ts';
import { eventLine } from './print.ts';

const COLUMNS = `#                                _-----=> irqs-off/BH-disabled
#                               / _----=> need-resched
#                              | / _---=> hardirq/softirq
#                              || / _--=> preempt-depth
#                              ||| / _-=> migrate-disable
#                              |||| /     delay
#           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION
#              | |         |   |||||     |         |
`;

/** One event's words. */
class Source {
  readonly reader: LogReader;
  readonly index: number;

  constructor(reader: LogReader, index: number) {
    this.reader = reader;
    this.index = index;
  }

  get cpu(): number {
    return this.reader.cpu(this.index) ?? 0;
  }

  /** Payload word `n`. */
  word(n: number): number {
    return this.reader.payload(this.index, n);
  }

  bit(n: number, bit: number): boolean {
    return ((this.word(n) >>> bit) & 1) === 1;
  }

  hex(n: number): string {
    return (this.word(n) >>> 0).toString(16);
  }

  /** A plain pair at words `n` and `n + 1`. */
  pair(n: number): string {
    return hexOfPair(this.word(n), this.word(n + 1));
  }

  /** The same with all sixteen digits. */
  full(n: number): string {
    return this.pair(n).padStart(16, '0');
  }

  /** An entry (swizzled pair) at words `n` and `n + 1`. */
  entry(n: number): string {
    return hexOfEntry(this.word(n), this.word(n + 1));
  }
}

/** KVM_MMU_PAGE_PRINTK: role in word 2, counts and flags in word 3. */
function page(source: Source): string {
  const [role, counts] = [source.word(2), source.word(3)];
  const has = (bit: number): boolean => source.bit(2, bit);
  const access = (has(9) ? 'w' : '-') + (has(10) ? 'u' : '-') + (has(8) ? 'x' : '-');
  return [
    `sp gen 0 gfn ${source.hex(1)} l${role & 15} ${has(4) ? 4 : 8}-byte q${(role >>> 5) & 3}`,
    ...(has(7) ? ['direct'] : []),
    access,
    ...(has(11) ? ['invalid'] : []),
    `${has(12) ? '' : '!'}nxe ${has(16) ? '!' : ''}ad root ${counts & 0xffff}`,
    source.bit(3, 16) ? 'unsync' : 'sync',
  ].join(' ');
}

/** Physical address of the entry at a place in the machine's words. */
const address = (place: number): string => (place * 4).toString(16);

const rights = (mask: number): string =>
  [...'rwxu'].map((letter, bit) => (mask & (1 << bit) ? letter : '-')).join('');

const NO_SLOT = '8000000000000000';

function exception(source: Source): string {
  const name = VECTORS[source.word(0)] ?? `#${source.word(0)}`;
  const code = source.word(1) === -1 ? '' : ` (0x${source.hex(1)})`;
  return `${name}${code}${source.word(2) ? ' [reinjected]' : ''}`;
}

const exit = (source: Source): string =>
  `vcpu ${source.cpu} reason ${source.reader.text(source.word(0))} rip 0x0 info1 0x${source.full(3)} ` +
  `info2 0x${source.full(1)} intr_info 0x00000000 error_code 0x00000000`;

function mmio(source: Source): string {
  const isWrite = source.word(3) !== 0;
  const value = isWrite ? source.pair(4) : '0';
  return `mmio ${isWrite ? 'write' : 'unsatisfied-read'} len ${source.word(2)} gpa 0x${source.pair(0)} val 0x${value}`;
}

const fastFault = (source: Source): string =>
  `vcpu ${(source.word(2) >>> 16) & 0xff} gva ${source.pair(0)} error_code ${faultLetters(source.word(2) & 0xffff)} ` +
  `sptep 0000000000000000 old ${source.entry(3) === '0' ? '0' : `0x${source.entry(3)}`} new ${source.entry(5)} ` +
  `spurious ${Number(source.bit(2, 24))} fixed ${Number(source.bit(2, 25))}`;

type Print = (source: Source) => string;

/** Events that a kernel prints under another name than the log has. */
const NAMES: ReadonlyMap<number, string> = new Map([
  [EVENT.exit, 'kvm_exit'],
  [EVENT.entry, 'kvm_entry'],
  [EVENT.mmio, 'kvm_mmio'],
]);

const PRINT: ReadonlyMap<number, Print> = new Map<number, Print>([
  [EVENT.exit, exit],
  [EVENT.entry, (source) => `vcpu ${source.cpu}, rip 0x0`],
  [EVENT.mmio, mmio],
  [
    EVENT.kvm_page_fault,
    (source) => `vcpu ${source.word(0)} rip 0x0 address 0x${source.full(1)} error_code 0x${source.pair(3)}`,
  ],
  [
    EVENT.kvm_mmu_pagetable_walk,
    (source) => `addr ${source.pair(0)} pferr ${source.hex(2)} ${faultLetters(source.word(2))}`,
  ],
  [EVENT.kvm_mmu_paging_element, (source) => `pte ${source.entry(0)} level ${source.word(2)}`],
  [EVENT.kvm_mmu_set_accessed_bit, (source) => `gpa ${source.pair(0)}`],
  [EVENT.kvm_mmu_set_dirty_bit, (source) => `gpa ${source.pair(0)}`],
  [EVENT.kvm_mmu_walker_error, (source) => `pferr ${source.hex(0)} ${faultLetters(source.word(0))}`],
  [EVENT.kvm_inj_exception, exception],
  [EVENT.kvm_mmu_get_page, (source) => `${page(source)} ${source.bit(3, 17) ? 'new' : 'existing'}`],
  [EVENT.kvm_mmu_sync_page, page],
  [EVENT.kvm_mmu_unsync_page, page],
  [EVENT.kvm_mmu_prepare_zap_page, page],
  [
    EVENT.kvm_mmu_spte_requested,
    (source) =>
      `gfn ${source.hex(0)} pfn ${source.word(1) === -1 ? NO_SLOT : source.hex(1)} level ${source.word(2)}`,
  ],
  [
    EVENT.kvm_mmu_set_spte,
    (source) =>
      `gfn ${source.hex(0)} spte ${source.entry(1)} (${rights(source.word(3) & 0xff)}) ` +
      `level ${(source.word(3) >>> 8) & 0xff} at ${address(source.word(5))}`,
  ],
  [
    EVENT.kvm_tdp_mmu_spte_changed,
    (source) =>
      `as id ${source.word(0) & 0xff} gfn ${source.hex(1)} level ${(source.word(0) >>> 8) & 0xff} ` +
      `old_spte ${source.entry(2)} new_spte ${source.entry(4)}`,
  ],
  [EVENT.fast_page_fault, fastFault],
  [
    EVENT.mark_mmio_spte,
    (source) => `sptep:0000000000000000 gfn ${source.hex(0)} access ${source.hex(1)} gen ${source.hex(2)}`,
  ],
  [
    EVENT.check_mmio_spte,
    (source) =>
      `spte ${source.pair(0)} kvm_gen ${source.hex(2)} spte-gen ${source.hex(3)} valid ${source.word(4)}`,
  ],
  [
    EVENT.handle_mmio_page_fault,
    (source) => `addr:${source.pair(0)} gfn ${source.hex(2)} access ${source.hex(3)}`,
  ],
  [EVENT.kvm_mmu_zap_all_fast, (source) => `kvm-mmu-valid-gen 0 used_pages ${source.hex(0)}`],
  [
    EVENT.kvm_mmu_split_huge_page,
    (source) =>
      `gfn ${source.hex(0)} spte ${source.entry(1)} level ${source.word(3)} errno ${source.word(4)}`,
  ],
]);

const MARKS: ReadonlySet<number> = new Set([EVENT.step, EVENT.outcome, EVENT.mmio]);

/** What a kernel's tracer prints of an event, without the columns before it: none to two lines. */
function printed(reader: LogReader, names: Names, index: number): string[] {
  const kind = reader.kind(index);
  const lines: string[] = [];
  const print = PRINT.get(kind);
  if (print) lines.push(`${NAMES.get(kind) ?? reader.spec(index).name}: ${print(new Source(reader, index))}`);
  else if (reader.spec(index).family === 'tracepoint') lines.push(eventLine(reader, names, index));
  if (MARKS.has(kind)) lines.push(`tracing_mark_write: ${eventLine(reader, names, index)}`);
  return lines;
}

function columns(reader: LogReader, index: number, number: number): string {
  const cpu = reader.cpu(index);
  const task = (cpu === null ? 'host' : `cpu${cpu}`).padStart(16);
  const seconds = Math.floor(number / 1e6);
  const rest = String(number % 1e6).padStart(6, '0');
  return `${task}-1       [${String(cpu ?? 0).padStart(3, '0')}] ..... ${String(seconds).padStart(5)}.${rest}: `;
}

/** A log as tracefs text: steps, outcomes, exits, entries and the kernel's tracepoints. Ends in a line feed. */
export function ftraceText(reader: LogReader, names: Names): string {
  const lines: string[] = [];
  let number = 0;
  for (let index = 0; index < reader.length; index++) {
    if (reader.spec(index).family === 'call') continue;
    number++;
    const words = printed(reader, names, index);
    if (words.length === 0) continue;
    const before = columns(reader, index, number);
    for (const line of words) lines.push(before + line);
  }
  const count = `${lines.length}/${lines.length}   #P:${reader.data.base[HEADER.vcpuCount]}`;
  const head = `# tracer: nop\n#\n# entries-in-buffer/entries-written: ${count}\n#\n${COLUMNS}`;
  return head + lines.map((line) => `${line}\n`).join('');
}
