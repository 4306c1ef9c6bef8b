// What the neutral reading says of two-dimensional paging, at moments of the example scenarios and of recorded ones.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Atlas, AtlasEntry } from '#hypervisor/atlas.ts';
import { readAtlas } from '#hypervisor/read-atlas.ts';
import { EVENT } from '#machine/events.ts';
import { type LogReader, Replay } from '#machine/log-reader.ts';
import { recording, runText } from './golden-scenarios.ts';

const content = (name: string): string =>
  readFileSync(join(import.meta.dirname, '..', 'content', 'scenarios', `${name}.scn`), 'utf8');

/** A run, and the machine at the `nth` event (from 1) of a kind. */
function atlasesOf(text: string): (kind: number, nth?: number) => Atlas {
  const { reader } = runText(text);
  const replay = new Replay(reader);
  return (kind, nth = 1) => readAtlas(replay.seek(nthOf(reader, kind, nth)));
}

function nthOf(reader: LogReader, kind: number, nth: number): number {
  let left = nth;
  for (let index = 0; index < reader.length; index++)
    if (reader.kind(index) === kind && --left === 0) return index;
  throw new Error(`no event ${nth} of kind ${kind}`);
}

const entriesOf = (atlas: Atlas): AtlasEntry[] =>
  atlas.hypervisorTables.flatMap(({ entries }) => [...entries]);

describe('nested tables of the TDP MMU', () => {
  const at = atlasesOf(content('16-two-dimensions'));
  const end = at(EVENT.outcome, 3);

  it('are indexed by guest-physical addresses, in the vendor’s format, and found by walking', () => {
    expect(end.nested).toMatchObject({ mmu: 'tdp', vendor: 'intel', format: 'ept' });
    for (const table of end.hypervisorTables)
      expect(table).toMatchObject({ translates: 'gpa', format: 'ept', byWalk: true, obsolete: false });
    expect(end.hypervisorTables.map(({ level }) => level)).toEqual([4, 3, 2, 1]);
    expect(end.bucket('t0')).toEqual([]);
  });

  it('map each guest frame in one place, where no reverse map names it', () => {
    const [place, ...others] = end.nested?.leaves(0x10) ?? [];
    expect(others).toEqual([]);
    expect(end.rmap(0x10)).toEqual([]);
    expect(end.locate(place ?? 0)).toMatchObject({ table: { level: 1 }, index: 0x10 });
    expect(end.mappedFrame(place ?? 0)).toBe(0x10);
    expect(end.nested?.leaves(0x20)).toEqual([]);
  });

  it('let the guest write its tables', () => {
    expect(end.guestTables.map(({ writable, translates }) => [writable, translates])).toEqual(
      Array(4).fill([true, 'gva']),
    );
  });
});

it('the older direct MMU has both: a place in a tree, and reverse maps and a hash', () => {
  const end = atlasesOf(recording('kvm-amd/legacy-first-touch').text)(EVENT.outcome);
  const leaf = end.hypervisorTables.flatMap(({ entries }) => entries).find(({ kind }) => kind === 'leaf');
  const gfn = end.mappedFrame(leaf?.place ?? 0) ?? -1;
  expect(end.nested).toMatchObject({ mmu: 'tdp-legacy', vendor: 'amd' });
  expect(end.rmap(gfn)).toEqual(end.nested?.leaves(gfn));
  expect(end.hypervisorTables[0]).toMatchObject({ format: 'x86', translates: 'gpa', byWalk: false });
  expect(end.bucket('t0')).toContain('t0');
});

it('an entry for no memory is misconfigured on purpose, and holds for the slots of its time', () => {
  const at = atlasesOf(content('19-misconfigured'));
  const first = at(EVENT.outcome, 1);
  const entry = entriesOf(first).find(({ kind }) => kind === 'mmio');
  expect(first.nested?.brokenRule(entry?.place ?? 0)).toBe('write-only');
  const mmio = first.mmio(entry?.place ?? 0);
  expect(mmio).toMatchObject({ gfn: 0x800, access: null });
  expect(mmio?.generation).toBe(mmio?.slotsGeneration);
  const later = at(EVENT.outcome, 4).mmio(entry?.place ?? 0);
  expect(later?.slotsGeneration).toBeGreaterThan(later?.generation ?? Infinity);
});

it('an AMD entry for no memory keeps the access', () => {
  const end = atlasesOf(recording('kvm-amd/tdp-mmio').text)(EVENT.mmio);
  const entry = entriesOf(end).find(({ kind }) => kind === 'mmio');
  expect(end.mmio(entry?.place ?? 0)?.access).toBe(6);
  expect(end.nested?.brokenRule(entry?.place ?? 0)).toBeNull();
});

it('frames that the processor noted wait until KVM reads them', () => {
  const at = atlasesOf(content('18-modification-log'));
  // The write after the log was begun, at the end of its walk; and after the guest was left.
  expect(
    at(EVENT.translated, 2)
      .nested?.notes(0)
      ?.map(({ gfn }) => gfn),
  ).toContain(0x10);
  expect(at(EVENT.outcome, 3).nested?.notes(0)).toEqual([]);
  expect(atlasesOf(content('16-two-dimensions'))(EVENT.outcome).nested?.notes(0)).toEqual([]);
  expect(atlasesOf(content('20-access-tracking'))(EVENT.outcome).nested?.notes(0)).toBeNull();
});

it('a table that is there for code only is marked', () => {
  const end = atlasesOf(recording('kvm-amd/tdp-nx-huge').text)(EVENT.outcome, 2);
  expect(end.hypervisorTables.filter(({ forCode }) => forCode).map(({ level }) => level)).toEqual([1]);
});

it('an entry that is about to go is none that maps', () => {
  const text = content('17-nested-dirty-log');
  const { reader } = runText(text);
  const replay = new Replay(reader);
  const kinds = new Set<string>();
  for (let index = 0; index < reader.length; index++)
    if (reader.kind(index) === EVENT.kvm_tdp_mmu_spte_changed)
      for (const { kind } of entriesOf(readAtlas(replay.seek(index)))) kinds.add(kind);
  expect([...kinds].sort()).toEqual(['leaf', 'removed', 'table']);
});
