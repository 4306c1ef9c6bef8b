/** What each processor vendor's module does its own way for the MMU (Linux 6.1: struct kvm_x86_ops; svm/svm.c, vmx/vmx.c). */
import { VCPU } from '#machine/vcpu.ts';
import { vendor } from './calls.ts';
import { ARCH, type Vcpu } from './structs.ts';

/** get_rflags: the guest's flags, read for RFLAGS.AC where SMAP may matter. The access brings its AC along here. */
export const get_rflags = vendor('get_rflags', (_: Vcpu): void => {});

/** get_cpl: the privilege that the guest runs with. The access brings it along here. */
export const get_cpl = vendor('get_cpl', (_: Vcpu): void => {});

/** load_mmu_pgd: the present root becomes what the hardware's walk begins with. */
export const load_mmu_pgd = vendor('load_mmu_pgd', ({ kvm, regs, arch }: Vcpu): void =>
  kvm.m.set(regs + VCPU.hardware_root, kvm.m.get(arch + ARCH.root_hpa)),
);
