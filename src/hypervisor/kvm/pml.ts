/**
 * Page-modification logging: the processor notes each guest frame whose D flag in EPT it sets, and KVM reads the notes whenever the
 * guest is left (Linux 6.1: vmx/vmx.c vmx_flush_pml_buffer; Intel SDM vol. 3 section 29.3.6).
 */
import type { ModificationLog } from '#arch/walk-request.ts';
import { FRAME } from '#machine/words.ts';
import { kernel } from './calls.ts';
import { kvm_vcpu_mark_page_dirty } from './memslot.ts';
import { ARCH, type Kvm, type Vcpu } from './structs.ts';

const PML_ENTITY_NUM = 512;

/** The buffer of whichever vCPU runs. */
export interface ModificationBuffer extends ModificationLog {
  use(vcpu: Vcpu): void;
}

/** Gives a vCPU its buffer: a page, one word a note here. */
export const createBuffer = ({ kvm: { m }, arch }: Vcpu): void =>
  m.set(arch + ARCH.pml_buffer, m.allocateFrames(1, FRAME.system));

/** The buffer as the processor sees it, which finds that of the vCPU in use. */
export function modificationBuffer({ m }: Kvm): ModificationBuffer {
  let arch = 0;
  return {
    use(vcpu) {
      arch = vcpu.arch;
    },
    full: () => m.get(arch + ARCH.pml_count) === PML_ENTITY_NUM,
    append(gfn) {
      const count = m.get(arch + ARCH.pml_count);
      m.set((m.get(arch + ARCH.pml_buffer) << 10) + count, gfn);
      m.set(arch + ARCH.pml_count, count + 1);
    },
  };
}

/** vmx_flush_pml_buffer: what the processor noted is in the dirty log now. */
export const vmx_flush_pml_buffer = kernel('vmx_flush_pml_buffer', (vcpu: Vcpu): void => {
  const { m } = vcpu.kvm;
  const count = m.get(vcpu.arch + ARCH.pml_count);
  const buffer = m.get(vcpu.arch + ARCH.pml_buffer) << 10;
  for (let i = 0; i < count; i++) kvm_vcpu_mark_page_dirty(vcpu, m.get(buffer + i));
  m.set(vcpu.arch + ARCH.pml_count, 0);
});
