/** What can be selected, and its form in a link. */

/** An entry or a table, by the atlas's table id. */
export type Place =
  | { readonly kind: 'entry'; readonly table: string; readonly index: number }
  | { readonly kind: 'table'; readonly table: string };

/** A place as a word for a link: `g:106[16]` or `t3`; empty for none. */
export function placeText(place: Place | null): string {
  if (!place) return '';
  return place.kind === 'table' ? place.table : `${place.table}[${place.index}]`;
}

/** Reads `placeText`'s form. Null for anything else. */
export function parsePlace(text: string): Place | null {
  const match = /^([a-z0-9:/-]{1,40})(?:\[(\d{1,4})\])?$/.exec(text);
  if (!match) return null;
  const table = match[1] as string;
  return match[2] === undefined
    ? { kind: 'table', table }
    : { kind: 'entry', table, index: Number(match[2]) };
}

/** Whether two places are the same. */
export const samePlace = (a: Place | null, b: Place | null): boolean => placeText(a) === placeText(b);
