/** What can be selected, and its form in a link. Every view marks the same place; nothing here knows how. */
import { hexOfPair, hiOfBig, loOfBig } from '#arch/word64.ts';
import { REGISTERS, type RegisterName } from '#machine/events.ts';

/** An entry or a table, by the atlas's table id. */
export type TablePlace =
  | { readonly kind: 'entry'; readonly table: string; readonly index: number }
  | { readonly kind: 'table'; readonly table: string };

/** A 4 KiB frame, by its number (unsigned): of the guest's memory (gfn), or of the host's (hfn). */
export interface FramePlace {
  readonly kind: 'frame';
  readonly of: 'guest' | 'host';
  readonly frame: number;
}

/** An address, as a plain pair. */
export interface AddressPlace {
  readonly kind: 'address';
  readonly space: 'gva' | 'gpa' | 'hpa';
  readonly hi: number;
  readonly lo: number;
}

export type Place =
  | TablePlace
  | FramePlace
  | AddressPlace
  /** One of the kernel's functions, by name. */
  | { readonly kind: 'function'; readonly name: string }
  | { readonly kind: 'register'; readonly cpu: number; readonly register: RegisterName }
  /** An event, where an edit above it does not move it: step from 0, numbered events from the step's first. */
  | { readonly kind: 'event'; readonly step: number; readonly offset: number };

/** A register's name as one word. */
const registerWord = (register: RegisterName): string => register.replaceAll(' ', '-');

/**
 * A place as a word for a link, empty for none:
 * `t3`, `g:106[16]` (table, and index in decimal), `gfn:103`, `hfn:2a`, `gva:7f0000000000`, `gpa:103080`, `hpa:2a080`
 * (hexadecimal), `fn:mmu_set_spte`, `reg:0:cr3`, `ev:2:14`.
 */
export function placeText(place: Place | null): string {
  if (!place) return '';
  switch (place.kind) {
    case 'table':
      return place.table;
    case 'entry':
      return `${place.table}[${place.index}]`;
    case 'frame':
      return `${place.of === 'guest' ? 'gfn' : 'hfn'}:${place.frame.toString(16)}`;
    case 'address':
      return `${place.space}:${hexOfPair(place.hi, place.lo)}`;
    case 'function':
      return `fn:${place.name}`;
    case 'register':
      return `reg:${place.cpu}:${registerWord(place.register)}`;
    case 'event':
      return `ev:${place.step}:${place.offset}`;
  }
}

/** Reads a table's or an entry's form: what links of the first version have. */
function parseTablePlace(text: string): TablePlace | null {
  const match = /^([a-z0-9:/-]{1,40})(?:\[(\d{1,4})\])?$/.exec(text);
  if (!match) return null;
  const table = match[1] as string;
  return match[2] === undefined
    ? { kind: 'table', table }
    : { kind: 'entry', table, index: Number(match[2]) };
}

function parseAddress(space: AddressPlace['space'], digits: string): AddressPlace | null {
  if (!/^[0-9a-f]{1,16}$/.test(digits)) return null;
  const value = BigInt(`0x${digits}`);
  return { kind: 'address', space, hi: hiOfBig(value), lo: loOfBig(value) };
}

const parseFrame = (of: FramePlace['of'], digits: string): FramePlace | null =>
  /^[0-9a-f]{1,8}$/.test(digits) ? { kind: 'frame', of, frame: Number.parseInt(digits, 16) } : null;

function parseRegister(text: string): Place | null {
  const match = /^(\d{1,3}):([a-z0-9-]{1,20})$/.exec(text);
  const register = REGISTERS.find((name) => registerWord(name) === match?.[2]);
  return match && register ? { kind: 'register', cpu: Number(match[1]), register } : null;
}

function parseEvent(text: string): Place | null {
  const match = /^(-?\d{1,9}):(\d{1,9})$/.exec(text);
  return match ? { kind: 'event', step: Number(match[1]), offset: Number(match[2]) } : null;
}

const BY_PREFIX: Readonly<Record<string, (rest: string) => Place | null>> = {
  gfn: (rest) => parseFrame('guest', rest),
  hfn: (rest) => parseFrame('host', rest),
  gva: (rest) => parseAddress('gva', rest),
  gpa: (rest) => parseAddress('gpa', rest),
  hpa: (rest) => parseAddress('hpa', rest),
  fn: (rest) => (/^[A-Za-z_]\w{0,79}$/.test(rest) ? { kind: 'function', name: rest } : null),
  reg: parseRegister,
  ev: parseEvent,
};

/** Reads `placeText`'s form. Null for anything else. */
export function parsePlace(text: string): Place | null {
  const [, prefix = '', rest = ''] = /^([a-z]+):(.*)$/.exec(text) ?? [];
  return Object.hasOwn(BY_PREFIX, prefix) ? (BY_PREFIX[prefix]?.(rest) ?? null) : parseTablePlace(text);
}

/** Whether two places are the same. */
export const samePlace = (a: Place | null, b: Place | null): boolean => placeText(a) === placeText(b);

/** Whether a place is an entry or a table. */
export const isTablePlace = (place: Place | null): place is TablePlace =>
  place?.kind === 'entry' || place?.kind === 'table';
