import { describe, expect, it } from 'vitest';
import TWO_DIMENSIONS from '#content/scenarios/16-two-dimensions.scn?raw';
import { EVENT } from '#machine/events.ts';
import { momentAt } from '#ui/moment.ts';
import { placeText, type TablePlace } from '#ui/place.ts';
import { FIRST_TOUCH, momentOf, runText } from '#ui/run.fixture.ts';
import { type TablesModel, tablesModel, treeOrder } from './model.ts';

const options = { width: 700, open: new Set<string>(), focus: null, linked: new Set<string>() };
const cardOf = (model: TablesModel, id: string) => model.cards.find((card) => card.table.id === id);
const run = runText(FIRST_TOUCH);

it('lists parents before children, one level further in', () => {
  const { atlas } = momentOf(run, EVENT.kvm_mmu_set_spte);
  expect(treeOrder(atlas.guestTables).map(({ table, depth }) => `${table.id} ${depth}`)).toEqual([
    'g:100 0',
    'g:101 1',
    'g:102 2',
    'g:103 3',
  ]);
  expect(treeOrder(atlas.hypervisorTables).map(({ table }) => table.id)).toEqual(['t0', 't1', 't2', 't3']);
});

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
    expect(cardOf(model, 't3')?.rows).toMatchObject([
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
    expect(cards.map(({ table, reachedBy }) => [table.id, reachedBy.map(placeText)])).toEqual([
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
  expect(cardOf(folded, 'g:103')?.rows.map((row) => row.index)).toContain(0x47);
  expect(cardOf(folded, 'g:103')?.hidden).toBe(30);
  const open = tablesModel(moment, { ...options, open: new Set(['g:103']) });
  expect(cardOf(open, 'g:103')?.rows).toHaveLength(41);
});
