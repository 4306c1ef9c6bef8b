import { describe, expect, it } from 'vitest';
import { momentAt } from '#ui/moment.ts';
import { FIRST_TOUCH, runText } from '#ui/run.fixture.ts';
import { entryFlips, registerFlips } from './make-flips.ts';

const run = runText(FIRST_TOUCH);
const after = momentAt(run, run.reader.stepEnd(0) - 1);
const map = 'map s 0x103000 0x103000 p|w|a|d';

describe('what flips bits', () => {
  it('of the guest’s entry is a write of it with that bit changed', () => {
    const { refusal, of } = entryFlips(after, { kind: 'entry', table: 'g:103', index: 0x10 });
    expect(refusal).toBeNull();
    expect(of(1)).toEqual({
      value: 0,
      insertion: { setup: [map], steps: ['write 0x103080 0x10000|p|u|a'] },
    });
    expect(of(63)).toMatchObject({ value: 1, insertion: { steps: ['write 0x103080 0x10000|p|w|u|a|nx'] } });
    expect(of(64)).toBeNull();
  });

  it('of an entry of 4 bytes ends with bit 31', () => {
    const small = runText(FIRST_TOUCH.replace('paging=4', 'paging=32'));
    const { of } = entryFlips(momentAt(small, 0), { kind: 'entry', table: 'g:101', index: 0x10 });
    expect(of(31)?.insertion.steps).toEqual(['write 0x101040 0x80010000|p|w|u|a']);
    expect(of(32)).toBeNull();
  });

  it('of the hypervisor’s entry is nothing, but the host can do something', () => {
    const { refusal, of, edit, hostStatements } = entryFlips(after, {
      kind: 'entry',
      table: 't3',
      index: 0x10,
    });
    expect([refusal, of(0), edit]).toEqual(['hypervisor', null, null]);
    expect(hostStatements).toContain('host drop 0x10000 4K');
  });

  it('of a register are the statements that the language has', () => {
    const { of } = registerFlips(after, 0, 'cr0');
    expect(of(16)).toMatchObject({ value: 0, insertion: { setup: [], steps: ['cr0 wp=0'] } });
    expect(of(0)).toBeNull();
  });
});
