/** Names and entries in the room that a cell has. Room is in characters. */

/** Width of a character in the monospaced face, as a part of its size. */
export const CHARACTER = 0.605;

/**
 * An entry's bits as far as they fit beside where it leads: all, the low twelve, or none.
 * @param room for both and the space between them
 */
export function fittingFlags(address: string, flags: string, room: number): string {
  const left = room - address.length - 1;
  if (flags.length <= left) return flags;
  return left >= 3 ? flags.slice(-3) : '';
}

/** An entry's name; where its table's does not fit too, the index alone: `1234500[0fe]`, `[0fe]`. */
export const fittingSlot = (slot: string, room: number): string =>
  slot.length <= room ? slot : slot.replace(/^.*\[/, '[');

/** An entry's rights, `P W U A ·`: closer together where there is no room for that, left out where there is none for all of them. */
export function fittingRights(rights: string, room: number): string {
  const close = rights.replaceAll(' ', '');
  return rights.length <= room ? rights : close.length <= room ? close : '';
}

/** Width of a text in characters; a Chinese one is as wide as 1.6 others. */
export const charactersIn = (text: string): number =>
  [...text].reduce((sum, letter) => sum + (letter > '\u2e7f' ? 1.6 : 1), 0);
