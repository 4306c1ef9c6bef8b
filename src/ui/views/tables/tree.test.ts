import { describe, expect, it } from 'vitest';
import { EVENT } from '#machine/events.ts';
import { FIRST_TOUCH, momentOf, runText } from '#ui/run.fixture.ts';
import { shownNodes, treeOrder } from './tree.ts';

const { atlas } = momentOf(runText(FIRST_TOUCH), EVENT.kvm_mmu_set_spte);
const nodes = treeOrder(atlas.hypervisorTables);

it('lists parents before children, one level further in', () => {
  expect(treeOrder(atlas.guestTables).map(({ table, depth }) => `${table.id} ${depth}`)).toEqual([
    'g:100 0',
    'g:101 1',
    'g:102 2',
    'g:103 3',
  ]);
  expect(nodes.map(({ table }) => table.id)).toEqual(['t0', 't1', 't2', 't3']);
});

describe('what is shown', () => {
  const shown = (
    closed: readonly (readonly [string, boolean])[],
    least: number,
    needed: readonly string[] = [],
  ) =>
    shownNodes(nodes, { closed: new Map(closed), least }, new Set(needed)).map(
      ({ table, below }) => `${table.id}${below === 0 ? '' : ` +${below}`}`,
    );

  it('is everything, at first', () => {
    expect(shown([], 1)).toEqual(['t0', 't1', 't2', 't3']);
  });

  it('ends above what is folded away, and says how much that is', () => {
    expect(shown([['t1', true]], 1)).toEqual(['t0', 't1 +2']);
    expect(shown([], 2)).toEqual(['t0', 't1', 't2 +1']);
    expect(shown([], 4)).toEqual(['t0 +3']);
  });

  it('goes on where one was unfolded by hand', () => {
    expect(shown([['t0', false]], 4)).toEqual(['t0', 't1 +2']);
  });

  it('is never without the table that matters, and the way to it', () => {
    expect(shown([['t0', true]], 1, ['t2'])).toEqual(['t0', 't1', 't2 +1']);
  });
});
