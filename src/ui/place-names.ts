/** Places by the names that the page shows them under: `t3`, `t3[010]`, `103[010]`, `h1`, `cr3`, `mmu_set_spte`. */
import { isFunction } from '#hypervisor/functions.ts';
import { REGISTERS } from '#machine/events.ts';
import { guestTable } from './entry-text.ts';
import type { Moment } from './moment.ts';
import type { Place } from './place.ts';

type Source = Pick<Moment, 'atlas' | 'names' | 'reader' | 'index'>;

const cpuOf = ({ reader, index }: Source): number => reader.cpu(index) ?? 0;

/** `t3[010]`, `103[010]`, `root[001]`: the index in hexadecimal, as in every view. */
function entryNamed(source: Source, owner: string, digits: string): Place | null {
  const index = Number.parseInt(digits, 16);
  if (/^t\d+$/.test(owner)) return { kind: 'entry', table: owner, index };
  if (owner === 'root') return { kind: 'entry', table: `pae${cpuOf(source)}`, index };
  const table = /^[0-9a-f]{1,8}$/.test(owner) ? guestTable(source.atlas, Number.parseInt(owner, 16)) : null;
  return table && { kind: 'entry', table: table.id, index };
}

/** The place that a name stands for; null where it stands for none. Plain numbers do not: they say nothing of their space. */
export function placeNamed(source: Source, name: string): Place | null {
  const [, owner, digits] = /^(\w+)\[([0-9a-f]{1,3})\]$/.exec(name) ?? [];
  if (owner !== undefined && digits !== undefined) return entryNamed(source, owner, digits);
  if (/^t\d{1,9}$/.test(name)) return { kind: 'table', table: name };
  const hfn = source.names.frameNamed(name);
  if (hfn !== null) return { kind: 'frame', of: 'host', frame: hfn };
  const register = REGISTERS.find((known) => known === name);
  if (register) return { kind: 'register', cpu: cpuOf(source), register };
  return isFunction(name) ? { kind: 'function', name } : null;
}
