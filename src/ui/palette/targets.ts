/** What a typed text may mean as a place to go to: a name that the page shows, an address in some space, an event's number. */
import type { Moment } from '#ui/moment.ts';
import { type Place, parsePlace } from '#ui/place.ts';
import { placeNamed } from '#ui/place-names.ts';

export type Target =
  /** A place, and how to call it. */
  | { readonly kind: 'place'; readonly place: Place; readonly name: string }
  /** Index of an event, and its number for people. */
  | { readonly kind: 'event'; readonly index: number; readonly number: number };

const SPACES = ['gva', 'gpa', 'hpa'];

/** `0x10000` may be an address in each space; `gpa:0x10000` is one in that space. */
function addressesNamed(text: string): readonly Target[] {
  const [, space, digits] = /^(?:(gva|gpa|hpa):)?0x([0-9a-f]{1,16})$/.exec(text) ?? [];
  if (digits === undefined) return [];
  return (space === undefined ? SPACES : [space]).flatMap((each) => {
    const place = parsePlace(`${each}:${digits}`);
    return place ? [{ kind: 'place' as const, place, name: `${each} 0x${digits}` }] : [];
  });
}

/** Everything that a text may mean, the likeliest first. */
export function targetsNamed(moment: Moment, typed: string): readonly Target[] {
  const text = typed.trim();
  const { story } = moment.run;
  const number = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (number >= 1 && number <= story.length) return [{ kind: 'event', index: story.at(number - 1), number }];
  const place = placeNamed(moment, text);
  return place ? [{ kind: 'place', place, name: text }] : addressesNamed(text);
}
