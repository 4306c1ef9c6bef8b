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

/** Any function of the kernel's, where its parameters' types do not matter. */
type Body = (first: Logged, ...rest: unknown[]) => unknown;

/** `body`, which must not have default values, with its calls in the log where the run asks for them. */
function recorded<First extends Logged, Rest extends readonly unknown[], Result>(
  nameFor: (first: First) => FunctionName,
  body: (first: First, ...rest: Rest) => Result,
): (first: First, ...rest: Rest) => Result {
  const enter = entrance(nameFor) as (first: Logged) => void;
  return wrapped(body.length, body as unknown as Body, enter) as unknown as typeof body;
}

/** Writes that a function is entered. The log's number of its name is kept from one call to the next. */
function entrance<First extends Logged>(nameFor: (first: First) => FunctionName): (first: First) => void {
  let log: LogWriter | null = null;
  let name = '';
  let number = 0;
  return (first) => {
    const now = nameFor(first);
    if (first.log !== log || now !== name) {
      log = first.log;
      name = now;
      number = log.text(name);
    }
    log.enter(number);
  };
}

function leave<Result>({ log }: Logged, result: Result): Result {
  log.leave();
  return result;
}

/** A wrapper with as many parameters as `body`, so that the test costs next to nothing and no list of arguments is made. */
function wrapped(parameters: number, body: Body, enter: (first: Logged) => void): Body {
  switch (parameters) {
    case 0:
    case 1:
      return (a) => {
        if (!a.log.calls) return body(a);
        enter(a);
        return leave(a, body(a));
      };
    case 2:
      return (a, b) => {
        if (!a.log.calls) return body(a, b);
        enter(a);
        return leave(a, body(a, b));
      };
    case 3:
      return (a, b, c) => {
        if (!a.log.calls) return body(a, b, c);
        enter(a);
        return leave(a, body(a, b, c));
      };
    case 4:
      return (a, b, c, d) => {
        if (!a.log.calls) return body(a, b, c, d);
        enter(a);
        return leave(a, body(a, b, c, d));
      };
    case 5:
      return (a, b, c, d, e) => {
        if (!a.log.calls) return body(a, b, c, d, e);
        enter(a);
        return leave(a, body(a, b, c, d, e));
      };
    default:
      return (a, ...rest) => {
        if (!a.log.calls) return body(a, ...rest);
        enter(a);
        return leave(a, body(a, ...rest));
      };
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
  const names = { 4: `paging32_${name}`, 8: `paging64_${name}` } as const;
  return recorded((vcpu) => names[vcpuMode(vcpu.kvm.m.words, vcpu.regs).entryBytes], body);
}

/** `body` as an operation of the processor's vendor (struct kvm_x86_ops): svm_ or vmx_. */
export function vendor<First extends Vcpu, Rest extends readonly unknown[], Result>(
  name: VendorName,
  body: (vcpu: First, ...rest: Rest) => Result,
): (vcpu: First, ...rest: Rest) => Result {
  const [svm, vmx] = [`svm_${name}`, `vmx_${name}`] as const;
  return recorded((vcpu) => (vcpu.kvm.amd ? svm : vmx), body);
}

/** Handlers of VM exits, by their AMD names: what Intel's module calls the same. */
const VMX_HANDLER = {
  pf_interception: 'handle_exception_nmi',
  cr_interception: 'handle_cr',
  invlpg_interception: 'handle_invlpg',
  invpcid_interception: 'handle_invpcid',
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
  const enter = entrance(() => name);
  return (first) => {
    if (!first.log.calls) return;
    enter(first);
    first.log.leave();
  };
}
