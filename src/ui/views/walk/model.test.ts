import { describe, expect, it } from 'vitest';
import { EVENT } from '#machine/events.ts';
import { eventNumber, momentAt } from '#ui/moment.ts';
import { BARE, FIRST_TOUCH, momentOf, runText } from '#ui/run.fixture.ts';
import { type WalkModel, walkModel } from './model.ts';

const shadow = runText(FIRST_TOUCH);

function modelOf(model: WalkModel | null): WalkModel {
  if (!model) throw new Error('no walk');
  return model;
}
const rowOf = (model: WalkModel | null, kind: string) => {
  const row = modelOf(model).rows.find((candidate) => candidate.kind === kind);
  if (!row) throw new Error(`no row ${kind}`);
  return row;
};

describe('shadow paging', () => {
  it('has two aligned rows, cut by the same indices', () => {
    const model = modelOf(walkModel(momentOf(shadow, EVENT.fault)));
    expect(model.rows.map((row) => row.kind)).toEqual(['guest', 'shadow']);
    expect(model.columns).toBe(4);
    expect(model.rows[0]?.slices.map((slice) => slice.digits)).toEqual(['000', '000', '000', '010', '000']);
    for (const row of model.rows) expect(row.cells.map((cell) => cell.column)).toEqual([0, 1, 2, 3]);
  });

  it('stops at the root while the shadow is empty, and says which bit did it', () => {
    const row = rowOf(walkModel(momentOf(shadow, EVENT.fault)), 'shadow');
    expect(row.cells[0]).toMatchObject({ slot: 't0[000]', state: 'empty', fault: 'P = 0', order: 1 });
    expect(row.cells.slice(1).every((cell) => cell.state === 'unreached')).toBe(true);
    expect(row.end).toBeNull();
  });

  it('numbers what KVM reads of the guest, and leads to the guest frame', () => {
    const row = rowOf(walkModel(momentOf(shadow, EVENT.kvm_mmu_paging_element, 4)), 'guest');
    expect(row.cells.map((cell) => cell.order)).toEqual([1, 2, 3, 4]);
    expect(row.cells[3]).toMatchObject({ slot: '103[010]', address: '0x10', isCurrent: true });
    expect(row.end).toMatchObject({ space: 'gpa', frame: '0x10', offset: '000' });
  });

  it('marks the entry that was written now, and those since the access', () => {
    const row = rowOf(walkModel(momentOf(shadow, EVENT.kvm_mmu_set_spte)), 'shadow');
    expect(row.cells.map((cell) => cell.changed)).toEqual(['since', 'since', 'since', 'now']);
    expect(row.cells[0]).toMatchObject({ fault: null, address: 't1' });
    expect(row.cells[0]?.mended).toBe(eventNumber(shadow, momentOf(shadow, EVENT.fault).index));
    expect(row.cells[3]).toMatchObject({ slot: 't3[010]', address: 'h0', rights: 'P · U A ·' });
    expect(row.end).toMatchObject({ space: 'hpa', frame: 'h0', offset: '000' });
  });

  it('finds the cleared W of a first write', () => {
    const row = rowOf(walkModel(momentOf(shadow, EVENT.fault, 2)), 'shadow');
    expect(row.cells.map((cell) => cell.fault)).toEqual([null, null, null, 'W = 0']);
  });

  it('marks where the guest’s own tables refuse', () => {
    const row = rowOf(walkModel(momentOf(shadow, EVENT.kvm_mmu_walker_error)), 'guest');
    expect(row.cells.find((cell) => cell.fault)).toMatchObject({ fault: 'P = 0', state: 'empty' });
  });

  it('shows the walk to come before the first one', () => {
    expect(modelOf(walkModel(momentAt(shadow, 0)))).toMatchObject({ isAhead: true, lo: 0x10000 });
  });
});

describe('a bare machine', () => {
  const bare = runText(BARE);
  it('has one row that the hardware walks', () => {
    const model = modelOf(walkModel(momentOf(bare, EVENT.translated)));
    expect(model.rows.map((row) => row.kind)).toEqual(['hardware']);
    expect(model.rows[0]?.cells.map((cell) => cell.order)).toEqual([1, 2, 3, 4]);
    expect(model.rows[0]?.end).toMatchObject({ space: 'gpa', frame: '0x10' });
  });
});

it('aligns walks of different depth at the last level', () => {
  const text = FIRST_TOUCH.replace('paging=4', 'paging=32');
  const model = modelOf(walkModel(momentOf(runText(text), EVENT.kvm_mmu_set_spte)));
  expect(model.columns).toBe(3);
  expect(model.rows.map((row) => row.cells.map((cell) => cell.column))).toEqual([
    [1, 2],
    [0, 1, 2],
  ]);
  expect(model.rows[0]?.slices.map((slice) => slice.bits)).toEqual(['31:22', '21:12', '11:0']);
});

it('strikes out what the TLB made unnecessary, and leads where the TLB says', () => {
  const text = BARE.replace('tlb=off', 'tlb=on').replace('read 0x40000000', 'read 0x10000');
  const row = rowOf(walkModel(momentOf(runText(text), EVENT.tlbHit)), 'hardware');
  expect(row.cells.every((cell) => cell.isSpared)).toBe(true);
  expect(row.end).toMatchObject({ frame: '0x10' });
});
