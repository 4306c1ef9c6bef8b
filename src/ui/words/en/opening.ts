/** Opening files, pasted texts and what was opened before. */

export const opening = {
  file: 'Open a file…',
  help: 'or drop one here, or paste a scenario or a link',
  recents: 'Opened last',
  drop: 'Drop the scenario to open it',
  pasted: 'What was pasted',
  refused: (name: string, problem: string) =>
    `${name} was not opened: ${problem} What was open is still here.`,
  problems: {
    foreign: 'it is no scenario, for its first statement is not “scenario 1”.',
    large: 'it has more than 1 MiB, which no scenario needs.',
    binary: 'it is not a text in UTF-8.',
    unreadable: 'the browser could not read it.',
  },
  errors: 'The scenario has errors; they are marked in the editor.',
  notKept: 'The browser does not let the page keep drafts. Copy the link to keep what you type.',
};
