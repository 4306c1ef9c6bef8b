import { describe, expect, it } from 'vitest';
import { EVENT, EVENTS } from '#machine/events.ts';
import { LogWriter } from '#machine/log.ts';
import { LogReader } from '#machine/log-reader.ts';
import { ftraceText } from './ftrace.ts';
import { Names } from './names.ts';

/** The tracefs text of a log that `write` fills. */
function textOf(write: (log: LogWriter) => void): string {
  const log = new LogWriter(100);
  write(log);
  const base = new Int32Array(1024);
  base[3] = 2;
  const reader = new LogReader(log.finish(base));
  return ftraceText(reader, new Names(reader));
}

const columns = /^ {12}cpu0-1 {7}\[000\] \.{5} {5}0\.000001: /;

/** The line of one event, without its columns. */
const lineOf = (kind: number, words: readonly number[]): string =>
  textOf((log) => {
    log.cpu = 0;
    log.emit(kind, ...words);
  })
    .split('\n')
    .at(-2)
    ?.replace(columns, '') ?? '';

const FIXED = (1 << 25) | 7;

describe('a line', () => {
  // What Linux 6.1 printed, with pointers, instruction addresses and generations that are not modelled as 0.
  it.each([
    [EVENT.kvm_inj_exception, [14, 2, 0], 'kvm_inj_exception: #PF (0x2)'],
    [EVENT.kvm_inj_exception, [6, -1, 1], 'kvm_inj_exception: #UD [reinjected]'],
    [
      EVENT.kvm_mmu_pagetable_walk,
      [0x7f00, 0x430, 16],
      'kvm_mmu_pagetable_walk: addr 7f0000000430 pferr 10 F',
    ],
    [EVENT.kvm_mmu_pagetable_walk, [0, 0x10000, 0], 'kvm_mmu_pagetable_walk: addr 10000 pferr 0 '],
    [
      EVENT.kvm_mmu_spte_requested,
      [0x90000, -1, 1],
      'kvm_mmu_spte_requested: gfn 90000 pfn 8000000000000000 level 1',
    ],
    [
      EVENT.fast_page_fault,
      [0, 0x10000, FIXED, 0x138f2, 0xe65, 0x138f2, 0xe67],
      'fast_page_fault: vcpu 0 gva 10000 error_code P|W|U sptep 0000000000000000 old 0x138f2e65 new 138f2e67 spurious 0 fixed 1',
    ],
    [
      EVENT.check_mmio_spte,
      [0x80000, 0x90000017 | 0, 4, 2, 0],
      'check_mmio_spte: spte 8000090000017 kvm_gen 4 spte-gen 2 valid 0',
    ],
    [
      EVENT.mark_mmio_spte,
      [0x90000, 7, 2],
      'mark_mmio_spte: sptep:0000000000000000 gfn 90000 access 7 gen 2',
    ],
    [EVENT.handle_mmio_page_fault, [0, 0, 0x90000, 6], 'handle_mmio_page_fault: addr:0 gfn 90000 access 6'],
    [
      EVENT.kvm_tdp_mmu_spte_changed,
      [1 << 8, 0x100, 0, 0, 0x1fb8, 0xb77 | (0x6000 << 12)],
      'kvm_tdp_mmu_spte_changed: as id 0 gfn 100 level 1 old_spte 0 new_spte 600000001fb8b77',
    ],
    [EVENT.kvm_mmu_zap_all_fast, [0x1f], 'kvm_mmu_zap_all_fast: kvm-mmu-valid-gen 0 used_pages 1f'],
  ] as const)('%#: %s', (kind, words, line) => {
    expect(lineOf(kind, words)).toBe(line);
  });

  it('is there for every tracepoint, in the kernel’s form', () => {
    for (const { kind, name, family } of EVENTS) {
      if (family !== 'tracepoint') continue;
      expect(lineOf(kind, []), name).toMatch(new RegExp(`^${name}: `));
    }
  });
});

describe('the text', () => {
  const text = textOf((log) => {
    log.cpu = 1;
    log.emit(EVENT.step, 1, log.text('read 0x10000'));
    log.emit(EVENT.reference, 0);
    log.emit(EVENT.call, log.text('kvm_mmu_load'));
    log.emit(EVENT.exit, log.text('#PF'), 0, 0x10000, 0, 2);
    log.emit(EVENT.mmio, 0, 0x9000_0000 | 0, 4, 1, 0, 0x55);
    log.emit(EVENT.outcome, 0);
  });

  it('begins as a kernel’s does', () => {
    expect(text).toMatch(
      /^# tracer: nop\n#\n# entries-in-buffer\/entries-written: 5\/5 {3}#P:2\n#\n# .*irqs-off/,
    );
    expect(text.endsWith('\n')).toBe(true);
  });

  it('has steps and outcomes as marks, and neither walks of the hardware nor calls', () => {
    const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    expect(lines.map((line) => line.replace(/^.*?\d: /, ''))).toEqual([
      'tracing_mark_write: == 1 read 0x10000',
      'kvm_exit: vcpu 1 reason #PF rip 0x0 info1 0x0000000000000002 info2 0x0000000000010000 intr_info 0x00000000 error_code 0x00000000',
      'kvm_mmio: mmio write len 4 gpa 0x90000000 val 0x55',
      'tracing_mark_write: -- mmio write gpa=0x90000000 width=4 value=0x55',
      'tracing_mark_write: -- ok',
    ]);
  });

  it('has the number of the event as its time', () => {
    expect(text).toContain('cpu1-1       [001] .....     0.000003: kvm_exit');
  });
});
