import { describe, expect, it } from 'vitest';
import TWO_DIMENSIONS from '#content/scenarios/16-two-dimensions.scn?raw';
import MISCONFIGURED from '#content/scenarios/19-misconfigured.scn?raw';
import TRACKING from '#content/scenarios/20-access-tracking.scn?raw';
import { EVENT } from '#machine/events.ts';
import type { Moment } from '#ui/moment.ts';
import { FIRST_TOUCH, momentOf, runText } from '#ui/run.fixture.ts';
import { en } from '#ui/words/en.ts';
import { eventModel } from './event-model.ts';
import type { Fact } from './facts.ts';
import { placeModel } from './model.ts';

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

describe('a nested entry', () => {
  const at = (text: string, kind: number, nth: number) => momentOf(runText(text), kind, nth);
  const entryOf = (moment: Moment, table: string, index: number) => {
    const model = placeModel(en, moment, { kind: 'entry', table, index });
    if (model?.kind !== 'entry') throw new Error('no entry');
    return model;
  };
  const factOf = (model: { facts: readonly Fact[] }, name: string) =>
    model.facts.find((fact) => fact.name === name)?.value;

  it('for no memory says which rule it breaks, and whether it still holds', () => {
    const made = entryOf(at(MISCONFIGURED, EVENT.outcome, 1), 't3', 0);
    expect(made.subtitle).toBe('EPT entry, level 1, MMIO');
    expect(made.text).toMatchObject({ address: 'mmio', flags: '800' });
    expect(factOf(made, 'misconfigured')).toBe('writable (W) without being readable (R)');
    expect(factOf(made, 'generation')).toMatch(/: it holds$/);
    const stale = entryOf(at(MISCONFIGURED, EVENT.outcome, 4), 't3', 0);
    expect(factOf(stale, 'generation')).toMatch(/: it says nothing any more$/);
  });

  it('has one place in a root, and no reverse map', () => {
    const { lists } = entryOf(at(TWO_DIMENSIONS, EVENT.outcome, 1), 't3', 0x10);
    expect(lists.map(({ title, rows, note }) => [title, rows.length, note])).toEqual([
      ['Where guest frame 0x10 is mapped', 1, expect.stringMatching(/keeps no reverse map/)],
    ]);
  });

  it('that is access-tracked says until when', () => {
    const tracked = entryOf(at(TRACKING, EVENT.outcome, 2), 't3', 0x10);
    expect(factOf(tracked, 'state')).toMatch(/^access-tracked: .* brings R and X back$/);
  });
});

it('a nested table is told by what indexes it and by how it is found', () => {
  const model = placeModel(en, momentOf(runText(TWO_DIMENSIONS), EVENT.outcome), {
    kind: 'table',
    table: 't3',
  });
  const facts = new Map(model?.facts.map(({ name, value }) => [name, value]));
  expect(facts.get('kind')).toBe('nested: guest-physical addresses index it');
  expect(facts.get('format')).toBe('EPT');
  expect(facts.get('covers')).toBe('2 MiB of guest memory');
  expect(facts.get('found by')).toMatch(/no hash has it/);
  expect(model?.lists.map(({ title }) => title)).toEqual(['Parents of t3']);
});

describe('what the processor says of a fault, bit by bit', () => {
  const codeOf = (text: string, kind: number, nth: number) => {
    const told = runText(text);
    const { code } = eventModel(en, told, momentOf(told, kind, nth).index);
    return code && { title: code.title, set: code.bits.filter(({ isSet }) => isSet).map(({ name }) => name) };
  };

  it('of a #PF is an error code', () => {
    const code = codeOf(FIRST_TOUCH, EVENT.kvm_page_fault, 2);
    expect(code).toEqual({ title: en.inspector.codes.pf, set: ['P', 'W'] });
    expect(codeOf(FIRST_TOUCH, EVENT.kvm_mmu_get_page, 1)).toBeNull();
  });

  it('of an EPT violation is a qualification', () => {
    const table = { title: en.inspector.codes.ept, set: ['R', 'W', 'linear'] };
    expect(codeOf(TWO_DIMENSIONS, EVENT.exit, 1)).toEqual(table);
    expect(codeOf(TWO_DIMENSIONS, EVENT.kvm_page_fault, 1)).toEqual(table);
    expect(codeOf(TWO_DIMENSIONS, EVENT.exit, 5)?.set).toEqual([
      'R',
      'linear',
      'final',
      'user page',
      'writable page',
    ]);
  });

  it('of an #NPF has two bits more', () => {
    const amd = TWO_DIMENSIONS.replace('vendor=intel', 'vendor=amd');
    const title = en.inspector.codes.npf;
    expect(codeOf(amd, EVENT.exit, 1)).toEqual({ title, set: ['W', 'U', 'table'] });
    expect(codeOf(amd, EVENT.exit, 5)).toEqual({ title, set: ['U', 'final'] });
  });

  it('of a misconfiguration, and of a walk that nested tables end, is nothing', () => {
    expect(codeOf(MISCONFIGURED, EVENT.exit, 2)).toBeNull();
    expect(codeOf(TWO_DIMENSIONS, EVENT.fault, 1)).toBeNull();
  });
});
