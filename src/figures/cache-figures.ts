/** Mean memory references of a walk once the caches of the processor are warm. */
import { type Cell, type Figure, type LabelName, type Row, scenarioText } from './figure.ts';

/** More than the TLB holds, so that each access walks. */
const PAGES = 128;

const MACHINES = [
  { label: 'native', machine: 'machine bare vendor=intel' },
  { label: 'shadow', machine: 'machine kvm mmu=shadow vendor=intel' },
  { label: 'ept-walks', machine: 'machine kvm mmu=tdp vendor=intel tlb-nested=0' },
  { label: 'ept', machine: 'machine kvm mmu=tdp vendor=intel' },
] as const;

/**
 * The guest reads pages that lie so far apart, one after the other, twice; the second round is counted. KVM may have as many
 * shadow pages as a fiftieth of the memory, which is therefore larger than what is used.
 */
function rounds(label: LabelName, stride: number): Row {
  const pages = Array.from({ length: PAGES }, (_, i) => `0x${(0x40000000 + i * stride).toString(16)}`);
  const maps = pages.map((page, i) => `map s ${page} 0x${(0x600000 + i * 4096).toString(16)} p|w|u|a|d`);
  const reads = pages.map((page) => `read ${page}`);
  const setup = ['guest paging=4', 'slot 0 gpa=0 size=256M', 'space s pool=0x100000', ...maps];
  const cells = MACHINES.map(
    ({ machine }): Cell => ({
      text: scenarioText([machine, ...setup], [...reads, ...reads]),
      from: PAGES,
      to: 2 * PAGES - 1,
      published: null,
    }),
  );
  return { label, cells };
}

export const warm: Figure = {
  id: 'warm',
  columns: MACHINES.map(({ label }) => ({ label, counted: 'mean-references' })),
  rows: [rounds('stride-4K', 0x1000), rounds('stride-2M', 0x200000), rounds('stride-1G', 0x4000_0000)],
};
