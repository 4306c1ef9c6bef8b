import { COMMANDS } from '#ui/commands.ts';
import { EventFilter, EventList } from '#ui/views/timeline/EventList.tsx';
import { TimelineView } from '#ui/views/timeline/TimelineView.tsx';
import { Position, Transport } from '#ui/views/timeline/Transport.tsx';
import { useWords } from '#ui/words/language.ts';

const HINTS = ['next', 'nextStep', 'nextSame', 'play'] as const;

function KeyHints() {
  const words = useWords();
  return (
    <p className="key-hints">
      {HINTS.map((id) => (
        <span key={id}>
          {COMMANDS.find((command) => command.id === id)?.shown.map((key) => (
            <kbd key={key}>{key}</kbd>
          ))}{' '}
          {words.keys.hints[id]}
        </span>
      ))}
    </p>
  );
}

/** Moving through the run: buttons, timeline, list. */
export function EventsPane() {
  const words = useWords();
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
