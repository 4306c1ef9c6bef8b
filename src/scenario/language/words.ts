/** Words that several statements have, and how rows of the table and their keys are written. */
import type { ArgumentSpec, FlagSpec, KeySpec, StatementSpec } from './spec.ts';

export const PAGING = ['off', '32', 'pae', '4', '5'] as const;

export const GVA: ArgumentSpec = { name: 'GVA', kind: 'value', help: 'guest virtual address' };
export const GPA: ArgumentSpec = { name: 'GPA', kind: 'value', help: 'guest physical address' };
export const SIZE: ArgumentSpec = { name: 'SIZE', kind: 'value', help: 'bytes, whole pages of 4 KiB' };
export const SLOT: ArgumentSpec = { name: 'SLOT', kind: 'number', help: 'number of a memory slot' };

export const WIDTH: KeySpec = {
  name: 'width',
  kind: 'choice',
  choices: ['1', '2', '4', '8'],
  default: '8 in 64-bit guests, 4 elsewhere',
  help: 'bytes of the access; 8 in 64-bit guests only',
};
export const USER: FlagSpec = { name: 'user', help: 'by user code instead of the kernel' };
export const AC: FlagSpec = { name: 'ac', help: 'with RFLAGS.AC set, which lifts SMAP' };
export const PTE: FlagSpec = { name: 'pte', needs: 'xen', help: 'the value is a page-table entry (PV)' };
export const RO: FlagSpec = { name: 'ro', help: 'read-only for the guest' };
export const LOG: FlagSpec = { name: 'log', help: 'dirty logging is on' };

/** A control-register bit as a key. */
export function bit(name: string, help: string, fallback?: string): KeySpec {
  return { name, kind: 'choice', choices: ['0', '1'], ...(fallback ? { default: fallback } : {}), help };
}

/** A number of entries as a key of `machine`. */
export function size(name: string, fallback: string, help: string): KeySpec {
  return { name, kind: 'number', default: fallback, help };
}

/** A module parameter as a key of `machine`. @param unusual the value that changes what this simulator's KVM does */
export function parameter(name: string, help: string, unusual?: string): KeySpec {
  return { name, kind: 'word', parameter: true, ...(unusual ? { unusual } : {}), help };
}

/** A key of `machine` for something that no KVM can be told (docs/what-if.md). */
export function whatIf(name: string, fallback: 'on' | 'off', help: string): KeySpec {
  const unusual = fallback === 'on' ? 'off' : 'on';
  return { name, kind: 'choice', choices: ['on', 'off'], default: fallback, parameter: true, unusual, help };
}

/** Rows of the table, all of one place; a list that a row leaves out is empty. */
export function rows(
  where: StatementSpec['where'],
  specs: readonly (Pick<StatementSpec, 'verb' | 'help'> & Partial<StatementSpec>)[],
): StatementSpec[] {
  return specs.map((spec) => ({ where, arguments: [], keys: [], flags: [], ...spec }));
}
