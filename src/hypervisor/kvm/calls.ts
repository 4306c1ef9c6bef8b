/**
 * Functions that bear a kernel function's name: each call of one is in the log, with everything that happens in it.
 *
 * A function is wrapped where it is defined, so that its name stands beside it and no way out of it can be forgotten. Where
 * calls are not recorded, a call costs one test more. A run that is stopped by a limit leaves calls open.
 */
import type { FunctionName } from '#hypervisor/functions.ts';
import type { LogWriter } from '#machine/log.ts';
import { vcpuMode } from '#machine/vcpu.ts';
import type { Vcpu } from './structs.ts';

/** What a wrapped function's first argument must have: the machine, the VM and its vCPUs do. */
export interface Logged {
  readonly log: LogWriter;
}

type After<Prefix extends string, Name = FunctionName> = Name extends `${Prefix}${infer Base}` ? Base : never;

/** Names of a function that the kernel's template makes for 8-byte and for 4-byte entries of the guest. */
type TemplateName = After<'paging64_'> & After<'paging32_'>;

/** Names of operations that each processor vendor has its own function for. */
type VendorName = After<'svm_'> & After<'vmx_'>;

/** Any wrapped function, where its parameters' types do not matter. */
type Body = (first: Logged, ...rest: unknown[]) => unknown;

/** `body`, which must not have default values, with its calls in the log where the run asks for them. */
function recorded<First extends Logged, Rest extends readonly unknown[], Result>(
  nameFor: (first: First) => FunctionName,
  body: (first: First, ...rest: Rest) => Result,
): (first: First, ...rest: Rest) => Result {
  const record = (first: First, ...rest: Rest): Result => {
    const name = nameFor(first);
    first.log.enter(name);
    const result = body(first, ...rest);
    first.log.leave(name);
    return result;
  };
  return choice(body.length, body as unknown as Body, record as unknown as Body) as unknown as typeof record;
}

/** `record` where calls are recorded, else `plain`: with as many parameters as `plain`, so that this choice costs next to nothing. */
function choice(parameters: number, plain: Body, record: Body): Body {
  switch (parameters) {
    case 0:
    case 1:
      return (a) => (a.log.calls ? record(a) : plain(a));
    case 2:
      return (a, b) => (a.log.calls ? record(a, b) : plain(a, b));
    case 3:
      return (a, b, c) => (a.log.calls ? record(a, b, c) : plain(a, b, c));
    case 4:
      return (a, b, c, d) => (a.log.calls ? record(a, b, c, d) : plain(a, b, c, d));
    case 5:
      return (a, b, c, d, e) => (a.log.calls ? record(a, b, c, d, e) : plain(a, b, c, d, e));
    case 6:
      return (a, b, c, d, e, f) => (a.log.calls ? record(a, b, c, d, e, f) : plain(a, b, c, d, e, f));
    case 7:
      return (a, b, c, d, e, f, g) =>
        a.log.calls ? record(a, b, c, d, e, f, g) : plain(a, b, c, d, e, f, g);
    default:
      return (a, ...rest) => (a.log.calls ? record(a, ...rest) : plain(a, ...rest));
  }
}

/** `body` as the kernel's function `name`. */
export const kernel = <First extends Logged, Rest extends readonly unknown[], Result>(
  name: FunctionName,
  body: (first: First, ...rest: Rest) => Result,
): ((first: First, ...rest: Rest) => Result) => recorded(() => name, body);

/** `body` as an instance of the template paging_tmpl.h: paging64_ or paging32_, by the size of the guest's entries. */
export function paging<First extends Vcpu, Rest extends readonly unknown[], Result>(
  name: TemplateName,
  body: (vcpu: First, ...rest: Rest) => Result,
): (vcpu: First, ...rest: Rest) => Result {
  return recorded((vcpu) => {
    const { entryBytes } = vcpuMode(vcpu.kvm.m.words, vcpu.regs);
    return entryBytes === 4 ? `paging32_${name}` : `paging64_${name}`;
  }, body);
}

/** `body` as an operation of the processor's vendor (struct kvm_x86_ops): svm_ or vmx_. */
export const vendor = <First extends Vcpu, Rest extends readonly unknown[], Result>(
  name: VendorName,
  body: (vcpu: First, ...rest: Rest) => Result,
): ((vcpu: First, ...rest: Rest) => Result) =>
  recorded((vcpu) => (vcpu.kvm.amd ? `svm_${name}` : `vmx_${name}`), body);

/** Handlers of VM exits, by their AMD names: what Intel's module calls the same. */
const VMX_HANDLER = {
  pf_interception: 'handle_exception_nmi',
  cr_interception: 'handle_cr',
  invlpg_interception: 'handle_invlpg',
  msr_interception: 'kvm_emulate_wrmsr',
} as const;

/** `body` as the handler of a VM exit, which each vendor's module has under a name of its own. */
export const exitHandler = <First extends Vcpu, Rest extends readonly unknown[], Result>(
  name: keyof typeof VMX_HANDLER,
  body: (vcpu: First, ...rest: Rest) => Result,
): ((vcpu: First, ...rest: Rest) => Result) =>
  recorded((vcpu) => (vcpu.kvm.amd ? name : VMX_HANDLER[name]), body);

/** The kernel's function `name`, which has nothing to do in this model: only that it is called is known. */
export function noted(name: FunctionName): (first: Logged) => void {
  return ({ log }) => {
    if (!log.calls) return;
    log.enter(name);
    log.leave(name);
  };
}
