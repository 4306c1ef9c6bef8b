/**
 * Running a scenario: from its meaning to a log. A `Run` does one step at a time, so that whoever drives it can stop between
 * steps.
 */
import { hiOfBig, loOfBig } from '#arch/word64.ts';
import type { Access, ControlChange, Hypervisor, Outcome } from '#hypervisor/hypervisor.ts';
import { prepareMachine, slotFlags } from '#hypervisor/machines.ts';
import { EVENT, OUTCOME } from '#machine/events.ts';
import { HOST, LimitExceeded, type LogData } from '#machine/log.ts';
import { DEFAULT_LIMITS, type Machine, type MachineLimits, wordsInUse } from '#machine/words.ts';
import { type Exceeded, problem, type Told, told } from './messages.ts';
import type { Problem, Scenario, Step } from './scenario.ts';
import { type GuestLayout, SetupProblem, setUpGuest, tableEntries } from './setup.ts';

/** A non-zero entry of a table that the scenario's spaces handed out: address, and value as a plain pair. */
export interface TableEntry {
  readonly gpa: number;
  readonly hi: number;
  readonly lo: number;
}

/** A run as far as it came. */
export interface RunResult {
  readonly log: LogData;
  /** The guest's tables as they are now; null without any space. */
  readonly tables: readonly TableEntry[] | null;
  /** What was exceeded, where the run was stopped for it. */
  readonly notice: Told | null;
}

export type Started = { readonly run: Run } | { readonly problems: readonly Problem[] };

/** Makes the machine of a scenario. Gives problems where its memory cannot be set up as written. */
export function startRun(scenario: Scenario, limits: MachineLimits = DEFAULT_LIMITS): Started {
  try {
    return { run: new Run(scenario, limits) };
  } catch (error) {
    const span = scenario.setup[0]?.span ?? scenario.steps[0]?.span ?? { line: 1, column: 1, length: 1 };
    if (error instanceof SetupProblem) return { problems: [error.problem] };
    return { problems: [problem(span, 'cannot-start', reasonOf(error))] };
  }
}

/** Why a run cannot go on, where it met a limit: its own, or the script engine's. Any other error is thrown again. */
function reasonOf(error: unknown): Exceeded | string {
  if (error instanceof LimitExceeded) {
    const { what, limit, needed } = error;
    return { what, limit, needed };
  }
  if (error instanceof RangeError) return error.message;
  throw error;
}

/** Runs a scenario to its end. */
export function runScenario(
  scenario: Scenario,
  limits: MachineLimits = DEFAULT_LIMITS,
): RunResult | { readonly problems: readonly Problem[] } {
  const started = startRun(scenario, limits);
  if ('problems' in started) return started;
  while (started.run.step()) {
    // Each call does one step.
  }
  return started.run.finish();
}

/** One run of a scenario, a step at a time. */
export class Run {
  readonly #steps: readonly Step[];
  /** Index of each step's statement in the log's strings. */
  readonly #texts: Int32Array;
  readonly #machine: Machine;
  readonly #hypervisor: Hypervisor;
  readonly #layout: GuestLayout;
  readonly #base: Int32Array;
  readonly #mostSteps: number;
  #next = 0;
  #dead = false;
  #notice: Told | null = null;

  /** Throws SetupProblem, LimitExceeded, RangeError. */
  constructor(scenario: Scenario, limits: MachineLimits) {
    this.#mostSteps = limits.steps;
    const { guest, machine: spec, stub } = scenario;
    const prepared = prepareMachine({
      kind: spec.kind === 'bare' ? 'bare' : 'kvm',
      mmu: spec.mmu === 'tdp' || spec.mmu === 'tdp-legacy' ? spec.mmu : 'shadow',
      amd: spec.vendor === 'amd',
      vcpus: spec.vcpus,
      maxphyaddr: spec.maxphyaddr,
      tlb: spec.tlb,
      earlyA: spec.earlyA,
      asids: spec.asids,
      flushByAsid: spec.flushByAsid,
      parameters: spec.parameters,
      slots: scenario.slots.map((slot) => ({
        id: slot.id,
        baseGfn: slot.gpa / 4096,
        npages: slot.size / 4096,
        flags: slotFlags(slot),
      })),
      registers: { ...guest, cr3: [hiOfBig(guest.cr3), loOfBig(guest.cr3)] },
      stub: stub && {
        hi: hiOfBig(stub.gva),
        lo: loOfBig(stub.gva),
        userHi: hiOfBig(stub.ugva ?? stub.gva),
        userLo: loOfBig(stub.ugva ?? stub.gva),
      },
      limits,
    });
    this.#machine = prepared.machine;
    this.#layout = setUpGuest(this.#machine, scenario);
    this.#hypervisor = prepared.start();
    this.#steps = scenario.steps;
    this.#texts = Int32Array.from(scenario.steps, (step) => this.#machine.log.text(step.text));
    this.#base = this.#machine.copy();
    this.#machine.log.begin();
  }

  /** Runs the next step. False if there is none left, or the run was stopped by a limit. */
  step(): boolean {
    const step = this.#steps[this.#next];
    if (!step || this.#notice !== null) return false;
    const { log } = this.#machine;
    log.cpu = step.cpu < 0 ? HOST : step.cpu;
    try {
      if (this.#next === this.#mostSteps)
        throw new LimitExceeded('steps', this.#mostSteps, this.#steps.length);
      log.emit(EVENT.step, this.#next + 1, this.#texts[this.#next]);
      log.beginStep();
      if (this.#dead) log.emit(EVENT.outcome, OUTCOME.notRun);
      else this.#emitOutcome(perform(this.#hypervisor, step));
    } catch (error) {
      this.#notice = told('stopped', this.#next + 1, this.#steps.length, reasonOf(error));
      return false;
    }
    this.#next++;
    return true;
  }

  /** The machine's words as they are now. Never write to them. */
  get words(): Int32Array {
    return this.#machine.words;
  }

  /** How many of the steps are done, and of how many. */
  get progress(): { readonly done: number; readonly total: number } {
    return { done: this.#next, total: this.#steps.length };
  }

  finish(): RunResult {
    return {
      log: this.#machine.log.finish(this.#base, wordsInUse(this.words).length),
      tables: this.#layout.tableFrames.length > 0 ? tableEntries(this.#machine, this.#layout) : null,
      notice: this.#notice,
    };
  }

  #emitOutcome(outcome: Outcome): void {
    const { log } = this.#machine;
    switch (outcome.kind) {
      case 'ok':
        log.emit(EVENT.outcome, OUTCOME.ok);
        break;
      case 'value':
        log.emit(EVENT.outcome, OUTCOME.value, outcome.hi, outcome.lo);
        break;
      case 'exception': {
        const [hi, lo] = outcome.cr2 ?? [0, 0];
        log.emit(EVENT.outcome, OUTCOME.exception, hi, lo, outcome.vector, outcome.error ?? -1);
        break;
      }
      case 'dirty':
        this.#emitText(OUTCOME.dirty, ranges(outcome.gfns));
        break;
      case 'young':
        log.emit(EVENT.outcome, OUTCOME.young, 0, outcome.young ? 1 : 0);
        break;
      case 'run-error':
        this.#emitText(OUTCOME.runError, outcome.name);
        break;
      case 'internal':
        log.emit(EVENT.outcome, OUTCOME.internal, 0, outcome.suberror, 0, 0, log.text(outcome.state));
        break;
      case 'error':
        this.#emitText(OUTCOME.error, outcome.name);
        break;
      case 'shutdown':
        this.#dead = true;
        log.emit(EVENT.outcome, OUTCOME.shutdown);
        break;
    }
  }

  #emitText(what: number, text: string): void {
    const { log } = this.#machine;
    log.emit(EVENT.outcome, what, 0, 0, 0, 0, log.text(text));
  }
}

/** Frame numbers as hexadecimal ranges: `0x10-0x11,0x20`; `none` for none. */
function ranges(gfns: readonly number[]): string {
  const parts: string[] = [];
  for (let i = 0; i < gfns.length; ) {
    let j = i;
    while (gfns[j + 1] === (gfns[j] as number) + 1) j++;
    const first = `0x${(gfns[i] as number).toString(16)}`;
    parts.push(i === j ? first : `${first}-0x${(gfns[j] as number).toString(16)}`);
    i = j + 1;
  }
  return parts.length === 0 ? 'none' : parts.join(',');
}

function accessOf(step: Extract<Step, { kind: 'read' | 'write' | 'exec' }>): Access {
  const value = step.kind === 'write' ? step.value : 0n;
  return {
    kind: step.kind,
    hi: hiOfBig(step.gva),
    lo: loOfBig(step.gva),
    width: step.kind === 'exec' ? 1 : step.width,
    user: step.user,
    ac: step.kind === 'exec' ? false : step.ac,
    valueHi: hiOfBig(value),
    valueLo: loOfBig(value),
  };
}

function perform(hypervisor: Hypervisor, step: Step): Outcome {
  const { host } = hypervisor;
  switch (step.kind) {
    case 'read':
    case 'write':
    case 'exec':
      return hypervisor.access(step.cpu, accessOf(step));
    case 'invlpg':
      return hypervisor.invlpg(step.cpu, hiOfBig(step.gva), loOfBig(step.gva));
    case 'invpcid':
      return hypervisor.invpcid(step.cpu, { ...step, hi: hiOfBig(step.gva), lo: loOfBig(step.gva) });
    case 'cr3':
      return hypervisor.writeCr3(step.cpu, hiOfBig(step.value), loOfBig(step.value));
    case 'cr0':
    case 'cr4':
    case 'efer':
      return hypervisor.control(step.cpu, { [step.kind]: step } as ControlChange);
    case 'dirty-log':
      return host.dirtyLog(step.slot, step.on);
    case 'get-dirty':
      return host.getDirty(step.slot);
    case 'drop':
      return host.drop(step.gpa, step.size);
    case 'protect':
      return host.protect(step.gpa, step.size, step.writable);
    case 'slot':
      return host.setSlot(step);
    case 'slot-delete':
      return host.deleteSlot(step.id);
    case 'mmu-pages':
      return host.mmuPages(step.count);
    case 'nx-recover':
      return host.recoverNx();
    case 'age':
      return host.age(step.gpa, step.size, step.how);
  }
}
