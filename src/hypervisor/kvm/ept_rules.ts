/** What the Intel processor of this model makes of EPT (a Skylake server's IA32_VMX_EPT_VPID_CAP, and KVM's choice of controls). */
import type { EptRules } from '#arch/ept.ts';

export const eptRules = (maxphyaddr: number, accessedDirty: boolean): EptRules => ({
  levels: 4,
  maxphyaddr,
  accessedDirty,
  modeBasedExecute: false,
  executeOnly: true,
  gigabytePages: true,
  exitInformation: true,
});
