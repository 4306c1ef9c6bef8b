import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { edited, type History, NO_HISTORY, redone, typed, undone, type Version } from './history.ts';

const at = (text: string, step: number | null = null): Version => ({
  text,
  place: step === null ? null : { step, offset: 0 },
});

/** A text and its history, as a page has them. */
interface Page {
  readonly text: string;
  readonly history: History;
}

type Act =
  | { readonly kind: 'type' | 'put'; readonly text: string; readonly pause: number }
  | { readonly kind: 'undo' | 'redo' };

const change = (page: Page, act: Extract<Act, { text: string }>, now: number): Page => ({
  text: act.text,
  history: act.kind === 'type' ? typed(page.history, page.text, now) : edited(page.history, at(page.text, 1)),
});

function travel(page: Page, kind: 'undo' | 'redo'): Page {
  const found = (kind === 'undo' ? undone : redone)(page.history, at(page.text, 2));
  return found ? { text: found.version.text, history: found.history } : page;
}

const ACT: fc.Arbitrary<Act> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('type' as const, 'put' as const),
    text: fc.string(),
    pause: fc.nat(1000),
  }),
  fc.record({ kind: fc.constantFrom('undo' as const, 'redo' as const) }),
);

/** The page after some acts. */
function pageAfter(acts: readonly Act[]): Page {
  let now = 0;
  return acts.reduce<Page>(
    (page, act) => {
      if (!('text' in act)) return travel(page, act.kind);
      now += act.pause;
      return change(page, act, now);
    },
    { text: 'first', history: NO_HISTORY },
  );
}

describe('undoing', () => {
  it('is the identity after an edit, and doing it again the edit', () => {
    fc.assert(
      fc.property(fc.array(ACT), fc.string(), (acts, text) => {
        const before = pageAfter(acts);
        const done = change(before, { kind: 'put', text, pause: 0 }, 0);
        const back = travel(done, 'undo');
        expect(back.text).toBe(before.text);
        expect(travel(back, 'redo').text).toBe(text);
      }),
    );
  });

  it('comes to the first text in the end, and doing all again to the last', () => {
    fc.assert(
      fc.property(fc.array(ACT), (acts) => {
        let page = pageAfter(acts);
        while (page.history.future.length > 0) page = travel(page, 'redo');
        const last = page.text;
        while (page.history.past.length > 0) page = travel(page, 'undo');
        expect(page.text).toBe('first');
        while (page.history.future.length > 0) page = travel(page, 'redo');
        expect(page.text).toBe(last);
      }),
    );
  });

  it('takes back together what was typed without a pause', () => {
    let history = typed(NO_HISTORY, '', 1000);
    history = typed(history, 'a', 1200);
    history = typed(history, 'ab', 1400);
    history = typed(history, 'abc', 3000);
    expect(history.past.map(({ text }) => text)).toEqual(['', 'abc']);
    const back = undone(history, at('abcd'))!;
    expect(back.version.text).toBe('abc');
    expect(typed(back.history, 'abc', 3001).past).toHaveLength(2);
  });

  it('brings the cursor back where the edit had moved it', () => {
    const history = edited(typed(NO_HISTORY, 'a', 0), at('ab', 3));
    const back = undone(history, at('abc', 4))!;
    expect(back.version).toEqual(at('ab', 3));
    expect(redone(back.history, at('ab', 3))?.version).toEqual(at('abc', 4));
    expect(undone(back.history, at('ab', 3))?.version.place).toBeNull();
  });

  it('has bounds', () => {
    let history = NO_HISTORY;
    for (let i = 0; i < 1000; i++) history = edited(history, at(`${i}`));
    expect(history.past).toHaveLength(300);
    expect(history.past.at(-1)?.text).toBe('999');
    const long = 'x'.repeat(15_000_000);
    history = edited(edited(history, at(long)), at(long));
    expect(history.past).toHaveLength(1);
  });
});
