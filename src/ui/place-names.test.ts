import { describe, expect, it } from 'vitest';
import { EVENT } from '#machine/events.ts';
import { entryTarget } from './entry-text.ts';
import { placeNamed } from './place-names.ts';
import { FIRST_TOUCH, momentOf, runText } from './run.fixture.ts';

const moment = momentOf(runText(FIRST_TOUCH), EVENT.kvm_mmu_set_spte);

describe('a name', () => {
  it.each([
    ['t3', { kind: 'table', table: 't3' }],
    ['t3[010]', { kind: 'entry', table: 't3', index: 16 }],
    ['103[010]', { kind: 'entry', table: 'g:103', index: 16 }],
    ['root[001]', { kind: 'entry', table: 'pae0', index: 1 }],
    ['cr3', { kind: 'register', cpu: 0, register: 'cr3' }],
    ['mmu_set_spte', { kind: 'function', name: 'mmu_set_spte' }],
  ])('%s stands for a place', (name, place) => {
    expect(placeNamed(moment, name)).toEqual(place);
  });

  it('of a host frame is found by the frame that has it', () => {
    const leaf = moment.atlas.table('t3')?.entries[0];
    const target = leaf && entryTarget({ side: 'hypervisor' }, leaf);
    expect(placeNamed(moment, 'h0')).toEqual(target);
  });

  it.each(['0x10000', 'h99', '777[010]', 'W = 0', 'toString', '', 't'])('%s stands for none', (name) => {
    expect(placeNamed(moment, name)).toBeNull();
  });
});
