import { EditorState } from '@codemirror/state';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changeTo } from './change-to.ts';

/** The text that comes of a change, with a bar where the caret is. */
function changed(from: string, to: string): string {
  const { doc, selection } = EditorState.create({ doc: from }).update(changeTo(from, to, true)).state;
  const text = doc.toString();
  return `${text.slice(0, selection.main.head)}|${text.slice(selection.main.head)}`;
}

describe('a change from one text to another', () => {
  it('comes to the other, whatever they are', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '\n'), maxLength: 12 });
    fc.assert(
      fc.property(text, text, (from, to) => {
        expect(changed(from, to).replace('|', '')).toBe(to);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['abc', 'abXc', 'abX|c'],
    ['a\nread 10', 'a\nread 18\nread 10', 'a\nread 18|\nread 10'],
    ['a\nread 18\nread 10', 'a\nread 10', 'a|\nread 10'],
    ['b', 'a\nb', 'a\n|b'],
    ['a', 'a\nb', 'a\nb|'],
  ])('%j to %j leaves the caret behind it', (from, to, result) => {
    expect(changed(from, to)).toBe(result);
  });
});
