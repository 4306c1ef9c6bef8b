import { expect, it } from 'vitest';
import { EVENT } from '#machine/events.ts';
import { FIRST_TOUCH, momentOf, runText } from '#ui/run.fixture.ts';
import { tablesModel } from './model.ts';
import { type Direction, tableInDirection } from './navigation.ts';

const { cards } = tablesModel(momentOf(runText(FIRST_TOUCH), EVENT.kvm_mmu_set_spte), {
  width: 700,
  open: new Set(),
  focus: null,
  linked: new Set(),
  folding: { closed: new Map(), least: 1 },
  onPath: false,
});

it.each<{ from: string | null; direction: Direction; to: string | null }>([
  { from: null, direction: 'down', to: 'g:100' },
  { from: 'g:100', direction: 'down', to: 'g:101' },
  { from: 'g:103', direction: 'down', to: null },
  { from: 't2', direction: 'up', to: 't1' },
  { from: 't0', direction: 'up', to: null },
  { from: 't2', direction: 'parent', to: 't1' },
  { from: 't0', direction: 'parent', to: null },
  { from: 't0', direction: 'child', to: 't1' },
  { from: 't3', direction: 'child', to: null },
  { from: 't2', direction: 'across', to: 'g:102' },
  { from: 'g:102', direction: 'across', to: 't2' },
])('$direction from $from is $to', ({ from, direction, to }) => {
  expect(tableInDirection(cards, from, direction, [])).toBe(to);
});

it('across follows the lines that are drawn', () => {
  expect(tableInDirection(cards, 't3', 'across', ['t3', 'g:100'])).toBe('g:100');
});
