import { COMMANDS } from '#ui/commands.ts';
import { EventList } from '#ui/views/timeline/EventList.tsx';
import { DetailChoice, SearchBox } from '#ui/views/timeline/SearchBox.tsx';
import { TimelineView } from '#ui/views/timeline/TimelineView.tsx';
import { Position, Transport } from '#ui/views/timeline/Transport.tsx';
import { useWords } from '#ui/words/language.ts';
import type { PaneState } from './layout.ts';
import { PaneBody, PaneButtons } from './Pane.tsx';

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

/** Moving through the run: buttons, timeline, list. Folded, the buttons stay. */
export function EventsPane({ state }: { readonly state: PaneState }) {
  const words = useWords();
  return (
    <section className={`pane events-pane ${state}`} data-pane="events" aria-label={words.panes.events}>
      <div className="transport-bar">
        <Transport />
        <Position />
        <KeyHints />
        <DetailChoice />
        <SearchBox />
        <PaneButtons id="events" state={state} title={words.panes.events} />
      </div>
      <PaneBody state={state}>
        <div className="events">
          <TimelineView />
          <EventList />
        </div>
      </PaneBody>
    </section>
  );
}
