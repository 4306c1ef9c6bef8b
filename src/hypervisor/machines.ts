/** Machines by name: from a description, independent of the scenario language, to a hypervisor that runs. */
import { CR0, CR4, EFER, type PagingName } from '#arch/paging-mode.ts';
import { BareHypervisor } from '#hypervisor/bare/bare.ts';
import type { StubPage } from '#hypervisor/kvm/guest_access.ts';
import { KvmHost } from '#hypervisor/kvm/host.ts';
import { KvmHypervisor } from '#hypervisor/kvm/kvm.ts';
import { createKvm, kvm_set_memory_region } from '#hypervisor/kvm/kvm_main.ts';
import { type ModuleParameters, WHAT_IF } from '#hypervisor/kvm/structs.ts';
import { createMemory } from '#machine/memory.ts';
import { createSlot, SLOT_FLAG, type SlotSpec } from '#machine/slots.ts';
import { createTlb, type TlbShape } from '#machine/tlb/record.ts';
import { createVcpus, VCPU, vcpuPlace } from '#machine/vcpu.ts';
import { Machine, type MachineLimits } from '#machine/words.ts';
import type { Hypervisor } from './hypervisor.ts';

export interface MachineSpec {
  readonly kind: 'bare' | 'kvm';
  /** KVM's MMU. */
  readonly mmu: 'shadow' | 'tdp' | 'tdp-legacy';
  readonly amd: boolean;
  readonly vcpus: number;
  readonly maxphyaddr: number;
  /** Null: nothing is remembered between walks. */
  readonly tlb: TlbShape | null;
  /** Whether the processor's own walk sets A in upper entries before it meets a fault. */
  readonly earlyA: boolean;
  /** KVM on AMD: the highest ASID, and whether the processor can forget a single one. */
  readonly asids: number;
  readonly flushByAsid: boolean;
  /** Module parameters, and what-if keys, as written. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly slots: readonly SlotSpec[];
  readonly registers: RegisterSpec;
  readonly stub: StubPage | null;
  readonly limits: MachineLimits;
}

/** The registers every vCPU starts with; CR3 is a plain pair. */
export interface RegisterSpec {
  readonly paging: PagingName;
  readonly cr3: readonly [number, number];
  readonly wp: boolean;
  readonly nxe: boolean;
  readonly pse: boolean;
  readonly pge: boolean;
  readonly pcide: boolean;
  readonly smep: boolean;
  readonly smap: boolean;
}

/** A machine whose memory can be filled before it starts. */
export interface PreparedMachine {
  readonly machine: Machine;
  /** Sets the machine going: from here on everything is in the log. */
  start(): Hypervisor;
}

/** Makes a machine with its memory, vCPUs and registers. Throws LimitExceeded, RangeError. */
export function prepareMachine(spec: MachineSpec): PreparedMachine {
  const machine = new Machine(spec.limits);
  createMemory(machine);
  createVcpus(machine, spec.vcpus);
  for (let cpu = 0; cpu < spec.vcpus; cpu++) {
    const vcpu = vcpuPlace(machine.words, cpu);
    setRegisters(machine, vcpu, spec.registers);
    if (spec.tlb) createTlb(machine, vcpu, spec.tlb);
  }
  if (spec.kind === 'bare') {
    for (const slot of spec.slots) createSlot(machine, slot);
    return { machine, start: () => new BareHypervisor(machine, spec) };
  }
  const kvm = createKvm(machine, {
    amd: spec.amd,
    maxphyaddr: spec.maxphyaddr,
    vcpus: spec.vcpus,
    mmu: mmuOf(spec),
    tdpLevels: kvm_mmu_get_tdp_level(spec),
    eptad: !isOff(spec.parameters.eptad),
    asids: spec.asids,
    flushByAsid: spec.flushByAsid,
    parameters: moduleParameters(spec),
    whatIf: whatIfBits(spec.parameters),
  });
  for (const slot of spec.slots) kvm_set_memory_region(kvm, slot);
  return { machine, start: () => new KvmHypervisor(kvm, spec.stub, new KvmHost(kvm), spec.earlyA) };
}

const isOff = (value: string | undefined): boolean =>
  value === 'off' || value === '0' || value === 'N' || value === 'n';

/** nx_huge_pages_recovery_ratio, where nobody sets it. */
const RECOVERY_RATIO = 60;

/** The MMU that is left after module parameters turned one off. */
function mmuOf({ amd, mmu, parameters }: MachineSpec): MachineSpec['mmu'] {
  if (mmu === 'shadow' || isOff(amd ? parameters.npt : parameters.ept)) return 'shadow';
  return isOff(parameters.tdp_mmu) ? 'tdp-legacy' : mmu;
}

/**
 * kvm_mmu_get_tdp_level: AMD's processors walk nested tables of the host's own depth; Intel's walk five levels where the guest has more
 * than 48 physical address bits, which no guest here has, or where a scenario wants to see it.
 */
const kvm_mmu_get_tdp_level = ({ amd, parameters }: MachineSpec): 4 | 5 =>
  parameters[amd ? 'host-levels' : 'ept-levels'] === '5' ? 5 : 4;

function moduleParameters({ amd, mmu, parameters: written }: MachineSpec): ModuleParameters {
  return {
    mmio_caching: !isOff(written.mmio_caching),
    nx_huge_pages: written.nx_huge_pages === 'force' || written.nx_huge_pages === 'on',
    eager_page_split: !isOff(written.eager_page_split),
    // The processor can note what it writes only where EPT has D bits.
    pml: !amd && mmu !== 'shadow' && !isOff(written.eptad) && !isOff(written.pml),
    unrestricted_guest: !isOff(written.unrestricted_guest),
    nx_huge_pages_recovery_ratio: Number(written.nx_huge_pages_recovery_ratio ?? RECOVERY_RATIO) || 0,
    vpid: !isOff(written.vpid),
  };
}

/** What the scenario changes about KVM, as WHAT_IF bits. */
const whatIfBits = (written: Readonly<Record<string, string>>): number =>
  (written.unsync === 'off' ? WHAT_IF.unsyncOff : 0) |
  (written['shadow-cache'] === 'off' ? WHAT_IF.shadowCacheOff : 0) |
  (written.prefetch === 'off' ? WHAT_IF.prefetchOff : 0) |
  (written['private-roots'] === 'on' ? WHAT_IF.privateRoots : 0);

function setRegisters(m: Machine, vcpu: number, registers: RegisterSpec): void {
  const { paging } = registers;
  const long = paging === '4' || paging === '5';
  const bit = (on: boolean, mask: number): number => (on ? mask : 0);
  m.set(vcpu + VCPU.cr0, CR0.PE | bit(paging !== 'off', CR0.PG) | bit(registers.wp, CR0.WP));
  m.set(
    vcpu + VCPU.cr4,
    bit(registers.pse, CR4.PSE) |
      bit(paging === 'pae' || long, CR4.PAE) |
      bit(registers.pge, CR4.PGE) |
      bit(registers.pcide, CR4.PCIDE) |
      bit(paging === '5', CR4.LA57) |
      bit(registers.smep, CR4.SMEP) |
      bit(registers.smap, CR4.SMAP),
  );
  m.set(vcpu + VCPU.efer, bit(long, EFER.LME | EFER.LMA) | bit(registers.nxe, EFER.NXE));
  m.set(vcpu + VCPU.cr3_hi, registers.cr3[0]);
  m.set(vcpu + VCPU.cr3_lo, registers.cr3[1]);
}

/** Flags of a slot, from what was asked for. */
export const slotFlags = (slot: {
  readonly ro: boolean;
  readonly log: boolean;
  readonly huge: boolean;
  readonly gigantic: boolean;
}): number =>
  (slot.ro ? SLOT_FLAG.readOnly : 0) |
  (slot.log ? SLOT_FLAG.dirtyLog : 0) |
  (slot.huge || slot.gigantic ? SLOT_FLAG.huge : 0) |
  (slot.gigantic ? SLOT_FLAG.gigantic : 0);
