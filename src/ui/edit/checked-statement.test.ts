import { describe, expect, it } from 'vitest';
import { FIRST_TOUCH } from '#ui/run.fixture.ts';
import { checkedStatement } from './checked-statement.ts';

describe('a statement that is about to be put in', () => {
  it('is checked in its place', () => {
    expect(checkedStatement(FIRST_TOUCH, ' invlpg s ', 0)).toEqual({
      insertion: { setup: [], steps: ['invlpg s'] },
      problem: null,
      wrong: null,
    });
    expect(checkedStatement(FIRST_TOUCH, 'map s 0x20000 0x20000 p', 2)?.problem).toBeNull();
  });

  it.each([
    ['raed 0x1000', 'no-such-statement'],
    ['read t', 'no-such-name'],
    ['cpu3 read 0x1000', 'no-such-cpu'],
    ['machine bare', 'statement-twice'],
  ])('%s: %s', (statement, id) => {
    expect(checkedStatement(FIRST_TOUCH, statement, 1)?.problem).toMatchObject({ id });
  });

  it('is shown which word is wrong, wherever it will stand', () => {
    const indented = FIRST_TOUCH.replace('write', '    write');
    expect(checkedStatement(indented, '  read nowhere user', 1)?.wrong).toEqual({ from: 7, to: 14 });
    expect(checkedStatement('scenario 1\n', 'read 0', 0)?.wrong).toEqual({ from: 0, to: 6 });
  });

  it('is none while nothing is written, or a comment', () => {
    expect(checkedStatement(FIRST_TOUCH, '  ', 0)).toBeNull();
    expect(checkedStatement(FIRST_TOUCH, '# read', 0)).toBeNull();
  });
});
