/**
 * What the language has and the simulator cannot run yet: as it is written, and what is missing for it. A scenario that
 * uses one of these is refused by name instead of being run wrongly. Taking a line out is all that is needed here once
 * the thing runs.
 */
import type { Missing } from './messages.ts';

export const UNSUPPORTED: Readonly<Record<string, Missing>> = {
  'machine xen': 'Xen',
  vmrun: 'nested paging',
  vmlaunch: 'nested paging',
  vmexit: 'nested paging',
  hypercall: 'Xen',
  pte: 'Xen',
  pod: 'Xen',
  mmio: 'Xen',
  'raw:': 'Xen',
  'host peek-dirty': 'Xen',
  'host populate': 'Xen',
  'host pod-target': 'Xen',
  'host pod-query': 'Xen',
};
