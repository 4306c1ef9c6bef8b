/**
 * The processor's page walk in two dimensions: from a linear address of a guest to a host frame, or to a fault.
 *
 * The guest's tables lie in guest-physical memory, so each of their entries is found by a walk of the nested tables (NPT or EPT),
 * and so is the page in the end. With n guest levels and m nested levels that makes n(m+1)+m references:
 *
 *     row 4   n4 n3 n2 n1 │ g4      nested entries n, then the guest's entry g of that level
 *     row 3   n4 n3 n2 n1 │ g3
 *     row 2   n4 n3 n2 n1 │ g2
 *     row 1   n4 n3 n2 n1 │ g1
 *     row 0   n4 n3 n2 n1 │ the page
 *
 * Each nested translation is checked and its A and D flags are set before what it leads to is used. An access to the guest's
 * tables counts as a write (NPT; EPT with A/D flags), or as a read, where setting a flag in a guest's entry needs the right
 * to write besides (EPT without). The guest's flags are set when all of the guest's checks have passed, from the top level
 * down and before the final translation, which may still fail. With `earlyA` the A flags of upper entries, the guest's and
 * the nested ones, are set as they are passed.
 *
 * Nearly every entry is plain (entry-format.ts), and a walk over plain entries is one loop over the rows, in a straight line. What
 * is not plain is looked at in full: a nested entry by `translate`, a guest's by `walkOn`, which ends the walk that the loop began.
 * Intel SDM vol. 3 sections 4.3 to 4.8 and 29.3; AMD APM vol. 2 sections 5.2 to 5.6 and 15.25.
 */
import { PTE } from './entry.ts';
import { entryKind, KIND } from './entry-format.ts';
import { PF } from './fault.ts';
import { readFault } from './nested-fault.ts';
import { finalAccess, nestedRights, turned } from './nested-rights.ts';
import { NOWHERE, translate, translation } from './nested-translation.ts';
import { frameOfAddress } from './paging-mode.ts';
import { ACC, accessIndex } from './permission.ts';
import { position, walkOn } from './walk-on.ts';
import { lookFor, type NestedWalkRequest, type Roots, type WalkResult } from './walk-request.ts';
import { addReference, DIMENSION, reference } from './walk-trace.ts';

/** Frames within a page of 2 MiB and of 1 GiB. */
const WITHIN_2M = 0x1ff;
const WITHIN_1G = 0x3ffff;

/**
 * Walks for a linear address (plain pair; canonical). True if the access is allowed; `result` says more either way.
 * @param access PF.write, PF.user, PF.fetch, WITH_AC (permission.ts)
 */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: a straight line on purpose, as calls would cost it a third of its speed
export function nestedWalk(
  request: NestedWalkRequest,
  roots: Roots,
  hi: number,
  lo: number,
  access: number,
  result: WalkResult,
): boolean {
  const { guest, nested, memory, trace } = request;
  const { words } = memory;
  const { mask, flags: plain, frame: clear } = nested.plainTable;
  const { mask: leafMask, flags: plainLeaf } = nested.plainLeaf;
  const records = trace === null ? words : trace.records;
  let used = trace === null ? 0 : trace.used;
  let row = guest.levels;
  let gfn = roots.guest;
  let all = -1;
  let need = nested.tableNeed;
  let forbidden = 0;
  let wanted = nested.accessed | nested.dirty;
  // Not in a straight line: entries of 4 bytes, page-directory pointers that lie in memory, and what caches let be left out.
  let straight = guest.entryBytes === 8;
  position.frame = NOWHERE;
  if (row === 0) {
    gfn = lo >>> 12;
    straight = true;
    result.guestLevel = 0;
    result.guestFlags = PTE.dirty;
    result.rights = ACC.all;
    need = nested.needs[finalAccess(access, ACC.all)] as number;
    forbidden = need & nested.noExecute;
    need ^= forbidden;
    wanted = nested.accessed | (access & PF.write ? nested.dirty : 0);
  }
  if (row === 3) {
    const pointer = roots.pdptes + ((lo >>> 30) << 1);
    straight = roots.pdptes !== 0 && ((words[pointer + 1] as number) & PTE.present) !== 0;
    if (straight) {
      gfn = words[pointer] as number;
      row = 2;
    }
  }
  // Nothing of a 32-bit frame number indexes the fifth level, so its one entry serves every row.
  let root = roots.nested;
  let topFlags = -1;
  const p5 = (root << 10) >>> 0;
  if (nested.levels === 5) {
    root = words[p5] as number;
    topFlags = words[(p5 | 1) >>> 0] as number;
    if ((topFlags & mask) !== plain || (root & clear) !== 0) straight = false;
  }
  if (request.caches !== null) straight = false;
  while (straight) {
    // The nested dimension: to the host frame of the guest's table, or of the data.
    const p4 = ((root << 10) | ((gfn >>> 26) & 0x3fe)) >>> 0;
    let flags = words[(p4 | 1) >>> 0] as number;
    let table = words[p4] as number;
    if ((flags & mask) !== plain || (table & clear) !== 0) break;
    let nestedAll = topFlags & flags;
    const p3 = ((table << 10) | ((gfn >>> 17) & 0x3fe)) >>> 0;
    flags = words[(p3 | 1) >>> 0] as number;
    table = words[p3] as number;
    nestedAll &= flags;
    let place = p3;
    let p2 = 0;
    let frame = 0;
    if ((flags & mask) === plain && (table & clear) === 0) {
      p2 = ((table << 10) | ((gfn >>> 8) & 0x3fe)) >>> 0;
      flags = words[(p2 | 1) >>> 0] as number;
      table = words[p2] as number;
      nestedAll &= flags;
      place = p2;
      if ((flags & mask) === plain && (table & clear) === 0) {
        place = ((table << 10) | ((gfn << 1) & 0x3fe)) >>> 0;
        flags = words[(place | 1) >>> 0] as number;
        table = words[place] as number;
        nestedAll &= flags;
        if ((flags & leafMask) !== plainLeaf || (table & clear) !== 0) break;
        frame = table;
      } else {
        if (entryKind(nested, 2, table, flags) !== KIND.leaf) break;
        frame = (table & ~WITHIN_2M) | (gfn & WITHIN_2M);
      }
    } else {
      if (entryKind(nested, 3, table, flags) !== KIND.leaf) break;
      frame = (table & ~WITHIN_1G) | (gfn & WITHIN_1G);
    }
    if (((need & ~nestedAll) | (forbidden & flags)) !== 0) break;
    const missing = wanted & ~flags;
    if (missing !== 0 && request.log !== null) break;
    if (trace !== null) {
      if (nested.levels === 5)
        used = addReference(records, used, reference(DIMENSION.nested, row, 5), p5, gfn);
      used = addReference(records, used, reference(DIMENSION.nested, row, 4), p4, gfn);
      used = addReference(records, used, reference(DIMENSION.nested, row, 3), p3, gfn);
      if (p2 !== 0) used = addReference(records, used, reference(DIMENSION.nested, row, 2), p2, gfn);
      if (place !== p2 && place !== p3)
        used = addReference(records, used, reference(DIMENSION.nested, row, 1), place, gfn);
    }
    if (missing !== 0) {
      if (trace !== null) {
        trace.used = used;
        trace.beforeStore();
        used = trace.used;
      }
      memory.set(place | 1, flags | missing);
    }
    if (row === 0) {
      const level = place === p3 ? 3 : place === p2 ? 2 : 1;
      result.kind = 'ok';
      result.frame = frame;
      lookFor(result, 0, gfn, lo & 0xfff);
      result.nestedLevel = level;
      result.nestedRights = nestedRights(
        nested,
        (nestedAll | nested.noExecute) & turned(nested, flags),
        result.rights,
      );
      result.nestedFlags = flags;
      if (trace !== null) trace.used = used;
      return true;
    }
    // The guest's dimension: its entry, in that table.
    const index =
      row > 2 ? ((hi << 3) | (lo >>> 29)) >>> ((row * 9 - 27) | 0) : (lo >>> 11) >>> ((row * 9 - 9) | 0);
    place = (memory.place(frame) | (index & 0x3fe)) >>> 0;
    table = words[place] as number;
    flags = words[(place | 1) >>> 0] as number;
    if (row > 1) {
      const { plainTable } = guest;
      if ((flags & plainTable.mask) !== plainTable.flags || (table & plainTable.frame) !== 0) {
        position.frame = frame;
        position.nested = nestedAll;
        break;
      }
      if (trace !== null)
        used = addReference(records, used, reference(DIMENSION.guest, row, row), place, gfn);
      all &= flags;
      gfn = table;
      row = (row - 1) | 0;
      continue;
    }
    const expected = guest.plainLeaf;
    const rights = (all & flags & (PTE.write | PTE.user)) | (flags < 0 ? 0 : ACC.exec);
    const mine = (PTE.accessed | ((access & PF.write) << 5)) & ~flags;
    if (
      (flags & expected.mask) !== expected.flags ||
      (table & expected.frame) !== 0 ||
      guest.allowed[accessIndex(rights, access)] === 0 ||
      (mine !== 0 && (nestedAll & PTE.write) === 0)
    ) {
      position.frame = frame;
      position.nested = nestedAll;
      break;
    }
    if (trace !== null) used = addReference(records, used, reference(DIMENSION.guest, 1, 1), place, gfn);
    if (mine !== 0) {
      if (trace !== null) {
        trace.used = used;
        trace.beforeStore();
        used = trace.used;
      }
      memory.set(place | 1, flags | mine);
    }
    result.guestLevel = 1;
    result.guestFlags = flags;
    result.rights = rights;
    need = nested.needs[finalAccess(access, rights)] as number;
    forbidden = need & nested.noExecute;
    need ^= forbidden;
    wanted = nested.accessed | (access & PF.write ? nested.dirty : 0);
    gfn = table;
    row = 0;
  }
  if (trace !== null) trace.used = used;
  position.row = row;
  position.table = gfn;
  position.rights = (all & (PTE.write | PTE.user)) | ACC.exec;
  return walkOn(request, roots, hi, lo, access, result);
}

/**
 * Translates one guest-physical address (plain pair) by itself, for a read that no linear address led to: the page-directory
 * pointers that a write of CR3 loads (Intel). True if allowed. A violation's qualification has neither bit 7 nor bit 8.
 */
export function nestedRead(
  request: NestedWalkRequest,
  roots: Roots,
  hi: number,
  lo: number,
  result: WalkResult,
): boolean {
  const { nested } = request;
  const gfn = frameOfAddress(hi, lo);
  result.kind = 'ok';
  lookFor(result, 0, gfn, lo & 0xfff);
  const need = nested.needs[finalAccess(0, 0)] as number;
  result.frame = translate(request, roots.nested, gfn, 0, need, result);
  if (translation.faulted) readFault(nested, translation, result);
  return result.frame !== NOWHERE;
}
