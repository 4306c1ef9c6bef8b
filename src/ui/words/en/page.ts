/** The page around the views: top bar, panes, status, messages, keys. */

export const product = 'Penumbra';

export const bar = {
  open: 'Open',
  examples: 'Scenarios',
  drafts: 'Your drafts',
  copy: 'Copy link',
  copied: 'Link copied',
  meter: (length: number) => `${length} / characters of 2000 that chat programs allow`,
  theme: 'Theme',
  themes: { system: 'System', light: 'Light', dark: 'Dark' },
  language: 'Language',
  keys: 'Keys',
  untitled: 'untitled',
  bare: 'bare',
  paging: (mode: 'off' | '32' | 'pae' | '4' | '5') => `paging ${mode}`,
};

export const panes = {
  scenario: 'Scenario',
  walk: 'Walk',
  tables: 'Tables',
  inspector: 'Inspector',
  memory: 'Memory',
  calls: 'Calls',
  marks: 'Marks',
  cost: 'Cost',
  events: 'Events',
  timeline: 'Timeline',
  resize: (pane: string) => `Resize: ${pane}`,
};

export const status = {
  running: 'running…',
  steps: (count: number) => (count === 1 ? '1 step' : `${count} steps`),
  clean: 'no errors',
  problems: (count: number) => (count === 1 ? '1 error' : `${count} errors`),
  stale: 'The views show the last run without errors.',
};

export const editor = {
  label: 'Scenario text',
  loading: 'The editor is loading; typing works already.',
  /** Texts of the editor itself, by the English ones that it asks with. */
  phrases: {
    Completions: 'Completions',
    'Control character': 'Control character',
    Diagnostics: 'Diagnostics',
    'No diagnostics': 'No diagnostics',
    'Go to line': 'Go to line',
    go: 'go',
    'Selection deleted': 'Selection deleted',
    Find: 'Find',
    Replace: 'Replace',
    next: 'next',
    previous: 'previous',
    all: 'all',
    'match case': 'match case',
    'by word': 'by word',
    regexp: 'regexp',
    replace: 'replace',
    'replace all': 'replace all',
    close: 'close',
    'current match': 'current match',
    'on line': 'on line',
    'replaced $ matches': 'replaced $ matches',
    'replaced match on line $': 'replaced match on line $',
  },
};

export const sentence = { title: 'What just happened, and why', empty: 'Nothing has happened yet.' };

export const messages = {
  dismiss: 'Dismiss',
  linkProblem: (problem: string, isKept: boolean) =>
    `This link could not be opened. ${problem}${isKept ? ' What was open is still here.' : ''}`,
  differs: 'This moment differs from what the sender saw: the engine has changed since the link was made.',
  moved: 'The link names a moment that this run does not reach; the nearest one is shown.',
  stopped: (reason: string) => `The run was stopped: ${reason}`,
  crash: (reason: string) => `The engine stopped unexpectedly: ${reason}`,
  problems: 'The scenario in this link has errors; they are marked in the editor.',
  noLanguage: 'The texts of this language could not be loaded.',
};

export const keys = {
  title: 'Keys',
  close: 'Close',
  hints: { next: 'event', nextStep: 'step', nextSame: 'same kind', play: 'play' },
};

export const commandGroups = {
  move: 'Moving',
  find: 'Finding and marking',
  edit: 'Changing the scenario',
  panes: 'Panes',
  page: 'The page',
};

export const palette = {
  title: 'Commands, scenarios and places',
  hint: 'A command, a scenario, or t3[010], 0x10000, 42',
  empty: 'Nothing is called that.',
  places: 'Places',
  goTo: (name: string) => `Go to ${name}`,
};

export const commands = {
  next: 'Next event',
  previous: 'Previous event',
  nextStep: 'Next step',
  previousStep: 'Previous step',
  nextSame: 'Next event of the same kind',
  previousSame: 'Previous event of the same kind',
  play: 'Play or stop',
  slower: 'Play slower',
  faster: 'Play faster',
  first: 'First event',
  last: 'Last event',
  back: 'Back to where you were',
  forward: 'Forward again',
  search: 'Search the events',
  runOn: 'Run to the next stop',
  runBack: 'Run back to the last stop',
  stopKind: 'Stop at events of this kind',
  note: 'Note something at this event',
  nextNote: 'Next note',
  previousNote: 'Previous note',
  nextFound: 'Next event found',
  previousFound: 'Previous event found',
  palette: 'All commands',
  help: 'Show the keys',
  release: 'Clear the selection, or end a maximised pane',
  undo: 'Undo the last edit',
  redo: 'Do it again',
  insert: 'Insert a statement after this step',
  fork: 'Keep both, before and after the last edit, and compare',
  learn: 'Panes for learning',
  debug: 'All panes',
  present: 'Present: large type, the walk alone',
  maximise: 'Maximise the pane, or restore it',
  fold: 'Fold the pane, or open it',
  open: 'Open a file',
  export: 'Export: pictures, log, text for a mail',
  detail: 'Next level of detail',
  compare: 'Compare machines, or show one alone',
  nextColumn: 'To the next machine of a comparison',
  firstDifference: 'To where the runs of a comparison part',
  theme: 'Light or dark',
};
