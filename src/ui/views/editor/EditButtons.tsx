import { COMMANDS, runCommand } from '#ui/commands.ts';
import { useHistory } from '#ui/edit/history.ts';
import { useWords } from '#ui/words/language.ts';

/** Icons as paths in a box of 16 × 16. */
const ICONS = {
  insert: 'M8 3v10M3 8h10',
  undo: 'M6 3 2.5 6.5 6 10M2.5 6.5h7a3.5 3.5 0 0 1 0 7H7',
  redo: 'M10 3l3.5 3.5L10 10M13.5 6.5h-7a3.5 3.5 0 0 0 0 7H9',
} as const;

function EditButton({ id, isPossible }: { readonly id: keyof typeof ICONS; readonly isPossible: boolean }) {
  const words = useWords();
  const name = words.commands[id];
  const shown = COMMANDS.find((command) => command.id === id)?.shown.join(' ');
  return (
    <button
      type="button"
      aria-label={name}
      title={`${name} (${shown})`}
      disabled={!isPossible}
      onClick={() => runCommand(id)}
    >
      <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
        <path d={ICONS[id]} fill="none" stroke="currentColor" strokeWidth="1.5" />
      </svg>
    </button>
  );
}

/** What can be done to the text but typing. */
export function EditButtons() {
  const hasPast = useHistory(({ past }) => past.length > 0);
  const hasFuture = useHistory(({ future }) => future.length > 0);
  return (
    <>
      <EditButton id="insert" isPossible />
      <EditButton id="undo" isPossible={hasPast} />
      <EditButton id="redo" isPossible={hasFuture} />
    </>
  );
}
