import { COMMANDS, type CommandId } from '#ui/commands.ts';
import { EventFilter, EventList } from '#ui/views/timeline/EventList.tsx';
import { TimelineView } from '#ui/views/timeline/TimelineView.tsx';
import { Position, Transport } from '#ui/views/timeline/Transport.tsx';
import { words } from '#ui/words/en.ts';

const HINTS: readonly (readonly [CommandId, string])[] = [
  ['next', 'event'],
  ['nextStep', 'step'],
  ['nextSame', 'same kind'],
  ['play', 'play'],
];

function KeyHints() {
  return (
    <p className="key-hints">
      {HINTS.map(([id, label]) => (
        <span key={id}>
          {COMMANDS.find((command) => command.id === id)?.shown.map((key) => (
            <kbd key={key}>{key}</kbd>
          ))}{' '}
          {label}
        </span>
      ))}
    </p>
  );
}

/** Moving through the run: buttons, timeline, list. */
export function EventsPane() {
  return (
    <section className="events-pane" aria-label={words.panes.events}>
      <div className="transport-bar">
        <Transport />
        <Position />
        <KeyHints />
        <EventFilter />
      </div>
      <TimelineView />
      <EventList />
    </section>
  );
}
