/**
 * Rights in nested tables: what an access needs of them, and what they grant.
 * Intel SDM vol. 3 section 29.3.3.2; AMD APM vol. 2 section 15.25.5.
 */
import type { NestedFormat } from './entry-format.ts';
import { PF } from './fault.ts';
import { ACC } from './permission.ts';

/** An entry's flags with each right as a flag that is set: NX takes one away, so it is turned round. */
export const turned = (nested: NestedFormat, flags: number): number => flags ^ nested.noExecute;

/** Index of a final access into a format's `needs`. @param access PF bits @param rights what the guest's tables grant (ACC) */
export const finalAccess = (access: number, rights: number): number =>
  ((access & PF.write) >> 1) | ((access & PF.fetch) >> 3) | (rights & ACC.user);

/** The `needs` of a format. @param userExecute for fetches from pages that the guest's tables give to the user */
export function nestedNeeds(flags: {
  readonly read: number;
  readonly write: number;
  readonly execute: number;
  readonly userExecute: number;
}): Int32Array {
  const needs = new Int32Array(8);
  for (const rights of [0, ACC.user]) {
    needs[finalAccess(0, rights)] = flags.read;
    needs[finalAccess(PF.write, rights)] = flags.write;
    needs[finalAccess(PF.fetch, rights)] = rights === 0 ? flags.execute : flags.userExecute;
  }
  return needs;
}

/**
 * What nested tables grant (ACC; the right to read is ACC.user).
 * @param all turned flags that all entries have @param rights what the guest's tables grant (ACC)
 */
export function nestedRights(nested: NestedFormat, all: number, rights: number): number {
  const granted = nested.granted[all & 7] as number;
  const fetch = nested.needs[finalAccess(PF.fetch, rights)] as number;
  return (fetch & ~all) === 0 ? granted | ACC.exec : granted & ~ACC.exec;
}
