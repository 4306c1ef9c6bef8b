import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { load } from './check.ts';
import { inserted, insertionOf } from './insert.ts';

const SETUP = `scenario 1
machine kvm # a comment
slot 0 gpa=0 size=4M
space s pool=0x100000
`;
const TEXT = `${SETUP}
# what happens
read 0x1000   # one

  read 0x2000
# the end
`;

const step = (statement: string) => insertionOf(statement);
const steps = (text: string) => load(text).scenario?.steps.map((each) => each.text);

describe('a statement that is put in', () => {
  it('stands behind a step, as far to the right', () => {
    expect(inserted(TEXT, step('invlpg 0x1000'), 0)).toBe(TEXT.replace('# one\n', '# one\ninvlpg 0x1000\n'));
    expect(inserted(TEXT, step('invlpg 0x1000'), 1)).toBe(
      TEXT.replace('read 0x2000\n', 'read 0x2000\n  invlpg 0x1000\n'),
    );
  });

  it('stands behind the last step, where there are fewer', () => {
    expect(steps(inserted(TEXT, step('cr3 s'), 9))).toEqual(['read 0x1000', 'read 0x2000', 'cr3 s']);
  });

  it('stands before the first', () => {
    expect(inserted(TEXT, step('cr3 s'), -1)).toBe(TEXT.replace('read 0x1000', 'cr3 s\nread 0x1000'));
  });

  it('is the first step, a line below what prepares the machine', () => {
    expect(inserted(SETUP, step('cr3 s'), -1)).toBe(`${SETUP}\ncr3 s\n`);
    expect(inserted(SETUP.trimEnd(), step('cr3 s'), 0)).toBe(`${SETUP}\ncr3 s`);
  });

  it('prepares the machine, where that is its kind', () => {
    const map = 'map s 0x1000 0x1000 p|w';
    expect(inserted(TEXT, step(map), 1)).toBe(TEXT.replace('0x100000\n', `0x100000\n${map}\n`));
  });

  it('ends as the lines around it do', () => {
    const dos = TEXT.replaceAll('\n', '\r\n');
    const insertion = { setup: ['let x 1'], steps: ['read x', 'read x'] };
    const wanted = inserted(TEXT, insertion, 0).replaceAll('\n', '\r\n');
    expect(inserted(dos, insertion, 0)).toBe(wanted);
    const first = inserted(SETUP.replaceAll('\n', '\r\n'), insertion, 0);
    expect(first).toBe(inserted(SETUP, insertion, 0).replaceAll('\n', '\r\n'));
  });

  it('leaves every other line as it was', () => {
    const filler = fc.constantFrom('', '# a note', '  read 0x3000', '\tread 0x4000 # here', 'no such thing');
    fc.assert(
      fc.property(fc.array(filler), fc.integer({ min: -1, max: 12 }), (lines, at) => {
        const text = SETUP + lines.join('\n');
        const all = inserted(text, { setup: ['let mark 1'], steps: ['read mark'] }, at).split('\n');
        const rest = all.filter((line) => !line.includes('mark'));
        const gaps = lines.some((line) => line.includes('read')) ? 0 : 1;
        expect(all.length - rest.length).toBe(2);
        expect(rest.length).toBe(text.split('\n').length + gaps);
        expect(rest.join('\n').replaceAll('\n', '')).toBe(text.replaceAll('\n', ''));
      }),
    );
  });

  it('is the step behind the one that it was put behind', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.integer({ min: -1, max: 8 }), (count, at) => {
        const text = TEXT + 'read 0x5000\n'.repeat(count);
        const found = steps(inserted(text, step('invlpg 0x9000'), at)) ?? [];
        expect(found.indexOf('invlpg 0x9000')).toBe(Math.min(at + 1, count + 2));
      }),
    );
  });
});
