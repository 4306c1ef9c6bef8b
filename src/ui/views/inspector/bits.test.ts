import { describe, expect, it } from 'vitest';
import { flagsWord } from '#arch/word64.ts';
import type { AtlasTable, EntryKind } from '#hypervisor/atlas.ts';
import { en } from '#ui/words/en.ts';
import { bitRows } from './bits.ts';

const table = (more: Partial<AtlasTable>): AtlasTable =>
  ({ side: 'hypervisor', level: 1, entryBytes: 8, format: 'x86', translates: 'gpa', ...more }) as AtlasTable;

/** `bits name value`, the highest first, of an entry given by its high and low words. */
const rows = (of: AtlasTable, kind: EntryKind, hi: number, lo: number): string[] =>
  bitRows(en, of, { kind, flags: flagsWord(hi, lo) }, 0).map(
    ({ high, low, name, value }) => `${high === low ? high : `${high}–${low}`} ${name} ${value}`,
  );

describe('an entry’s bits', () => {
  it('of an EPT leaf are EPT’s and KVM’s', () => {
    expect(rows(table({ format: 'ept' }), 'leaf', 0x06000000, 0xb77)).toEqual([
      '58 MMU-writable 1',
      '57 host-writable 1',
      '52 A/D disabled 0',
      '11 MMU-present 1',
      '9 dirty 1',
      '8 accessed 1',
      '6 ignore PAT 1',
      '5–3 memory type 6',
      '2 executable 1',
      '1 writable 1',
      '0 readable 1',
    ]);
  });

  it('of a leaf that keeps no A and D have the rights kept aside instead', () => {
    const names = rows(table({ format: 'ept-noad' }), 'leaf', 0x07500000, 0x870);
    expect(names).toContain('56 saved X 1');
    expect(names).toContain('54 saved R 1');
    expect(names).toContain('52 A/D disabled 1');
    expect(names.filter((name) => /accessed|dirty/.test(name))).toEqual([]);
  });

  it('of an EPT table entry have neither a memory type nor D', () => {
    expect(rows(table({ format: 'ept', level: 4 }), 'table', 0, 0x907)).toEqual([
      '52 A/D disabled 0',
      '11 MMU-present 1',
      '8 accessed 1',
      '2 executable 1',
      '1 writable 1',
      '0 readable 1',
    ]);
  });

  it('of an NPT leaf are x86’s, and U is for all of the guest', () => {
    const [user] = bitRows(en, table({}), { kind: 'leaf', flags: 0xe67 }, 0).filter(({ low }) => low === 2);
    expect(user?.meaning).toMatch(/counts each of its accesses as a user’s/);
    expect(rows(table({}), 'leaf', 0, 0xe67)).toContain('10 MMU-writable 1');
  });

  it('of an MMIO entry hold a generation', () => {
    expect(rows(table({ format: 'ept' }), 'mmio', 0x00100000, 0x26)).toEqual([
      '62–52 generation 1',
      '11 MMU-present 0',
      '10–3 generation 4',
      '2 executable 1',
      '1 writable 1',
      '0 readable 0',
    ]);
    expect(rows(table({}), 'mmio', 0x00080000, 0x27)).toContain('51 MMIO mark 1');
  });

  it('of the guest’s 4-byte entries end at bit 11', () => {
    const guest = table({ side: 'guest', translates: 'gva', entryBytes: 4 });
    expect(rows(guest, 'leaf', 0, 0x67)[0]).toBe('11 available 0');
  });
});
