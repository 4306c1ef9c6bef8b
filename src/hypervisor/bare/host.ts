/** The host's actions on a machine that has none of them. */
import type { HostActions, Outcome } from '#hypervisor/hypervisor.ts';

const refuse = (): Outcome => ({ kind: 'error', name: 'EOPNOTSUPP' });

export const unavailableHost: HostActions = {
  dirtyLog: refuse,
  getDirty: refuse,
  drop: refuse,
  protect: refuse,
  setSlot: refuse,
  deleteSlot: refuse,
  mmuPages: refuse,
  recoverNx: refuse,
  age: refuse,
};
