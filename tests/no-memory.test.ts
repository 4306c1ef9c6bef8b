// Instructions that are looked for where no memory is: KVM's emulator finds none, whatever the guest's paging.
import { expect, it } from 'vitest';
import { runText } from './golden-scenarios.ts';

const MACHINES = ['shadow', 'tdp', 'tdp-legacy'].flatMap((mmu) =>
  ['amd', 'intel'].map((vendor) => `mmu=${mmu} vendor=${vendor}`),
);

it.each(MACHINES.flatMap((machine) => ['off', '32', 'pae', '4', '5'].map((paging) => ({ machine, paging }))))(
  '$machine, paging $paging',
  ({ machine, paging }) => {
    const { trace } = runText(
      [
        'scenario 1',
        `machine kvm ${machine} tlb=off`,
        `guest paging=${paging}`,
        'slot 0 gpa=0 size=4M',
        ...(paging === 'off' ? [] : ['space s pool=0x100000', 'map s 0x800000 0x800000 p|w|u|a|d']),
        'exec 0x800000',
        'write 0x800000 1 width=4',
      ].join('\n'),
    );
    const [, fetched, written] = trace.split(/^== /m);
    expect(fetched).toContain('-- internal suberror=1');
    expect(written).toContain('-- mmio write gpa=0x800000 width=4 value=0x1');
  },
);
