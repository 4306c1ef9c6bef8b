/** KVM, behind the interface that every hypervisor has. */
import { CR0, CR4, EFER } from '#arch/paging-mode.ts';
import {
  type Access,
  type ControlChange,
  type HostActions,
  type Hypervisor,
  type InvpcidOperand,
  OK,
  type Outcome,
} from '#hypervisor/hypervisor.ts';
import { kvm_mmu_invlpg } from '#hypervisor/kvm/mmu/invlpg.ts';
import { EVENT } from '#machine/events.ts';
import { VCPU, vcpuMode } from '#machine/vcpu.ts';
import type { Machine } from '#machine/words.ts';
import { Guest, type InstructionBody } from './guest.ts';
import type { StubPage } from './guest_access.ts';
import { jumpTo } from './guest_code.ts';
import { Processor } from './hardware.ts';
import { kvm_handle_invpcid } from './pcid.ts';
import { load_pdptrs } from './pdptrs.ts';
import { vmx_flush_pml_buffer } from './pml.ts';
import { ShadowGuestMmu } from './shadow_exits.ts';
import type { Kvm, Vcpu } from './structs.ts';
import {
  cr_interception,
  type ExitHandler,
  invlpg_interception,
  invpcid_interception,
  msr_interception,
} from './svm.ts';
import { TdpGuestMmu } from './tdp_exits.ts';
import { TdpProcessor } from './tdp_hardware.ts';
import { changeOwnBits, invlpg, invpcid, isIntercepted, writeCr3 } from './tdp_native.ts';
import { kvm_init_mmu, kvm_inject_gp, kvm_set_cr0, kvm_set_cr3, kvm_set_cr4, set_efer } from './x86.ts';

export class KvmHypervisor implements Hypervisor {
  readonly machine: Machine;
  readonly host: HostActions;
  readonly #vcpus: readonly Vcpu[];
  readonly #guests: readonly Guest[];
  /** Two-dimensional paging: how addresses are translated; null under shadow paging. */
  readonly #tdp: TdpGuestMmu | null;

  /** `kvm` with its slots made and the vCPUs' registers set. @param earlyA see TdpProcessor */
  constructor(kvm: Kvm, stub: StubPage | null, host: HostActions, earlyA: boolean) {
    this.machine = kvm.m;
    this.host = host;
    this.#vcpus = kvm.vcpus;
    this.#tdp = kvm.tdp ? new TdpGuestMmu(new TdpProcessor(kvm, earlyA)) : null;
    const mmu = this.#tdp ?? new ShadowGuestMmu(new Processor(kvm), kvm.log);
    this.#guests = kvm.vcpus.map((vcpu) => new Guest(vcpu, mmu, stub));
    for (const vcpu of kvm.vcpus) start(vcpu);
  }

  access(cpu: number, access: Access): Outcome {
    if (access.kind === 'exec') jumpTo(this.#vcpus[cpu] as Vcpu, access.hi, access.lo);
    return this.#run(cpu, access.user, access.ac, (_, guest) => guest.access(access));
  }

  invlpg(cpu: number, hi: number, lo: number): Outcome {
    if (this.#tdp) return this.#run(cpu, false, false, (vcpu) => invlpg(vcpu, hi, lo));
    return this.#privileged(cpu, { handler: invlpg_interception, reason: 'INVLPG', hi, lo }, (vcpu) => {
      kvm_mmu_invlpg(vcpu, hi, lo);
      return true;
    });
  }

  invpcid(cpu: number, operand: InvpcidOperand): Outcome {
    const { hi, lo } = operand;
    if (this.#tdp) return this.#run(cpu, false, false, (vcpu, guest) => invpcid(vcpu, guest, operand));
    const exit = { handler: invpcid_interception, reason: 'INVPCID', hi, lo };
    return this.#privileged(cpu, exit, (vcpu) => kvm_handle_invpcid(vcpu, operand));
  }

  writeCr3(cpu: number, hi: number, lo: number): Outcome {
    const tdp = this.#tdp;
    if (tdp) return this.#run(cpu, false, false, (vcpu, guest) => writeCr3(vcpu, guest, tdp, hi, lo));
    const exit = { handler: cr_interception, reason: 'MOV to CR3', hi, lo };
    return this.#privileged(cpu, exit, (vcpu) => kvm_set_cr3(vcpu, hi, lo));
  }

  control(cpu: number, change: ControlChange): Outcome {
    if (this.#tdp && !isIntercepted(this.#vcpus[cpu] as Vcpu, change))
      return this.#run(cpu, false, false, (vcpu) => changeOwnBits(vcpu, change));
    return this.#privileged(cpu, controlExit(change), (vcpu) => applyControl(vcpu, change));
  }

  /** One step of the guest; what the processor noted on the way is in the dirty log after it. */
  #run(cpu: number, user: boolean, ac: boolean, body: InstructionBody): Outcome {
    const vcpu = this.#vcpus[cpu] as Vcpu;
    const outcome = (this.#guests[cpu] as Guest).run(user, ac, body);
    if (vcpu.kvm.parameters.pml) vmx_flush_pml_buffer(vcpu);
    return outcome;
  }

  /** An instruction that leaves the guest: the exit's handler does `action`; false from it gives the guest a #GP. */
  #privileged(cpu: number, exit: Intercepted, action: (vcpu: Vcpu) => boolean): Outcome {
    return this.#run(cpu, false, false, (vcpu, guest) => {
      vcpu.log.emit(EVENT.exit, vcpu.log.text(exit.reason), exit.hi, exit.lo);
      if (exit.handler(vcpu, guest.instruction(false, false), action)) return { outcome: OK, emulated: true };
      kvm_inject_gp(vcpu);
      return 'again';
    });
  }
}

/** A privileged instruction that leaves the guest: its operand, where it has one (plain pair). */
interface Intercepted {
  readonly handler: ExitHandler;
  readonly reason: string;
  readonly hi: number;
  readonly lo: number;
}

function controlExit({ cr0, efer }: ControlChange): Intercepted {
  const none = { hi: 0, lo: 0 };
  if (efer) return { handler: msr_interception, reason: 'WRMSR of EFER', ...none };
  return { handler: cr_interception, reason: cr0 ? 'MOV to CR0' : 'MOV to CR4', ...none };
}

/** The registers that the scenario gave are KVM_SET_SREGS'. */
function start(vcpu: Vcpu): void {
  const { m } = vcpu.kvm;
  if (vcpuMode(m.words, vcpu.regs).levels === 3)
    load_pdptrs(vcpu, m.get(vcpu.regs + VCPU.cr3_hi), m.get(vcpu.regs + VCPU.cr3_lo));
  kvm_init_mmu(vcpu);
}

const withBit = (word: number, bit: number, on: boolean | undefined): number =>
  on === undefined ? word : on ? word | bit : word & ~bit;

function applyControl(vcpu: Vcpu, change: ControlChange): boolean {
  const { m } = vcpu.kvm;
  const read = (place: number): number => m.get(vcpu.regs + place);
  if (change.cr0)
    return kvm_set_cr0(vcpu, withBit(withBit(read(VCPU.cr0), CR0.WP, change.cr0.wp), CR0.PG, change.cr0.pg));
  if (change.cr4) {
    const { smep, smap, pge, pcide } = change.cr4;
    const paged = withBit(withBit(read(VCPU.cr4), CR4.PGE, pge), CR4.PCIDE, pcide);
    return kvm_set_cr4(vcpu, withBit(withBit(paged, CR4.SMEP, smep), CR4.SMAP, smap));
  }
  if (change.efer) set_efer(vcpu, withBit(read(VCPU.efer), EFER.NXE, change.efer.nxe));
  return true;
}
