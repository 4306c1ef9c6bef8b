/** Changing the scenario from the picture: bits, entries, statements. */

const behind = (step: number): string => (step === 0 ? 'before the first step' : `behind step ${step}`);

export const edits = {
  undo: 'Undo',
  redo: 'Redo',
  /** What was put in: before the first step, and behind a step (from 1; 0: before all). */
  isIn: (setup: readonly string[], steps: readonly string[], step: number) =>
    [
      ...(steps.length > 0 ? [`Put in ${behind(step)}: ${steps.join(' · ')}`] : []),
      ...(setup.length > 0
        ? [`${steps.length > 0 ? 'and b' : 'B'}efore the first step: ${setup.join(' · ')}`]
        : []),
    ].join(', '),
  insert: {
    title: 'Insert a statement',
    button: 'Insert…',
    label: 'Statement',
    behind: (step: number, statement: string) => `behind step ${step}: ${statement}`,
    first: 'as the first step',
    setup: 'before the first step, with what prepares the machine',
    stale: 'The text has errors; mend them first.',
    hint: 'Enter inserts it and runs the scenario anew.',
    submit: 'Insert',
    cancel: 'Cancel',
  },
};
