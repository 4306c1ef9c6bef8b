/** What machines are called. */
import type { Machine, Scenario } from '#scenario/scenario.ts';
import type { Words } from '#ui/words/en.ts';

/** How memory is virtualized: `KVM shadow`. */
export const mmuText = ({ kind, mmu }: Pick<Machine, 'kind' | 'mmu'>, { bar }: Words): string =>
  kind === 'bare' ? bar.bare : `${kind.toUpperCase()} ${mmu}`;

/** A scenario's machine in a few words: `KVM shadow · AMD · paging 4`. */
export function machineText({ machine, guest }: Pick<Scenario, 'machine' | 'guest'>, words: Words): string {
  const vendor = machine.kind === 'bare' ? [] : [machine.vendor.toUpperCase()];
  return [mmuText(machine, words), ...vendor, words.bar.paging(guest.paging)].join(' · ');
}

/** What else was said of a machine, as it is written: `tlb=off`, `unsync=off`. */
export const machineSwitches = ({ tlb, parameters }: Machine): string[] => [
  ...(tlb ? [] : ['tlb=off']),
  ...Object.entries(parameters).map(([name, value]) => `${name}=${value}`),
];

/** Names that tell some machines apart, as short as they can be. */
export function distinctNames(machines: readonly Machine[], words: Words): string[] {
  const hasVendors = new Set(machines.map(({ vendor }) => vendor)).size > 1;
  const all = machines.map(machineSwitches);
  return machines.map((machine, i) => {
    const vendor = hasVendors && machine.kind !== 'bare' ? [machine.vendor.toUpperCase()] : [];
    const own = all[i]?.filter((each) => !all.every((others) => others.includes(each))) ?? [];
    return [mmuText(machine, words), ...vendor, ...own].join(' ');
  });
}
