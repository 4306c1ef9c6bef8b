import { COMMANDS, type CommandId, runCommand } from '#ui/commands.ts';
import { useFocused } from '#ui/compare/cursor.ts';
import { isEmbedded } from '#ui/embed.ts';
import { eventNumber } from '#ui/moment.ts';
import { PACES, type Pace, setPace, usePlayback } from '#ui/playback.ts';
import { useStops } from '#ui/stops.ts';
import { useWords } from '#ui/words/language.ts';

/** Icons as paths in a box of 16 × 16. */
const ICONS: Partial<Record<CommandId, string>> = {
  first: 'M4 3v10M13 3 6 8l7 5Z',
  previousStep: 'M8 3 2 8l6 5ZM14 3 8 8l6 5Z',
  previous: 'M11 3 5 8l6 5Z',
  next: 'M5 3l6 5-6 5Z',
  nextStep: 'M8 3l6 5-6 5ZM2 3l6 5-6 5Z',
  last: 'M12 3v10M3 3l7 5-7 5Z',
  runBack: 'M14 8H8M11 5 8 8l3 3M4.5 5.2a2.8 2.8 0 1 0 .01 0Z',
  runOn: 'M2 8h6M5 5l3 3-3 3M11.5 5.2a2.8 2.8 0 1 0 .01 0Z',
};
const PLAY = 'M4 2l10 6-10 6Z';
const STOP = 'M4 3h3v10H4ZM9 3h3v10H9Z';

/** The drawing for a command. */
export function CommandIcon({ id, size }: { readonly id: CommandId; readonly size: number }) {
  const playing = usePlayback((state) => state.playing);
  const path = id === 'play' ? (playing ? STOP : PLAY) : (ICONS[id] ?? '');
  return (
    <svg viewBox="0 0 16 16" width={size} height={size} aria-hidden="true">
      <path d={path} fill="currentColor" stroke="currentColor" strokeWidth="1.5" strokeLinejoin="round" />
    </svg>
  );
}

function IconButton({ id }: { readonly id: CommandId }) {
  const words = useWords();
  const command = COMMANDS.find((candidate) => candidate.id === id);
  const name = words.commands[id];
  return (
    <button
      type="button"
      className={`icon${id === 'next' ? ' main' : ''}`}
      aria-label={name}
      title={`${name} (${command?.shown.join(' ')})`}
      onClick={() => runCommand(id)}
    >
      <CommandIcon id={id} size={14} />
    </button>
  );
}

/** How fast playing goes. */
export function PaceChoice() {
  const { timeline } = useWords();
  const pace = usePlayback((state) => state.pace);
  return (
    <select
      className="pace"
      aria-label={timeline.pace}
      title={timeline.paceHelp}
      value={pace}
      onChange={({ target }) => setPace(Number(target.value) as Pace)}
    >
      {PACES.map((each) => (
        <option key={each} value={each}>
          {timeline.perSecond(each)}
        </option>
      ))}
    </select>
  );
}

/** Where the cursor is: event and step, in words. */
export function Position() {
  const words = useWords();
  const { run, cursor } = useFocused();
  // Before the first run there is room for it already.
  if (!run || run.reader.length === 0) return <span className="position empty">&nbsp;</span>;
  const step = run.reader.stepOf(cursor);
  return (
    <span
      className="position"
      data-event={eventNumber(run, cursor)}
      data-step={step + 1}
      data-kind={run.reader.spec(cursor).name}
    >
      <b>{words.timeline.event(eventNumber(run, cursor))}</b> {words.timeline.ofEvents(run.story.length)}
      <span>{words.timeline.step(step + 1, run.reader.stepCount)}</span>
    </span>
  );
}

const BUTTONS: readonly CommandId[] = [
  'first',
  'previousStep',
  'previous',
  'play',
  'next',
  'nextStep',
  'last',
];

/** Whether there is anything to run on to, or back. */
export const useHasStops = (): boolean => useStops((state) => state.stops.some(({ isOn }) => isOn));

/** The buttons that move the cursor. */
export function Transport() {
  const hasStops = useHasStops();
  return (
    <div className="transport">
      {BUTTONS.map((id) => (
        <IconButton key={id} id={id} />
      ))}
      {hasStops && (
        <>
          <IconButton id="runBack" />
          <IconButton id="runOn" />
        </>
      )}
      {!isEmbedded() && <PaceChoice />}
    </div>
  );
}
