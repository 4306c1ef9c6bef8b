import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  carryNotes,
  cleanNote,
  LONGEST_NOTE,
  MOST_NOTES,
  type Note,
  notesText,
  parseNotes,
  putNote,
  setNotes,
  useNotes,
} from './notes.ts';

describe('notes in a link', () => {
  it('come back, in the order of their moments', () => {
    const notes: Note[] = [
      { step: 0, offset: 3, text: 'Here it begins.' },
      { step: 2, offset: 0, text: 'a:b 影子 <b>not bold</b>' },
      { step: 2, offset: 7, text: '' },
    ];
    expect(parseNotes(notesText(notes))).toEqual(notes);
    expect(parseNotes(notesText([...notes].reverse()))).toEqual(notes);
    expect(notesText([])).toBe('');
    expect(parseNotes('')).toEqual([]);
  });

  it('are one a moment', () => {
    expect(parseNotes('1:2:first\n1:2:second\n')).toEqual([{ step: 1, offset: 2, text: 'second' }]);
  });

  it('are bounded in number and in length', () => {
    const many = Array.from({ length: 500 }, (_, i) => `${i}:0:x\n`).join('');
    expect(parseNotes(many)).toHaveLength(MOST_NOTES);
    const [long] = parseNotes(`1:1:${'𝕏'.repeat(1000)}`);
    expect([...(long?.text ?? '')]).toHaveLength(LONGEST_NOTE);
  });

  it.each(['x', '1:2', '1:-2:x', '99999999:1:x', 'NaN:1:x', '1.5:1:x', '\u0000'])('%j is none', (line) => {
    expect(parseNotes(line)).toEqual([]);
  });

  it('lose what only does harm', () => {
    expect(cleanNote('a\u0000b\u202ec\u2066d\u001be')).toBe('abcde');
    expect(cleanNote('two\nlines\tand  blanks')).toBe('two lines and blanks');
  });

  it('of any content are text that comes back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
        const kept = cleanNote(text);
        expect(cleanNote(kept)).toBe(kept);
        expect(parseNotes(notesText([{ step: 1, offset: 2, text }]))).toEqual([
          { step: 1, offset: 2, text: kept },
        ]);
      }),
      { seed: 8, numRuns: 50 },
    );
  });
});

describe('notes beside steps', () => {
  const notes = () => useNotes.getState().notes.map(({ step, offset, text }) => `${step}:${offset} ${text}`);

  it('go with them', () => {
    setNotes(parseNotes('0:1:a\n2:0:b\n'));
    carryNotes((step) => step + (step > 0 ? 2 : 0));
    expect(notes()).toEqual(['0:1 a', '4:0 b']);
  });

  it('are none lost where two come to one moment', () => {
    setNotes(parseNotes('1:0:a\n2:0:b\n3:1:c\n'));
    carryNotes(() => 1);
    expect(notes()).toEqual(['1:0 a', '1:1 b', '1:2 c']);
  });

  it('are one a moment, and not too many', () => {
    setNotes([]);
    expect(putNote({ step: 1, offset: 2 })).toBe(true);
    expect(putNote({ step: 1, offset: 2 })).toBe(true);
    expect(notes()).toEqual(['1:2 ']);
    for (let offset = 0; offset < MOST_NOTES; offset++) putNote({ step: 3, offset });
    expect(notes()).toHaveLength(MOST_NOTES);
    expect(putNote({ step: 9, offset: 0 })).toBe(false);
  });
});
