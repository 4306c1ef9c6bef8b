/** Changing the scenario from the picture: bits, entries, statements. */

const after = (step: number): string => (step === 0 ? 'before the first step' : `after step ${step}`);

export const edits = {
  /** The name of a bit, and of what flips it: `Set writable to 0: write …`. */
  flip: (name: string, value: number, statements: readonly string[]) =>
    `Set ${name} to ${value}: ${statements.join(' · ')}`,
  /** What a change inserts. */
  preview: (setup: readonly string[], steps: readonly string[]) =>
    [...steps, ...setup.map((each) => `before the first step: ${each}`)].join(' · '),
  hint: 'Press a bit: a statement that flips it is inserted after this step.',
  refusals: {
    hypervisor: 'KVM owns this entry: it changes with what the guest and the host do.',
    unreachable: 'No linear address leads the guest to this table: it cannot write the entry.',
    dead: 'The machine has shut down: nothing runs after this step.',
    stale: 'Bits can be flipped once the text has no errors and was run.',
  },
  host: 'The host can',
  change: 'Change the entry…',
  form: {
    label: 'New value of the entry',
    hint: 'A number, or address and bits as in the scenario: 0x10000|p|w',
    is: (value: string) => `is ${value}`,
    same: 'The entry is that already.',
    submit: 'Insert',
    cancel: 'Cancel',
  },
  undo: 'Undo',
  redo: 'Redo',
  /** What was inserted: before the first step, and after a step (from 1; 0: before all). */
  isIn: (setup: readonly string[], steps: readonly string[], step: number) =>
    [
      ...(steps.length > 0 ? [`Inserted ${after(step)}: ${steps.join(' · ')}`] : []),
      ...(setup.length > 0
        ? [`${steps.length > 0 ? 'and' : 'Inserted'} before the first step: ${setup.join(' · ')}`]
        : []),
    ].join(', '),
  insert: {
    title: 'Insert a statement',
    button: 'Insert…',
    label: 'Statement',
    after: (step: number, statement: string) => `after step ${step}: ${statement}`,
    first: 'as the first step',
    setup: 'before the first step, with what prepares the machine',
    stale: 'The text has errors; mend them first.',
    hint: 'Enter inserts it and runs the scenario anew.',
    submit: 'Insert',
    cancel: 'Cancel',
  },
};
