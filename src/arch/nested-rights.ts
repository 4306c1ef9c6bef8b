/**
 * Rights in nested tables: what an access needs of them, and what they grant.
 * Intel SDM vol. 3 section 29.3.3.2; AMD APM vol. 2 section 15.25.5.
 */
import { PTE } from './entry.ts';
import type { NestedFormat } from './entry-format.ts';
import { EPT } from './ept.ts';
import { PF } from './fault.ts';
import { ACC } from './permission.ts';
import { NX_FLAG } from './word64.ts';

/** An entry's flags with each right as a flag that is set: NX takes one away, so it is turned round. */
export const turned = (nested: NestedFormat, flags: number): number =>
  nested.noExecute ? flags ^ NX_FLAG : flags;

/** Flags that all entries must have for an access to a guest's table. */
export function tableNeed(nested: NestedFormat): number {
  if (nested.vendor === 'amd') return PTE.user | PTE.write;
  return nested.accessed === 0 ? EPT.read : EPT.read | EPT.write;
}

/** Flags that all entries must have for the access itself. @param rights what the guest's tables grant (ACC) */
export function finalNeed(nested: NestedFormat, access: number, rights: number): number {
  if (nested.vendor === 'amd') {
    const fetch = nested.noExecute && access & PF.fetch ? NX_FLAG : 0;
    return PTE.user | (access & PF.write ? PTE.write : 0) | fetch;
  }
  if (access & PF.write) return EPT.write;
  return access & PF.fetch ? executeFlag(nested, rights) : EPT.read;
}

/** The flag that lets a page be executed: with mode-based execute control it depends on the guest's own U flags. */
const executeFlag = (nested: NestedFormat, rights: number): number =>
  nested.modeBasedExecute && rights & ACC.user ? EPT.userExecute : EPT.execute;

/**
 * What nested tables grant (ACC; the right to read is ACC.user).
 * @param all turned flags that all entries have @param rights what the guest's tables grant (ACC)
 */
export function nestedRights(nested: NestedFormat, all: number, rights: number): number {
  const amd = nested.vendor === 'amd';
  const read = amd ? PTE.user : EPT.read;
  const write = amd ? PTE.write : EPT.write;
  const execute = amd ? NX_FLAG : executeFlag(nested, rights);
  const executable = (all & execute) !== 0 || (amd && !nested.noExecute);
  return (all & read ? ACC.user : 0) | (all & write ? ACC.write : 0) | (executable ? ACC.exec : 0);
}
