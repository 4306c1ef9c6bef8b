/** What leaves a guest under shadow paging when an address cannot be translated: each #PF, the guest's own too. */

import { RET_PF } from '#hypervisor/kvm/mmu/fault.ts';
import { EVENT } from '#machine/events.ts';
import type { LogWriter } from '#machine/log.ts';
import type { Processor } from './hardware.ts';
import type { Vcpu } from './structs.ts';
import { pf_interception } from './svm.ts';
import type { GuestMmu, Left, Translation } from './translation.ts';
import { kvm_inject_emulated_page_fault } from './x86.ts';

/** A guest whose addresses the processor translates by KVM's shadow tables. */
export class ShadowGuestMmu implements GuestMmu {
  readonly #processor: Processor;
  /** Index of the exit's name in the log's strings. */
  readonly #reason: number;

  constructor(processor: Processor, log: LogWriter) {
    this.#processor = processor;
    this.#reason = log.text('#PF');
  }

  translate(vcpu: Vcpu, { hi, lo, access, ac, delivering, emulate }: Translation): number | Left {
    const result = this.#processor.walk(vcpu, hi, lo, access, ac);
    if (result.kind === 'ok') return result.frame;
    const { error } = result;
    vcpu.log.emit(EVENT.exit, this.#reason, hi, lo, 0, error);
    const handlers = { ac, emulate, inject: kvm_inject_emulated_page_fault };
    const ret = pf_interception(vcpu, hi, lo, error, delivering, handlers);
    return ret === RET_PF.EFAULT ? 'efault' : 'again';
  }
}
