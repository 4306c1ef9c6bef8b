// A guest cannot tell which tables its hypervisor keeps behind its back: whatever the processor and the MMU of the host, each step of a
// guest with two-dimensional paging comes to the same, and leaves the same in its tables.
import { expect, it } from 'vitest';
import { runText, supportedRecordings } from './golden-scenarios.ts';

const MACHINES = [
  'mmu=tdp early-a=off',
  'mmu=tdp-legacy early-a=off',
  'mmu=tdp vendor=intel',
  'mmu=tdp-legacy vendor=intel eptad=0',
];

/** A PAE guest's page-directory pointers are read by each walk on AMD's processors, and only when CR3 is loaded on Intel's. */
const DIFFERS_BY_VENDOR = /^guest paging=pae/m;

const RECORDINGS = supportedRecordings().filter(
  ({ text }) => /^machine .*mmu=tdp/m.test(text) && !DIFFERS_BY_VENDOR.test(text),
);

/** What the guest sees of a scenario on a machine: steps, outcomes, tables at the end. */
function seenBy(text: string, machine: string): string[] {
  const vcpus = /vcpus=\d+/.exec(text)?.[0] ?? '';
  const { trace } = runText(text.replace(/^machine .*$/m, `machine kvm ${machine} tlb=off ${vcpus}`));
  return trace.split('\n').filter((line) => /^(==|-- (?!dirty|young))/.test(line));
}

it.each(RECORDINGS)('$name', ({ text }) => {
  const [first, ...others] = MACHINES.map((machine) => seenBy(text, machine));
  for (const [i, other] of others.entries()) expect(other, MACHINES[i + 1]).toEqual(first);
});
