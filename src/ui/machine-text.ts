import type { Scenario } from '#scenario/scenario.ts';
import type { Words } from '#ui/words/en.ts';

/** A scenario's machine in a few words: `KVM shadow · AMD · paging 4`. */
export function machineText({ machine, guest }: Pick<Scenario, 'machine' | 'guest'>, { bar }: Words): string {
  const paging = bar.paging(guest.paging);
  if (machine.kind === 'bare') return `${bar.bare} · ${paging}`;
  return `${machine.kind.toUpperCase()} ${machine.mmu} · ${machine.vendor.toUpperCase()} · ${paging}`;
}
