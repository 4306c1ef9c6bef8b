/** Records in the machine's words: a field is an offset from the record's place. */

export type RecordFields<Names extends readonly string[]> = { readonly [Name in Names[number]]: number } & {
  /** Words that one record takes. */
  readonly size: number;
};

/** Offsets of `names`, one word each, in order; `name*n` takes n words. */
export function record<const Names extends readonly string[]>(
  names: Names,
): RecordFields<StripWidths<Names>> {
  const fields: Record<string, number> = {};
  let at = 0;
  for (const spec of names) {
    const [name, width] = spec.split('*') as [string, string | undefined];
    fields[name] = at;
    at += width === undefined ? 1 : Number(width);
  }
  fields.size = at;
  // Filled by computed names, an object of many fields becomes a hash table; parsed, it has fixed places for them.
  return Object.freeze(JSON.parse(JSON.stringify(fields))) as RecordFields<StripWidths<Names>>;
}

type StripWidth<Name extends string> = Name extends `${infer Base}*${number}` ? Base : Name;
type StripWidths<Names extends readonly string[]> = {
  readonly [Index in keyof Names]: StripWidth<Names[Index]>;
};
