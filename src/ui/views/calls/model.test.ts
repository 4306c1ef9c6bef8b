import { describe, expect, it } from 'vitest';
import { EVENT } from '#machine/events.ts';
import { LogWriter } from '#machine/log.ts';
import { LogReader } from '#machine/log-reader.ts';
import { type CallLine, callLines, callNear, lineAt, pathTo } from './model.ts';

/** `a` enters, `-a` leaves, `!` is an event; the first one begins step 0. */
function logOf(text: string): LogReader {
  const log = new LogWriter(1000, true);
  for (const word of text.split(' ')) {
    if (word === 'step') {
      log.emit(EVENT.step);
      log.beginStep();
    } else if (word === '!') log.emit(EVENT.entry);
    else if (word.startsWith('-')) log.leave();
    else log.enter(log.text(word));
  }
  return new LogReader(log.finish(new Int32Array(0)));
}

const MARK = { open: '{', close: '}', leaf: ';', event: '!' } as const;
const drawn = (lines: readonly CallLine[]): string[] =>
  lines.map(({ kind, depth, name, times }) => {
    const count = times > 1 ? `*${times}` : '';
    return `${'.'.repeat(depth)}${kind === 'event' ? '' : name}${MARK[kind]}${kind === 'close' ? '' : count}`;
  });

describe('the tree of a step', () => {
  it('nests calls, with events where they happened', () => {
    const reader = logOf('step a b -b ! -a ! step c -c');
    expect(drawn(callLines(reader, 0, false))).toEqual(['!', 'a{', '.b;', '.!', 'a}', '!']);
    expect(drawn(callLines(reader, 1, false))).toEqual(['!', 'c;']);
  });

  it('shows equal neighbours once', () => {
    const twice = 'a b -b b -b -a';
    const reader = logOf(`step ${twice} ${twice} ${twice} a b -b -a`);
    expect(drawn(callLines(reader, 0, false))).toEqual(['!', 'a{*3', '.b;*2', 'a}', 'a{', '.b;', 'a}']);
  });

  it('keeps neighbours apart in which something happens, and those that something happens between', () => {
    const reader = logOf('step a ! -a a ! -a b -b ! b -b');
    expect(drawn(callLines(reader, 0, false))).toEqual([
      '!',
      'a{',
      '.!',
      'a}',
      'a{',
      '.!',
      'a}',
      'b;',
      '!',
      'b;',
    ]);
  });

  it('can leave out the calls in which nothing happens', () => {
    const reader = logOf('step a b -b c ! -c -a d -d');
    expect(drawn(callLines(reader, 0, true))).toEqual(['!', 'a{', '.c{', '..!', '.c}', 'a}']);
  });

  it('ends what never returned with the step', () => {
    const reader = logOf('step a b !');
    expect(drawn(callLines(reader, 0, false))).toEqual(['!', 'a{', '.b{', '..!', '.b}', 'a}']);
  });
});

describe('the line at the cursor', () => {
  //                    0    1 2 3  4 5  6 7  8  9
  const reader = logOf('step a b -b b -b c ! -c -a');
  const lines = callLines(reader, 0, false);
  const named = (at: number): string => `${lines[at]?.kind} ${lines[at]?.name}`;

  it('is that of the event, of the call, or of the return', () => {
    expect([1, 2, 6, 7, 8, 9].map((cursor) => named(lineAt(lines, cursor)))).toEqual([
      'open a',
      'leaf b',
      'open c',
      'event ',
      'close c',
      'close a',
    ]);
  });

  it('is that of the neighbours where they are shown once', () => {
    expect([3, 4, 5].map((cursor) => named(lineAt(lines, cursor)))).toEqual(['leaf b', 'leaf b', 'leaf b']);
  });

  it('is the caller’s where the call itself is left out', () => {
    const telling = callLines(reader, 0, true);
    expect(telling[lineAt(telling, 3)]).toMatchObject({ kind: 'open', name: 'a' });
  });

  it('stands in a path of calls, the innermost first', () => {
    const path = (cursor: number): (string | undefined)[] =>
      pathTo(lines, lineAt(lines, cursor)).map((at) => lines[at]?.name);
    expect(path(7)).toEqual(['c', 'a']);
    expect(path(6)).toEqual(['c', 'a']);
    expect(path(8)).toEqual(['c', 'a']);
    expect(path(3)).toEqual(['b', 'a']);
    expect(path(0)).toEqual([]);
  });
});

it('finds the call of a function that is nearest', () => {
  const lines = callLines(logOf('step a -a b ! -b a c -c -a'), 0, false);
  const near = (at: number) => lines[callNear(lines, at, 'a')]?.kind;
  expect([0, 1, lines.length - 1].map(near)).toEqual(['leaf', 'leaf', 'open']);
  expect(callNear(lines, 0, 'd')).toBe(-1);
  expect(callNear(lines, 0, '')).toBe(-1);
});
