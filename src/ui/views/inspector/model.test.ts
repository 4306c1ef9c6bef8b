import { describe, expect, it } from 'vitest';
import { EVENT } from '#machine/events.ts';
import { FIRST_TOUCH, momentOf, runText } from '#ui/run.fixture.ts';
import { en } from '#ui/words/en.ts';
import { eventModel, placeModel } from './model.ts';

const run = runText(FIRST_TOUCH);
const spte = { kind: 'entry', table: 't3', index: 0x10 } as const;

describe('an spte', () => {
  const model = placeModel(en, momentOf(run, EVENT.kvm_mmu_set_spte, 2), spte);
  it('is told bit by bit, KVM’s own included', () => {
    if (model?.kind !== 'entry') throw new Error('no entry');
    const bits = new Map(model.bits.map((row) => [row.name, row]));
    expect(model.subtitle).toBe('spte, level 1, leaf');
    expect(bits.get('MMU-present')).toMatchObject({ low: 11, value: 1 });
    expect(bits.get('MMU-writable')).toMatchObject({ low: 10, value: 1, isChanged: true });
    expect(bits.get('host-writable')).toMatchObject({ low: 9, value: 1, isChanged: false });
    expect(bits.get('writable')).toMatchObject({ low: 1, value: 1, isChanged: true });
    expect(bits.get('no-execute')).toMatchObject({ low: 63, value: 0 });
  });

  it('has the events that wrote it', () => {
    if (model?.kind !== 'entry') throw new Error('no entry');
    expect(model.history.map((row) => `${row.name}: ${row.from} → ${row.to}`)).toEqual([
      'kvm_mmu_set_spte: 0 → h0 a25',
      'kvm_mmu_set_spte: h0 a25 → h0 e67',
    ]);
  });
});

it('says what a table stands for', () => {
  const model = placeModel(en, momentOf(run, EVENT.kvm_mmu_set_spte), { kind: 'table', table: 't3' });
  expect(model?.facts).toContainEqual({
    name: 'stands for',
    value: '0x103',
    space: 'gpa',
    place: { kind: 'frame', of: 'guest', frame: 0x103 },
  });
});

it('knows nothing of a table that is not there', () => {
  expect(placeModel(en, momentOf(run, EVENT.step), { kind: 'table', table: 't3' })).toBeNull();
});

it('tells an error code bit by bit', () => {
  const errorOf = (kind: number, nth: number) => eventModel(en, run, momentOf(run, kind, nth).index).error;
  const error = errorOf(EVENT.kvm_page_fault, 2);
  expect(error?.rows.filter((row) => row.isSet).map((row) => row.name)).toEqual(['P', 'W']);
  expect(errorOf(EVENT.kvm_mmu_get_page, 1)).toBeNull();
});
