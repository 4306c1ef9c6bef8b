import { describe, expect, it } from 'vitest';
import { momentAt } from '#ui/moment.ts';
import { placeText } from '#ui/place.ts';
import { FIRST_TOUCH, runText } from '#ui/run.fixture.ts';
import { targetsNamed } from './targets.ts';

const run = runText(FIRST_TOUCH);
const moment = momentAt(run, run.reader.length - 1);
const named = (text: string): string[] =>
  targetsNamed(moment, text).map((target) =>
    target.kind === 'place' ? placeText(target.place) : `event ${target.number}`,
  );

describe('a typed text means', () => {
  it.each([
    ['t3[010]', ['t3[16]']],
    [' h0 ', ['hfn:1a']],
    ['cr3', ['reg:0:cr3']],
    ['mmu_set_spte', ['fn:mmu_set_spte']],
    ['gpa:0x10000', ['gpa:10000']],
    ['0x10000', ['gva:10000', 'gpa:10000', 'hpa:10000']],
    ['7', ['event 7']],
  ])('%s', (text, targets) => expect(named(text)).toEqual(targets));

  it.each(['', '0', '99999', 'nonsense', '0x', '0x1ffffffffffffffff', '<b>'])('nothing: %s', (text) =>
    expect(named(text)).toEqual([]),
  );

  it('the event of that number, calls not counted', () => {
    expect(targetsNamed(moment, '7')).toEqual([{ kind: 'event', index: run.story.at(6), number: 7 }]);
  });
});
