/**
 * Whether the rights that a walk has gathered allow an access. Intel SDM vol. 3 section 4.6; AMD APM vol. 2 section 5.6.
 */
import { PTE } from './entry.ts';
import { PF } from './fault.ts';
import type { PagingMode } from './paging-mode.ts';

/** Rights gathered over all entries of a walk. The numbers are those of a shadow page's `access`. */
export const ACC = { exec: 1, write: 2, user: 4, all: 7 } as const;

/** Rights that one entry grants (ACC). */
export const entryRights = (flags: number): number =>
  (flags & PTE.write ? ACC.write : 0) | (flags & PTE.user ? ACC.user : 0) | (flags & PTE.nx ? 0 : ACC.exec);

/** Why an access is refused. */
export type Refusal = 'no-execute' | 'supervisor-page' | 'read-only' | 'smep' | 'smap';

/**
 * What forbids an access, or null if nothing does.
 * @param mode which of WP, SMEP and SMAP are on
 * @param rights ACC bits
 * @param access PF.write, PF.user, PF.fetch
 * @param ac RFLAGS.AC, which lets a supervisor touch user pages although SMAP is on
 */
export function refusal(mode: PagingMode, rights: number, access: number, ac: boolean): Refusal | null {
  const user = (access & PF.user) !== 0;
  const fetch = (access & PF.fetch) !== 0;
  const userPage = (rights & ACC.user) !== 0;
  if (fetch && !(rights & ACC.exec)) return 'no-execute';
  if (user && !userPage) return 'supervisor-page';
  if (access & PF.write && !(rights & ACC.write) && (mode.wp || user)) return 'read-only';
  if (mode.smep && fetch && !user && userPage) return 'smep';
  if (mode.smap && !fetch && !user && userPage && !ac) return 'smap';
  return null;
}

/** Error-code bits that repeat the access: W and U always, F only where the processor tells fetches apart. */
export const accessBits = (mode: PagingMode, access: number): number =>
  (access & (PF.write | PF.user)) | (mode.nxe || mode.smep ? access & PF.fetch : 0);

/** Beside PF bits, in the access that a walk is asked for: RFLAGS.AC is set. */
export const WITH_AC = 1 << 5;

/** Index of an access into `allowedAccesses`. @param rights ACC bits @param access PF bits, WITH_AC */
export const accessIndex = (rights: number, access: number): number => rights | (access << 2);

/** 1 for every access that a mode allows (`refusal` says why the others are refused), by `accessIndex`. */
export function allowedAccesses(mode: PagingMode): Uint8Array {
  const allowed = new Uint8Array(256);
  for (let rights = 0; rights <= ACC.all; rights++)
    for (const access of ACCESSES)
      for (const ac of [0, WITH_AC])
        allowed[accessIndex(rights, access | ac)] = refusal(mode, rights, access, ac !== 0) ? 0 : 1;
  return allowed;
}

/** Every access, as error-code bits. */
const ACCESSES = [0, PF.write, PF.fetch, PF.user, PF.user | PF.write, PF.user | PF.fetch];
