/** Runs beside each other. */
import type { Figures, Verdict } from '#ui/compare/trade-off.ts';
import { say, type Text } from '#ui/words/text.ts';

const times = (count: number): string => (count === 0 ? 'never' : count === 1 ? 'once' : `${count} times`);

/** With one decimal where it is no whole number. */
const average = (value: number): string => value.toFixed(1).replace(/\.0$/, '');

const perMiss = ({ perMiss: value }: Figures): string =>
  value === 0 ? 'no walk came to its end' : `a TLB miss costs ${average(value)} references`;

const VERDICTS: Readonly<Record<Verdict, (first: string, second: string) => string>> = {
  trade: (first, second) => `${first} pays with exits, ${second} with memory references.`,
  'trade-back': (first, second) => `${second} pays with exits, ${first} with memory references.`,
  first: (first) => `${first} needs less of both.`,
  second: (_, second) => `${second} needs less of both.`,
  'first-exits': (first) => `${first} needs fewer exits for as many references.`,
  'second-exits': (_, second) => `${second} needs fewer exits for as many references.`,
  'first-references': (first) => `${first} needs fewer references for as many exits.`,
  'second-references': (_, second) => `${second} needs fewer references for as many exits.`,
  same: () => 'Here they cost the same.',
};

export const compare = {
  title: 'Compare',
  open: 'Compare',
  openHelp: 'The same statements on other machines, side by side',
  close: 'Close the comparison',
  add: 'Add a machine',
  remove: (name: string) => `Remove ${name}`,
  use: (name: string) => `Go on with ${name} alone`,
  summary: (steps: number, runs: number) =>
    `${steps === 1 ? '1 step' : `${steps} steps`} on ${runs === 1 ? 'one machine' : `${runs} machines`}`,
  machine: 'Machine',
  processor: 'Processor',
  switches: 'Switches',
  switched: (count: number) => `Switches: ${count}`,
  columns: 'Machines',
  focus: (name: string) => `Step through the events of ${name}`,
  /** Of a text that was kept, and of the one that came of it. */
  kept: (machine: string) => `${machine}, before the edits`,
  edited: (machine: string) => `${machine}, as it is now`,
  isEdited: 'edited',
  keep: 'Compare with before',
  keepHelp: 'The text as it was opened and as it is now, side by side',
  refused: 'This machine cannot run the scenario:',
  leftOut: 'Left out, for this machine cannot do it:',
  line: (line: number) => `line ${line}`,
  bars: 'Costs by step',
  measure: 'What the bars show',
  otherOutcome: (outcomes: string) => `Different outcomes: ${outcomes}`,
  firstOutcome: (step: number) => `The outcomes part at step ${step}`,
  sameOutcomes: 'Every step comes to the same on each of them.',
  firstEvent: (event: number) => `The logs part at event ${event}`,
  sameEvents: 'The logs tell the same.',
  partHere: 'the logs part here',
  noDifference: 'There is no difference to go to: the runs tell the same.',
  both: 'Keep both and compare',
  costs: 'Costs beside each other',
  span: 'What is counted',
  spans: { step: 'this step', soFar: 'so far', run: 'whole run' },
  figures: (references: number, exits: number, tables: number) =>
    `${references === 1 ? '1 ref' : `${references} refs`} · ${exits === 1 ? '1 exit' : `${exits} exits`} · ${tables === 1 ? '1 table' : `${tables} tables`}`,
  /** What each costs, and who pays with what. */
  tradeOff: (first: Figures, second: Figures, steps: number, verdict: Verdict): Text =>
    say`In ${steps === 1 ? '1 step' : `${steps} steps`} ${first.name} leaves the guest ${times(first.exits)}, and ${perMiss(first)}; ${second.name} ${times(second.exits)}, and ${perMiss(second)}. ${VERDICTS[verdict](first.name, second.name)}`,
};
