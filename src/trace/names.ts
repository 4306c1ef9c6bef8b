/**
 * Names of host frames in a log: h0, h1, … in the order in which the kernel's own events first print them, as a canonical trace has
 * them. Tables are t0, t1, … by their serial number. What no event prints has a name from its number.
 */
import { type FieldSpec, MMU_PRESENT } from '#machine/events.ts';
import { HUGE_FRAMES } from '#machine/host-pages.ts';
import type { LogReader } from '#machine/log-reader.ts';
import { makesTable } from '#machine/queries.ts';
import { HEADER } from '#machine/words.ts';
import { dropsEmulatorFetch } from './canonical.ts';

/** A log, and the names of what is in it. */
export interface NamedLog {
  readonly reader: LogReader;
  readonly names: Names;
}

export class Names {
  readonly #frames = new Map<number, string>();
  /** Frame of a table → serial numbers of the pages that had it, with the event that made each. */
  readonly #tables = new Map<number, { from: number; serial: number }[]>();
  readonly #zeroFrame: number;
  /** Without a hypervisor frames are the guest's own, and their numbers say all. */
  readonly isBare: boolean;
  readonly #reader: LogReader;

  /** Goes through the whole log once. */
  constructor(reader: LogReader) {
    this.#reader = reader;
    this.#zeroFrame = reader.data.base[HEADER.zeroFrame] as number;
    this.isBare = reader.data.base[HEADER.hypervisor] === 0;
    const keep = dropsEmulatorFetch(reader);
    for (let index = 0; index < reader.length; index++) if (keep(index)) this.#learn(index);
  }

  /** A host frame's name: `h3`, `h3+0x15` within a 2 MiB page, `hz` for the shared page of zeros, `noslot`. */
  frame(hfn: number): string {
    if (this.isBare) return `0x${(hfn >>> 0).toString(16)}`;
    if (hfn === -1) return 'noslot';
    if (hfn === this.#zeroFrame) return 'hz';
    const base = hfn >= HUGE_FRAMES ? hfn & ~511 : hfn;
    const name = this.#frames.get(base) ?? `#${base.toString(16)}`;
    return base === hfn ? name : `${name}+0x${(hfn - base).toString(16)}`;
  }

  /** A table's name from its serial number. */
  table(serial: number): string {
    return serial < 0 ? 'root' : `t${serial}`;
  }

  /** Name of the table whose entries lie in a host frame at an event, or null if there is none. */
  tableInFrame(hfn: number, event: number): string | null {
    const pages = this.#tables.get(hfn);
    const page = pages?.findLast((entry) => entry.from <= event);
    return page ? this.table(page.serial) : null;
  }

  /** The host frame that `frame` gives a name like `h3` or `h3+0x15`; null where it gives that name to none. */
  frameNamed(name: string): number | null {
    if (name === 'hz' && !this.isBare) return this.#zeroFrame;
    const match = /^(h\d+)(?:\+0x([0-9a-f]{1,3}))?$/.exec(name);
    const base = [...this.#frames].find(([, known]) => known === match?.[1])?.[0];
    if (!match || base === undefined) return null;
    const frame = base + Number.parseInt(match[2] ?? '0', 16);
    return this.frame(frame) === name ? frame : null;
  }

  /** Where the entries of the table with a serial number lie: its host frame, and the event that made it; null for no such table. */
  tableFrame(serial: number): { readonly frame: number; readonly from: number } | null {
    for (const [frame, pages] of this.#tables) {
      const page = pages.find((entry) => entry.serial === serial);
      if (page) return { frame, from: page.from };
    }
    return null;
  }

  #learn(index: number): void {
    const spec = this.#reader.spec(index);
    if (spec.family !== 'tracepoint') return;
    if (makesTable(this.#reader, index)) {
      const frame = this.#reader.payload(index, 4);
      const pages = this.#tables.get(frame) ?? [];
      pages.push({ from: index, serial: this.#reader.payload(index, 0) });
      this.#tables.set(frame, pages);
    }
    for (const field of spec.fields) if (!field.hidden) this.#learnField(index, field);
  }

  #learnField(index: number, field: FieldSpec): void {
    const first = this.#reader.payload(index, field.word);
    if (field.type === 'pfn') this.#nameFrame(first);
    else if (
      field.type === 'spte' &&
      this.#reader.secondWord(index, field) & MMU_PRESENT &&
      this.tableInFrame(first, index) === null
    )
      this.#nameFrame(first);
  }

  #nameFrame(hfn: number): void {
    if (hfn === -1 || hfn === this.#zeroFrame) return;
    const base = hfn >= HUGE_FRAMES ? hfn & ~511 : hfn;
    if (!this.#frames.has(base)) this.#frames.set(base, `h${this.#frames.size}`);
  }
}
