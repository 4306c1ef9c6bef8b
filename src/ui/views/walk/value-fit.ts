/** An entry in the room that a cell has. */

/** Width of a character in the monospaced face, as a part of its size. */
export const CHARACTER = 0.605;

/**
 * An entry's bits as far as they fit beside where it leads: all, the low twelve, or none.
 * @param room characters for both and the space between them
 */
export function fittingFlags(address: string, flags: string, room: number): string {
  const left = room - address.length - 1;
  if (flags.length <= left) return flags;
  return left >= 3 ? flags.slice(-3) : '';
}
