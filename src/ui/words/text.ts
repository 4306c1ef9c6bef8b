/**
 * A sentence as parts, so that a language orders them as it must and the page still knows which of them are values: those
 * stand in the monospaced face, addresses in the hue of their space.
 */
import type { Space } from '#ui/design/space.ts';
import type { Place } from '#ui/place.ts';

/** A name or a number within a sentence. */
export interface Value {
  readonly value: string;
  readonly space: Space | null;
  /** What it names: it can be selected. */
  readonly place: Place | null;
}

export type Text = readonly (string | Value)[];

/** A value of no address space: a table's name, a bit, what somebody typed. */
export const code = (value: string, place: Place | null = null): Value => ({ value, space: null, place });

/** A value of an address space. */
export const inSpace = (space: Space, value: string, place: Place | null = null): Value => ({
  value,
  space,
  place,
});

/** Values one after the other. */
export const listed = (values: readonly Value[]): Text =>
  values.flatMap((value, i) => (i === 0 ? [value] : [', ', value]));

/** A template whose values stay values: say`KVM maps ${gfn}.` */
export function say(
  strings: TemplateStringsArray,
  ...parts: readonly (string | number | Value | Text)[]
): Text {
  const text: (string | Value)[] = [];
  const add = (part: string | Value): void => {
    const last = text.at(-1);
    if (typeof part === 'string' && typeof last === 'string') text[text.length - 1] = last + part;
    else if (part !== '') text.push(part);
  };
  strings.forEach((string, i) => {
    add(string);
    const part = parts[i];
    if (part === undefined) return;
    if (typeof part === 'number') add(String(part));
    else if (typeof part === 'string' || 'value' in part) add(part);
    else part.forEach(add);
  });
  return text;
}

/** The same without marks. */
export const plainText = (text: Text): string =>
  text.map((part) => (typeof part === 'string' ? part : part.value)).join('');

/** One of several reasons: which, and what is said of it. */
interface Reason {
  readonly why: string;
}

/** What is said for each of them; one that is missing does not compile. */
export type Sayings<Union extends Reason> = {
  readonly [Why in Union['why']]: (reason: Extract<Union, { readonly why: Why }>) => Text;
};

/** What is said for a reason. */
export function explain<Union extends Reason>(sayings: Sayings<Union>, reason: Union): Text {
  // Which function goes with which reason is more than the compiler can follow; `Sayings` has seen to it.
  const saying = sayings[reason.why as Union['why']] as (given: Union) => Text;
  return saying(reason);
}
