import { expect, it } from 'vitest';
import MISCONFIGURED from '#content/scenarios/19-misconfigured.scn?raw';
import TRACKED from '#content/scenarios/20-access-tracking.scn?raw';
import { EVENT } from '#machine/events.ts';
import { VIEWING_LIMITS } from '#machine/words.ts';
import { placeText } from './place.ts';
import { FIRST_TOUCH, momentOf, runText } from './run.fixture.ts';
import { subjectOf } from './subject.ts';

/** What the `nth` event of a kind is about, with calls recorded as on the page. */
function subject(text: string, kind: number, nth: number): string {
  const { reader, index, atlas } = momentOf(runText(text, VIEWING_LIMITS), kind, nth);
  return placeText(subjectOf(reader, index, atlas));
}

it.each([
  ['an exit', FIRST_TOUCH, EVENT.exit, 2, 't3[16]'],
  ['the hypervisor’s own word of it', FIRST_TOUCH, EVENT.kvm_page_fault, 2, 't3[16]'],
  ['a misconfiguration', MISCONFIGURED, EVENT.exit, 2, 't3[0]'],
  ['the short way', TRACKED, EVENT.fast_page_fault, 2, 't3[16]'],
] as const)('%s is about the entry at which the walk ended', (_, text, kind, nth, place) => {
  expect(subject(text, kind, nth)).toBe(place);
});

it('an exit of an instruction is about none', () => {
  expect(subject(`${FIRST_TOUCH}invlpg 0x10000\n`, EVENT.exit, 4)).toBe('');
});
