import { type ComponentType, useEffect, useRef } from 'react';
import { TABS, type Tab } from '#ui/arrangement.ts';
import { type CommandId, runCommand } from '#ui/commands.ts';
import { ZoomBox } from '#ui/design/ZoomBox.tsx';
import { EditMessage } from '#ui/MessageBar.tsx';
import { SentencePane } from '#ui/SentencePane.tsx';
import { useSession } from '#ui/session.ts';
import { arrange, useStudio } from '#ui/store.ts';
import { EditButtons } from '#ui/views/editor/EditButtons.tsx';
import { EventList } from '#ui/views/timeline/EventList.tsx';
import { DetailChoice, SearchBox } from '#ui/views/timeline/SearchBox.tsx';
import { TimelineView } from '#ui/views/timeline/TimelineView.tsx';
import { CommandIcon, PaceChoice, Position, useHasStops } from '#ui/views/timeline/Transport.tsx';
import { WalkHeading, WalkView } from '#ui/views/walk/WalkView.tsx';
import { useWords } from '#ui/words/language.ts';
import { useSwipe } from './use-swipe.ts';
import { VIEWS } from './views.tsx';
import './phone.css';
import './panes.css';

function Walk() {
  return (
    <>
      <p className="walk-heading">
        <WalkHeading />
      </p>
      <ZoomBox>
        <WalkView />
      </ZoomBox>
    </>
  );
}

function Events() {
  return (
    <div className="phone-events">
      <div className="phone-search">
        <SearchBox />
        <DetailChoice />
      </div>
      <TimelineView />
      <EventList />
    </div>
  );
}

function Scenario() {
  return (
    <div className="phone-scenario">
      <div className="phone-tools pane-buttons">
        <EditButtons />
      </div>
      <VIEWS.scenario />
    </div>
  );
}

const PHONE_VIEWS: Readonly<Record<Tab, ComponentType>> = {
  ...VIEWS,
  walk: Walk,
  scenario: Scenario,
  events: Events,
};

const STEPS: readonly CommandId[] = ['previousStep', 'previous', 'next', 'nextStep'];
/** Where there are stops: from one to the next, too. */
const STEPS_AND_STOPS: readonly CommandId[] = ['runBack', ...STEPS, 'runOn'];

function Tabs({ current }: { readonly current: Tab }) {
  const words = useWords();
  const list = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a tab that is chosen comes into sight
  useEffect(() => {
    const chosen = list.current?.querySelector('[aria-selected="true"]');
    chosen?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [current]);
  return (
    <div className="tabs" role="tablist" ref={list}>
      {TABS.map((tab) => (
        <button
          key={tab}
          type="button"
          role="tab"
          id={`tab-${tab}`}
          aria-selected={tab === current}
          aria-controls="tab-view"
          onClick={() => arrange({ tab })}
        >
          {words.panes[tab]}
        </button>
      ))}
    </div>
  );
}

function ThumbButton({ id }: { readonly id: CommandId }) {
  const words = useWords();
  return (
    <button type="button" className={id} aria-label={words.commands[id]} onClick={() => runCommand(id)}>
      <CommandIcon id={id} size={22} />
    </button>
  );
}

/** Where the cursor is; a press asks where else to go. */
function Where() {
  const words = useWords();
  const title = useSession((state) => state.run?.scenario.title);
  return (
    <button type="button" className="where" onClick={() => runCommand('palette')}>
      <span className="where-lines">
        <Position />
        <span className="where-title" aria-hidden="true">
          {title}
        </span>
      </span>
      <span className="visually-hidden">{words.palette.title}</span>
      <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
        <path
          d="M7 2.5a4.5 4.5 0 1 0 .01 0ZM10.2 10.2 14 14"
          fill="none"
          stroke="currentColor"
          strokeWidth="1.5"
        />
      </svg>
    </button>
  );
}

/** Moving through the run, by thumb. */
function ThumbBar() {
  const steps = useHasStops() ? STEPS_AND_STOPS : STEPS;
  return (
    <div className="thumb-bar">
      <div className="thumb-line">
        <Where />
        <ThumbButton id="play" />
        <PaceChoice />
      </div>
      <div className="thumb-buttons">
        {steps.map((id) => (
          <ThumbButton key={id} id={id} />
        ))}
      </div>
    </div>
  );
}

/** One view at a time, the sentence below it, and buttons that a thumb can hit. */
export function PhonePanes() {
  const tab = useStudio((state) => state.arrangement.tab);
  const View = PHONE_VIEWS[tab];
  const swipe = useSwipe((direction) => runCommand(direction === 1 ? 'next' : 'previous'));
  return (
    <div className="phone">
      <Tabs current={tab} />
      <div className="swipeable" {...swipe}>
        <div className="phone-view" role="tabpanel" id="tab-view" aria-labelledby={`tab-${tab}`}>
          <View />
        </div>
        <EditMessage />
        <SentencePane />
      </div>
      <ThumbBar />
    </div>
  );
}
