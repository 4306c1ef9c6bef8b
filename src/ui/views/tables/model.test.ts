import { describe, expect, it } from 'vitest';
import TWO_DIMENSIONS from '#content/scenarios/16-two-dimensions.scn?raw';
import { EVENT } from '#machine/events.ts';
import { momentAt } from '#ui/moment.ts';
import { placeText, type TablePlace } from '#ui/place.ts';
import { FIRST_TOUCH, momentOf, runText } from '#ui/run.fixture.ts';
import { type TablesModel, tablesModel } from './model.ts';
import { reachingLeaves, rowsOf } from './rows.ts';

const options = {
  width: 700,
  open: new Set<string>(),
  focus: null,
  linked: new Set<string>(),
  folding: { closed: new Map<string, boolean>(), least: 1 },
  onPath: false,
};
const cardOf = (model: TablesModel, id: string) => model.cards.find((card) => card.table.id === id);
const run = runText(FIRST_TOUCH);

describe('cards', () => {
  const moment = momentOf(run, EVENT.kvm_mmu_set_spte);
  it('stand below each other without overlap, shadow pages beside what they shadow', () => {
    const model = tablesModel(moment, options);
    for (const side of ['guest', 'hypervisor']) {
      const column = model.cards.filter((card) => card.table.side === side);
      column.reduce((end, card) => {
        expect(card.y).toBeGreaterThanOrEqual(end);
        return card.y + card.height;
      }, 0);
    }
    expect(cardOf(model, 't2')?.y).toBe(cardOf(model, 'g:102')?.y);
  });

  it('mark what the event changed, and what the step made', () => {
    const model = tablesModel(moment, options);
    expect(rowsOf(moment, cardOf(model, 't3')!)).toMatchObject([
      { index: 0x10, changed: true, text: { address: 'h0', space: 'hpa' } },
    ]);
    expect(cardOf(model, 't3')?.isNew).toBe(true);
    expect(cardOf(tablesModel(momentOf(run, EVENT.step, 2), options), 't3')?.isNew).toBe(false);
  });

  it('stand in one column where there is little room', () => {
    const model = tablesModel(moment, { ...options, width: 360 });
    expect(model.isStacked).toBe(true);
    expect(cardOf(model, 't0')?.y).toBeGreaterThan(cardOf(model, 'g:103')?.y ?? 0);
  });
});

describe('links', () => {
  const moment = momentOf(run, EVENT.kvm_mmu_set_spte);
  it('are drawn for the selection only', () => {
    expect(tablesModel(moment, options).links).toEqual([]);
    const { links } = tablesModel(moment, { ...options, focus: { kind: 'table', table: 't2' } });
    expect(links.map((link) => link.kind)).toEqual(['shadows']);
  });

  it('go around at the right where the columns stand one above the other', () => {
    const model = tablesModel(moment, { ...options, width: 360, focus: { kind: 'table', table: 't2' } });
    const edge = Math.max(...model.cards.map(({ x, width }) => x + width));
    expect(model.links).toMatchObject([{ kind: 'shadows', from: { x: edge }, to: { x: edge } }]);
    expect(edge).toBeLessThan(360);
  });

  it('lead from an spte to the page table that it maps', () => {
    const text = FIRST_TOUCH.replace('\nread', 'map s 0x20000 0x103000 p|w|u|a\nread 0x20000\nread');
    const mapped = momentOf(runText(text), EVENT.rmapAdd);
    const { links } = tablesModel(mapped, { ...options, focus: { kind: 'entry', table: 't3', index: 0x20 } });
    expect(links.map((link) => link.kind).sort()).toEqual(['maps', 'shadows']);
  });
});

describe('in two dimensions', () => {
  const moment = momentOf(runText(TWO_DIMENSIONS), EVENT.outcome);
  const linksFrom = (focus: TablePlace) =>
    tablesModel(moment, { ...options, focus }).links.map(({ kind }) => kind);

  it('a guest’s table is reached by a nested leaf', () => {
    const { cards } = tablesModel(moment, options);
    expect(cards.map(({ table }) => [table.id, reachingLeaves(moment.atlas, table).map(placeText)])).toEqual([
      ['g:100', ['t3[256]']],
      ['g:101', ['t3[257]']],
      ['g:102', ['t3[258]']],
      ['g:103', ['t3[259]']],
      ...['t0', 't1', 't2', 't3'].map((id) => [id, []]),
    ]);
  });

  it('links lead from a guest’s entry to the nested leaf that translates it, and from that to the guest’s table', () => {
    expect(linksFrom({ kind: 'entry', table: 'g:103', index: 0x10 })).toEqual(['translates']);
    expect(linksFrom({ kind: 'entry', table: 'g:102', index: 0 })).toEqual(['translates']);
    expect(linksFrom({ kind: 'entry', table: 't3', index: 0x103 })).toEqual(['maps']);
    expect(linksFrom({ kind: 'table', table: 'g:103' })).toEqual(['maps']);
  });
});

it('folds long tables, but never hides what is selected', () => {
  const maps = Array.from(
    { length: 40 },
    (_, i) => `map s 0x${(0x20000 + i * 4096).toString(16)} 0x10000 p|w|u`,
  ).join('\n');
  const moment = momentAt(runText(FIRST_TOUCH.replace('\nread', `${maps}\nread`)), 0);
  const folded = tablesModel(moment, { ...options, focus: { kind: 'entry', table: 'g:103', index: 0x47 } });
  expect(cardOf(folded, 'g:103')?.shown.map((entry) => entry.index)).toContain(0x47);
  expect(cardOf(folded, 'g:103')?.shown).toHaveLength(11);
  const open = tablesModel(moment, { ...options, open: new Set(['g:103']) });
  expect(cardOf(open, 'g:103')?.shown).toHaveLength(41);
});

it('shows only the tables around the focus, when asked to', () => {
  const moment = momentOf(run, EVENT.kvm_mmu_set_spte);
  const focus: TablePlace = { kind: 'table', table: 't2' };
  const { cards } = tablesModel(moment, { ...options, focus, onPath: true });
  expect(cards.map(({ table }) => table.id)).toEqual([
    'g:100',
    'g:101',
    'g:102',
    'g:103',
    't0',
    't1',
    't2',
    't3',
  ]);
  const root = tablesModel(moment, { ...options, focus: { kind: 'table', table: 't0' }, onPath: true });
  expect(root.cards.map(({ table }) => table.id)).toEqual(['g:100', 'g:101', 't0', 't1']);
});

it('tables without children stand beside each other where there is room', () => {
  const maps = [1, 2, 3, 4].map((i) => `map s 0x${(i * 0x200000).toString(16)} 0x10000 p|w|u`).join('\n');
  const made = runText(FIRST_TOUCH.replace('\nread', `${maps}\nread`));
  const moment = momentOf(made, EVENT.kvm_mmu_set_spte);
  const places = (width: number) =>
    tablesModel(moment, { ...options, width })
      .cards.filter(({ table }) => table.level === 1 && table.side === 'guest')
      .map(({ x, y }) => `${x},${y}`);
  expect(new Set(places(700).map((place) => place.split(',')[0])).size).toBe(1);
  expect(new Set(places(1400).map((place) => place.split(',')[0])).size).toBe(2);
  expect(new Set(places(1400)).size).toBe(5);
});
