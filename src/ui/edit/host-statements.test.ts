import { describe, expect, it } from 'vitest';
import { load } from '#scenario/check.ts';
import { inserted, insertionOf } from '#scenario/insert.ts';
import { momentAt } from '#ui/moment.ts';
import { FIRST_TOUCH, runText } from '#ui/run.fixture.ts';
import { hostStatements } from './host-statements.ts';

/** Statements for the entry of 0x10000 after the first step. */
function statementsFor(machine: string, id: string, index = 0x10): string[] {
  const run = runText(FIRST_TOUCH.replace('mmu=shadow', machine));
  const moment = momentAt(run, run.reader.stepEnd(0) - 1);
  const table = moment.atlas.table(id);
  if (!table) throw new Error(`no table ${id}`);
  return hostStatements(moment, table, index);
}

describe('what the host can do about an entry', () => {
  it('is known of the leaves that the hypervisor made', () => {
    const all = ['host drop 0x10000 4K', 'host protect 0x10000 4K ro', 'host dirty-log 0 on'];
    expect(statementsFor('mmu=shadow', 't3')).toEqual(all);
    expect(statementsFor('mmu=shadow', 't2', 0)).toEqual([]);
    expect(statementsFor('mmu=shadow', 't3', 0x11)).toEqual([]);
    expect(statementsFor('mmu=shadow', 'g:103')).toEqual([]);
  });

  it('is written as the scenario has it', () => {
    for (const statement of statementsFor('mmu=tdp vendor=intel', 't3'))
      expect(load(inserted(FIRST_TOUCH, insertionOf(statement), 0)).problems).toEqual([]);
    expect(statementsFor('mmu=tdp vendor=intel', 't3')).toContain('host age 0x10000 4K');
  });
});
