/** Everything that can be done with a key, as one table: keys, menus and the sheet of keys come from it. */
import { create } from 'zustand';
import type { LogReader } from '#machine/log-reader.ts';
import { isComparing, toggleComparison } from '#ui/compare/columns.ts';
import {
  focused,
  focusNextColumn,
  isPageFocused,
  moveFocused,
  showFirstDifference,
} from '#ui/compare/cursor.ts';
import { fork, redo, undo } from '#ui/edit/edits.ts';
import { useInsertLine } from '#ui/edit/insert-line.ts';
import { useExportDialog } from '#ui/export/dialog.ts';
import { pickFile } from '#ui/opening/open.ts';
import { usePalette } from '#ui/palette/open.ts';
import type { Words } from '#ui/words/en.ts';
import { PANES, type PaneId, PRESETS } from './arrangement.ts';
import { isEmbedded } from './embed.ts';
import { goBack, goForward, goTo, select } from './jumps.ts';
import { cursorPlace, type Run } from './moment.ts';
import { addNote, goToNote } from './noting.ts';
import { changePace, stop, togglePlay } from './playback.ts';
import { goToFound } from './search.ts';
import { DETAILS, moved } from './sequence.ts';
import { currentSequence, useSession } from './session.ts';
import { addStop, stopFrom } from './stops.ts';
import { arrange, foldPane, maximisePane, showEvents, showMarks, useStudio } from './store.ts';
import { setTheme, useTheme } from './theme.ts';

export type CommandId = keyof Words['commands'];

/** How the sheet of keys and the palette sort the commands. */
export const GROUPS = [
  'move',
  'find',
  'edit',
  'panes',
  'page',
] as const satisfies readonly (keyof Words['commandGroups'])[];

export interface Command {
  readonly id: CommandId;
  readonly group: (typeof GROUPS)[number];
  /** As KeyboardEvent.key. */
  readonly key: string;
  readonly shift?: true;
  readonly alt?: true;
  /** With Ctrl, or ⌘: while typing in the scenario too. */
  readonly control?: true;
  /** How the sheet writes it. */
  readonly shown: readonly string[];
  /** Whether it arranges panes, of which a phone has none. */
  readonly arranges?: true;
  readonly run: () => void;
}

/** Whether the sheet of keys is open. */
export const useKeySheet = create<{ open: boolean }>(() => ({ open: false }));

/** Id of the box that filters the events. */
export const FILTER_ID = 'event-filter';

function move(
  target: (run: Run, cursor: number) => number,
  set: (index: number) => void = moveFocused,
): void {
  stop();
  const { run, cursor } = focused();
  if (!run || run.reader.length === 0) return;
  const index = target(run, cursor);
  if (index >= 0 && index < run.reader.length) set(index);
}

const jump = (target: (run: Run, cursor: number) => number): void =>
  move(target, (event) => (isPageFocused() ? goTo({ event }) : moveFocused(event)));

const moveBy = (events: number): void => move((run, cursor) => moved(currentSequence(run), cursor, events));

/** To the beginning of a step; beside other runs to its end, where they are too. */
function moveStep(direction: 1 | -1): void {
  move(({ reader }, cursor) => {
    if (isComparing()) return stepEndFrom(reader, cursor, direction);
    const step = reader.stepOf(cursor);
    if (direction === 1) return step + 1 < reader.stepCount ? reader.stepStart(step + 1) : reader.length - 1;
    const start = step < 0 ? 0 : reader.stepStart(step);
    return cursor > start || step <= 0 ? start : reader.stepStart(step - 1);
  });
}

function stepEndFrom(reader: LogReader, cursor: number, direction: 1 | -1): number {
  const step = reader.stepOf(cursor);
  const isAtEnd = cursor === reader.stepEnd(step) - 1;
  const target = direction === 1 ? (isAtEnd ? step + 1 : step) : step - 1;
  return reader.stepEnd(Math.max(0, Math.min(target, reader.stepCount - 1))) - 1;
}

const moveSame = (direction: 1 | -1): void =>
  move(({ reader }, cursor) =>
    reader.find(cursor, direction, (index) => reader.kind(index) === reader.kind(cursor)),
  );

function release(): void {
  if (useStudio.getState().selection) select(null);
  else if (isEmbedded()) return;
  else if (isComparing()) toggleComparison();
  else maximisePane(null);
}

/** The pane that has the focus. */
function focusedPane(): PaneId | null {
  const name = document.activeElement?.closest<HTMLElement>('[data-pane]')?.dataset.pane;
  return PANES.find((pane) => pane === name) ?? null;
}

function toggleMaximised(): void {
  const { maximised } = useStudio.getState().arrangement;
  maximisePane(maximised ? null : (focusedPane() ?? 'walk'));
}

function nextDetail(): void {
  const { detail } = useStudio.getState().arrangement;
  arrange({ detail: DETAILS[(DETAILS.indexOf(detail) + 1) % DETAILS.length] ?? detail });
}

function toggleFolded(): void {
  const pane = focusedPane();
  if (pane) foldPane(pane, !useStudio.getState().arrangement.folded.includes(pane));
}

/** To the nearest stop; to the end, or the beginning, where there is none. Stops are those of the page's own run. */
const runAway = (direction: 1 | -1): void =>
  jump(({ reader }, cursor) => {
    const found = isPageFocused() ? stopFrom(cursor, direction) : -1;
    return found >= 0 ? found : direction === 1 ? reader.length - 1 : 0;
  });

function stopAtKind(): void {
  const { run } = useSession.getState();
  if (run && run.reader.length > 0) addStop(`kind:${run.reader.spec(useStudio.getState().cursor).name}`);
}

/** Puts a note beside the event at the cursor, and the caret into it. */
function noteHere(): void {
  const { run } = useSession.getState();
  if (!run || !addNote()) return;
  showMarks();
  const { step, offset } = cursorPlace(run, useStudio.getState().cursor);
  queueMicrotask(() => document.querySelector<HTMLElement>(`[data-note="${step}:${offset}"]`)?.focus());
}

/** Puts the caret into the box that filters the events, which a small screen may have to bring into view first. */
function searchEvents(): void {
  const focus = (): void => document.getElementById(FILTER_ID)?.focus();
  if (!document.getElementById(FILTER_ID)) showEvents();
  focus();
  // What had to be brought into view is there a moment later.
  queueMicrotask(focus);
}

export const COMMANDS: readonly Command[] = [
  { id: 'next', group: 'move', key: 'ArrowRight', shown: ['→'], run: () => moveBy(1) },
  { id: 'previous', group: 'move', key: 'ArrowLeft', shown: ['←'], run: () => moveBy(-1) },
  {
    id: 'nextStep',
    group: 'move',
    key: 'ArrowRight',
    shift: true,
    shown: ['Shift', '→'],
    run: () => moveStep(1),
  },
  {
    id: 'previousStep',
    group: 'move',
    key: 'ArrowLeft',
    shift: true,
    shown: ['Shift', '←'],
    run: () => moveStep(-1),
  },
  {
    id: 'nextSame',
    group: 'move',
    key: 'ArrowRight',
    alt: true,
    shown: ['Alt', '→'],
    run: () => moveSame(1),
  },
  {
    id: 'previousSame',
    group: 'move',
    key: 'ArrowLeft',
    alt: true,
    shown: ['Alt', '←'],
    run: () => moveSame(-1),
  },
  { id: 'play', group: 'move', key: ' ', shown: ['Space'], run: togglePlay },
  { id: 'slower', group: 'move', key: '<', shown: ['<'], run: () => changePace(-1) },
  { id: 'faster', group: 'move', key: '>', shown: ['>'], run: () => changePace(1) },
  { id: 'first', group: 'move', key: 'Home', shown: ['Home'], run: () => jump(() => 0) },
  {
    id: 'last',
    group: 'move',
    key: 'End',
    shown: ['End'],
    run: () => jump(({ reader }) => reader.length - 1),
  },
  { id: 'back', group: 'move', key: 'Backspace', shown: ['⌫'], run: goBack },
  { id: 'forward', group: 'move', key: 'Backspace', shift: true, shown: ['Shift', '⌫'], run: goForward },
  {
    id: 'search',
    group: 'find',
    key: '/',
    shown: ['/'],
    run: searchEvents,
  },
  { id: 'runOn', group: 'find', key: 'r', shown: ['r'], run: () => runAway(1) },
  { id: 'runBack', group: 'find', key: 'R', shown: ['Shift', 'r'], run: () => runAway(-1) },
  { id: 'stopKind', group: 'find', key: 'B', shown: ['Shift', 'b'], run: stopAtKind },
  { id: 'note', group: 'find', key: 'b', shown: ['b'], run: noteHere },
  { id: 'nextNote', group: 'find', key: '.', shown: ['.'], run: () => goToNote(1) },
  { id: 'previousNote', group: 'find', key: ',', shown: [','], run: () => goToNote(-1) },
  { id: 'nextFound', group: 'find', key: 'n', shown: ['n'], run: () => goToFound(1) },
  { id: 'previousFound', group: 'find', key: 'N', shown: ['Shift', 'n'], run: () => goToFound(-1) },
  { id: 'release', group: 'move', key: 'Escape', shown: ['Esc'], run: release },
  { id: 'undo', group: 'edit', key: 'z', control: true, shown: ['Ctrl', 'z'], run: undo },
  { id: 'redo', group: 'edit', key: 'y', control: true, shown: ['Ctrl', 'y'], run: redo },
  { id: 'insert', group: 'edit', key: 'i', shown: ['i'], run: () => useInsertLine.setState({ open: true }) },
  { id: 'fork', group: 'edit', key: 'v', shown: ['v'], run: fork },
  { id: 'learn', group: 'panes', key: '1', shown: ['1'], arranges: true, run: () => arrange(PRESETS.learn) },
  { id: 'debug', group: 'panes', key: '2', shown: ['2'], arranges: true, run: () => arrange(PRESETS.debug) },
  {
    id: 'present',
    group: 'panes',
    key: '3',
    shown: ['3'],
    arranges: true,
    run: () => arrange(PRESETS.present),
  },
  { id: 'maximise', group: 'panes', key: 'm', shown: ['m'], arranges: true, run: toggleMaximised },
  { id: 'fold', group: 'panes', key: 'f', shown: ['f'], arranges: true, run: toggleFolded },
  { id: 'open', group: 'page', key: 'o', shown: ['o'], run: pickFile },
  {
    id: 'export',
    group: 'page',
    key: 'e',
    shown: ['e'],
    run: () => useExportDialog.setState({ open: true }),
  },
  { id: 'detail', group: 'panes', key: 'd', shown: ['d'], run: nextDetail },
  { id: 'compare', group: 'panes', key: 'c', shown: ['c'], run: toggleComparison },
  { id: 'nextColumn', group: 'panes', key: 'x', shown: ['x'], run: focusNextColumn },
  {
    id: 'firstDifference',
    group: 'panes',
    key: 'V',
    shown: ['Shift', 'v'],
    run: () => isComparing() && showFirstDifference(),
  },
  {
    id: 'theme',
    group: 'page',
    key: 't',
    shown: ['t'],
    run: () => setTheme(useTheme.getState().dark ? 'light' : 'dark'),
  },
  { id: 'palette', group: 'page', key: 'k', shown: ['k'], run: () => usePalette.setState({ open: true }) },
  { id: 'help', group: 'page', key: '?', shown: ['?'], run: () => useKeySheet.setState({ open: true }) },
];

/** Runs a command by name. */
export const runCommand = (id: CommandId): void => COMMANDS.find((command) => command.id === id)?.run();

/** Where typing is meant for the field, not for the page. */
const TYPING =
  'input:not([type="checkbox"]), textarea, select, [contenteditable="true"], [role="dialog"], [role="menu"]';
/** Where an own meaning of Space or of the arrows comes first. */
const OWN_KEYS = 'button, a, input, [role="separator"], [role="slider"]';

/** What can be done in a frame: to move. */
const EMBEDDED: ReadonlySet<CommandId> = new Set<CommandId>([
  'next',
  'previous',
  'nextStep',
  'previousStep',
  'nextSame',
  'previousSame',
  'play',
  'first',
  'last',
  'nextColumn',
  'release',
]);

/** Where the scenario's text is typed: what undoes it is the page's. */
const SCENARIO_TEXT = '.editor-box .cm-content, .editor-box > textarea';

/** The command of Ctrl, or ⌘, with a key: as elsewhere Shift turns undo round, and the palette opens while typing too. */
function controlCommand({ key, shiftKey }: KeyboardEvent, target: Element | null): CommandId | null {
  if (key === 'k') return 'palette';
  if (target?.closest(TYPING) && !target.closest(SCENARIO_TEXT)) return null;
  if (shiftKey && key.toLowerCase() === 'z') return 'redo';
  return COMMANDS.find((command) => command.control && command.key === key)?.id ?? null;
}

function handleControlKey(event: KeyboardEvent, target: Element | null): boolean {
  const command = isEmbedded() || event.altKey ? null : controlCommand(event, target);
  if (!command) return false;
  event.preventDefault();
  if (!event.repeat || isNextFrame()) runCommand(command);
  return true;
}

/** Undo and redo of the browser's own menus, in the scenario's text. */
export function handleInput(event: InputEvent): void {
  const command = ({ historyUndo: 'undo', historyRedo: 'redo' } as const)[event.inputType];
  if (!command || !(event.target instanceof Element && event.target.closest(SCENARIO_TEXT))) return;
  event.preventDefault();
  runCommand(command);
}

let isShown = true;

/** Whether what a held key did last has been on the screen: it does no more before, so that no event is passed unseen. */
function isNextFrame(): boolean {
  if (!isShown) return false;
  isShown = false;
  // The first callback comes before the frame is painted, the second one after.
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      isShown = true;
    }),
  );
  return true;
}

/** Runs the command that a key press means. True if there was one. */
export function handleKey(event: KeyboardEvent): boolean {
  const target = event.target instanceof Element ? event.target : null;
  if (event.defaultPrevented) return false;
  if (event.ctrlKey || event.metaKey) return handleControlKey(event, target);
  // What is typed before the palette, or the line for a statement, has been loaded is meant for it.
  if (usePalette.getState().open || useInsertLine.getState().open) return false;
  if (target?.closest(TYPING)) return false;
  if (event.key === ' ' && target?.closest(OWN_KEYS)) return false;
  if (target?.closest('[role="separator"]')) return false;
  const isLetter = event.key.length === 1 && event.key !== ' ';
  const command = COMMANDS.find(
    (candidate) =>
      candidate.key === event.key &&
      !candidate.control &&
      (isLetter || Boolean(candidate.shift) === event.shiftKey) &&
      Boolean(candidate.alt) === event.altKey,
  );
  if (!command || (isEmbedded() && !EMBEDDED.has(command.id))) return false;
  event.preventDefault();
  if (!event.repeat || isNextFrame()) command.run();
  return true;
}
