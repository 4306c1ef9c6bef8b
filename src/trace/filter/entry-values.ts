/** Values that name a table, an entry in one, or a host frame: `t3`, `t3[010]`, `h3|0xe67`, `hz`. */
import { hiOfBig, loOfBig } from '#arch/word64.ts';
import { REFERENCE_PLACE } from '#machine/events.ts';
import { entryText } from '#trace/print.ts';
import { type FieldPasses, HOLDS, pair, pairOrder, textTest, word } from './comparison.ts';
import { parseNumber } from './number.ts';

/** `t3` or `root`: a table's serial number. */
export function serialOf(text: string): number | null {
  if (text === 'root') return -1;
  return /^t\d{1,9}$/.test(text) ? Number(text.slice(1)) : null;
}

/** A table, or an entry in one as `t3+0x80` or `t3[010]`. */
function entryPlace(text: string): { readonly serial: number; readonly index: number | null } | null {
  const [, owner = '', offset, digits] =
    /^(t\d{1,9}|root)(?:\+0x([0-9a-f]{1,3})|\[([0-9a-f]{1,3})\])?$/.exec(text) ?? [];
  const serial = serialOf(owner);
  if (serial === null) return null;
  if (offset !== undefined) return { serial, index: Number.parseInt(offset, 16) >>> 3 };
  return { serial, index: digits === undefined ? null : Number.parseInt(digits, 16) };
}

/** An entry, or any entry of a table: in a field that names the entry. */
export function atTest(value: string, isNot: boolean): FieldPasses | null {
  const wanted = entryPlace(value);
  if (!wanted) return null;
  return (source, field) => (index) => {
    const isTable = source.reader.field(index, field) === wanted.serial;
    const entry = (source.reader.secondWord(index, field) & 1023) >>> 1;
    return (isTable && (wanted.index === null || wanted.index === entry)) !== isNot;
  };
}

/** Where an entry was read: an address of the guest's, or an entry of a hypervisor's table. */
export function fromTest(value: string, isNot: boolean): FieldPasses | null {
  const number = parseNumber(value);
  const wanted = entryPlace(value);
  if (number === null && !wanted) return null;
  const [hi, lo] = number === null ? [0, 0] : [hiOfBig(number), loOfBig(number)];
  return (source, field) => (index) => {
    const { reader, names } = source;
    const place = reader.payload(index, REFERENCE_PLACE);
    if (place === 0) {
      const isThere =
        number !== null &&
        pairOrder(reader.field(index, field), reader.secondWord(index, field), hi, lo) === 0;
      return isThere !== isNot;
    }
    const table = names.tableInFrame(place >>> 10, index) ?? 'root';
    const isTable = wanted !== null && serialOf(table) === wanted.serial;
    return (isTable && (wanted.index === null || wanted.index === (place & 1023) >>> 1)) !== isNot;
  };
}

/** A host frame by its name; of an spte also with its other bits: `h3`, `h3|0xe67`, `t4|0x827`. */
export function hostTest(value: string, isNot: boolean, isEntry: boolean): FieldPasses | null {
  const number = parseNumber(value);
  if (number !== null)
    return isEntry
      ? pair(number, isNot ? HOLDS['!='] : HOLDS['='], true)
      : word(number, isNot ? HOLDS['!='] : HOLDS['=']);
  if (!/^(h\d+(\+0x[0-9a-f]{1,3})?|hz|noslot|t\d+|root|#[0-9a-f]+)(\|0x[0-9a-f]{1,16})?$/.test(value))
    return null;
  if (!isEntry)
    return textTest(value, isNot, ({ reader, names }, field, index) =>
      names.frame(reader.field(index, field)),
    );
  const hasFlags = value.includes('|');
  return (source, field) => (index) => {
    const text = entryText(
      source.names,
      index,
      source.reader.field(index, field),
      source.reader.secondWord(index, field),
    );
    return ((hasFlags ? text : text.replace(/\|.*/, '')) === value) !== isNot;
  };
}

/** An entry of the guest's as a number, of a hypervisor's by name. */
export function eitherTest(value: string, isNot: boolean): FieldPasses | null {
  const number = parseNumber(value);
  const guest = number === null ? null : pair(number, isNot ? HOLDS['!='] : HOLDS['='], true);
  const host = hostTest(value, isNot, true);
  if (!guest && !host) return null;
  return (source, field) => {
    const [ofGuest, ofHost] = [guest?.(source, field), host?.(source, field)];
    return (index) =>
      source.reader.payload(index, REFERENCE_PLACE) === 0
        ? (ofGuest?.(index) ?? isNot)
        : (ofHost?.(index) ?? isNot);
  };
}
