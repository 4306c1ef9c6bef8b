/**
 * What a nested fault tells the hypervisor: the code of an #NPF, or the exit qualification of an EPT violation.
 * Intel SDM vol. 3 table 28-7; AMD APM vol. 2 section 15.25.6.
 */
import type { NestedFormat } from './entry-format.ts';
import { EPT, EPT_QUALIFICATION } from './ept.ts';
import { PF } from './fault.ts';
import { NPF } from './npt.ts';
import { ACC } from './permission.ts';
import type { WalkResult } from './walk-request.ts';

/** What the nested entries have to do with a fault. */
export interface NestedCause {
  /** Flags that the access needed (nested-rights.ts). */
  readonly need: number;
  /** Flags that all entries have; 0 if one is not present. */
  readonly all: number;
  /** #NPF: PF.present, PF.reserved. */
  readonly reason: number;
}

/** A fault on the way to an entry of the guest's tables. */
export function tableFault(nested: NestedFormat, cause: NestedCause, result: WalkResult): void {
  result.kind = 'nested-fault';
  if (nested.vendor === 'amd') {
    result.codeHi = NPF.table;
    result.codeLo = cause.reason | PF.write | PF.user;
    return;
  }
  result.codeHi = 0;
  result.codeLo = askedBits(cause) | rightsBits(nested, cause) | EPT_QUALIFICATION.linearAddress;
}

/** A fault on the translated address. @param access PF bits; what the guest grants is in `result` */
export function finalFault(
  nested: NestedFormat,
  cause: NestedCause,
  access: number,
  result: WalkResult,
): void {
  result.kind = 'nested-fault';
  if (nested.vendor === 'amd') {
    result.codeHi = NPF.final;
    const fetch = nested.noExecute ? access & PF.fetch : 0;
    result.codeLo = cause.reason | PF.user | (access & PF.write) | fetch;
    return;
  }
  const { linearAddress, final } = EPT_QUALIFICATION;
  result.codeHi = 0;
  result.codeLo = askedBits(cause) | rightsBits(nested, cause) | linearAddress | final;
  if (nested.exitInformation) result.codeLo |= pageBits(result.rights);
}

/** A fault on a read without a linear address (page-directory pointers). */
export function readFault(nested: NestedFormat, cause: NestedCause, result: WalkResult): void {
  result.kind = 'nested-fault';
  const amd = nested.vendor === 'amd';
  result.codeHi = amd ? NPF.final : 0;
  result.codeLo = amd ? cause.reason | PF.user : askedBits(cause) | rightsBits(nested, cause);
}

/** Bits 0 to 2: the access. The flags that it needs have the same places, but for user-mode execution. */
const askedBits = ({ need }: NestedCause): number =>
  need & EPT.userExecute ? EPT_QUALIFICATION.fetch : need;

/** Bits 3 to 6: what the entries allow. */
function rightsBits(nested: NestedFormat, { all }: NestedCause): number {
  const bits = (all & (EPT.read | EPT.write | EPT.execute)) << EPT_QUALIFICATION.rightsShift;
  const user = nested.modeBasedExecute && (all & EPT.userExecute) !== 0;
  return user ? bits | EPT_QUALIFICATION.userExecutable : bits;
}

/** Bits 9 to 11: what the guest's tables say of the page. */
const pageBits = (rights: number): number =>
  (rights & ACC.user ? EPT_QUALIFICATION.userPage : 0) |
  (rights & ACC.write ? EPT_QUALIFICATION.writablePage : 0) |
  (rights & ACC.exec ? 0 : EPT_QUALIFICATION.executeDisablePage);
