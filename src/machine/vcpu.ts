/** A vCPU's registers, as words, and the paging mode that they select. */
import { type PagingMode, pagingMode } from '#arch/paging-mode.ts';
import type { RegisterName } from './events.ts';
import { record } from './record.ts';
import { HEADER, type Machine } from './words.ts';

export const VCPU = record([
  'cr0',
  'cr2_hi',
  'cr2_lo',
  'cr3_hi',
  'cr3_lo',
  'cr4',
  'efer',
  'pdptes*8',
  'hardware_root',
  'tlb',
  'hypervisor',
  'rip_hi',
  'rip_lo',
  'rflags',
  'gprs*32',
]);

interface RegisterWords {
  /** Word of the record that it begins with, and how many it has. */
  readonly offset: number;
  readonly count: 1 | 2;
  /** How they hold it: the low half alone, a plain pair, an entry (swizzled pair), a frame number. */
  readonly form: 'low' | 'pair' | 'entry' | 'frame';
}

const words = (form: RegisterWords['form'], offset: number): RegisterWords => ({
  offset,
  count: form === 'pair' || form === 'entry' ? 2 : 1,
  form,
});

/** Where each register lies among a vCPU's words. */
export const REGISTER_WORDS: Readonly<Record<RegisterName, RegisterWords>> = {
  cr0: words('low', VCPU.cr0),
  cr2: words('pair', VCPU.cr2_hi),
  cr3: words('pair', VCPU.cr3_hi),
  cr4: words('low', VCPU.cr4),
  efer: words('low', VCPU.efer),
  'hardware cr3': words('frame', VCPU.hardware_root),
  pdpte0: words('entry', VCPU.pdptes),
  pdpte1: words('entry', VCPU.pdptes + 2),
  pdpte2: words('entry', VCPU.pdptes + 4),
  pdpte3: words('entry', VCPU.pdptes + 6),
};

/** Makes `count` vCPUs with all registers zero. */
export function createVcpus(m: Machine, count: number): void {
  m.set(HEADER.vcpus, m.allocateWords(VCPU.size * count));
  m.set(HEADER.vcpuCount, count);
}

/** Place of a vCPU's registers. */
export const vcpuPlace = (words: Int32Array, cpu: number): number =>
  (words[HEADER.vcpus] as number) + cpu * VCPU.size;

interface KnownMode {
  readonly cr0: number;
  readonly cr4: number;
  readonly efer: number;
  readonly mode: PagingMode;
}

/** Modes seen so far, and the one that was asked for last: nearly always the next too. */
const known: KnownMode[] = [];
let last = knownMode(0, 0, 0);

function knownMode(cr0: number, cr4: number, efer: number): KnownMode {
  const seen = known.find((one) => one.cr0 === cr0 && one.cr4 === cr4 && one.efer === efer);
  if (seen) return seen;
  const mode = pagingMode(cr0, cr4, efer);
  known.push({ cr0, cr4, efer, mode });
  return known.at(-1) as KnownMode;
}

/** The paging mode that a vCPU's registers select. Equal registers give the same object. */
export function vcpuMode(words: Int32Array, vcpu: number): PagingMode {
  const cr0 = words[vcpu + VCPU.cr0] as number;
  const cr4 = words[vcpu + VCPU.cr4] as number;
  const efer = words[vcpu + VCPU.efer] as number;
  if (last.cr0 !== cr0 || last.cr4 !== cr4 || last.efer !== efer) last = knownMode(cr0, cr4, efer);
  return last.mode;
}

/** Frame of the guest's top table (bits 43..12 of CR3). */
export const cr3Frame = (words: Int32Array, vcpu: number): number =>
  ((words[vcpu + VCPU.cr3_lo] as number) >>> 12) | ((words[vcpu + VCPU.cr3_hi] as number) << 20);
