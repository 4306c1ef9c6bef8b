/** What a processor keeps of a walk that came to a page. */
import { PTE } from '#arch/entry.ts';
import { CR4, levelShift } from '#arch/paging-mode.ts';
import { ACC } from '#arch/permission.ts';
import { isDirty, pageShift, type WalkRequest, type WalkResult } from '#arch/walk-request.ts';
import { VCPU } from '#machine/vcpu.ts';
import type { Machine } from '#machine/words.ts';
import { tlbFill } from './translations.ts';

/** Keeps the translation of a linear address (plain pair) that a walk came to. @param access that it was walked for */
export function rememberWalk(
  m: Machine,
  vcpu: number,
  request: WalkRequest,
  hi: number,
  lo: number,
  access: number,
  result: WalkResult,
): void {
  const { frame, rights, nestedRights, guestFlags, guestLevel } = result;
  tlbFill(m, vcpu, hi, lo, {
    frame,
    rights,
    nestedRights: request.nested === null ? ACC.all : nestedRights,
    dirty: isDirty(request, access, result),
    global: (guestFlags & PTE.global) !== 0 && (m.get(vcpu + VCPU.cr4) & CR4.PGE) !== 0,
    guestShift: levelShift(request.mode, guestLevel),
    shift: pageShift(request, result),
  });
}
