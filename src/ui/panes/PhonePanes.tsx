import { type ComponentType, useEffect, useRef } from 'react';
import { TABS, type Tab } from '#ui/arrangement.ts';
import { runCommand } from '#ui/commands.ts';
import { ZoomBox } from '#ui/design/ZoomBox.tsx';
import { EditMessage } from '#ui/MessageBar.tsx';
import { SentencePane } from '#ui/SentencePane.tsx';
import { useSession } from '#ui/session.ts';
import { arrange, useStudio } from '#ui/store.ts';
import { EditButtons } from '#ui/views/editor/EditButtons.tsx';
import { EventList } from '#ui/views/timeline/EventList.tsx';
import { DetailChoice, SearchBox } from '#ui/views/timeline/SearchBox.tsx';
import { CommandIcon, Position } from '#ui/views/timeline/Transport.tsx';
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

const STEPS = ['previousStep', 'previous', 'next', 'nextStep'] as const;

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

/** One view at a time, the sentence below it, and buttons that a thumb can hit. */
export function PhonePanes() {
  const words = useWords();
  const tab = useStudio((state) => state.arrangement.tab);
  const title = useSession((state) => state.run?.scenario.title);
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
      <div className="thumb-bar">
        <div className="thumb-line">
          <Position />
          <span aria-hidden="true">{title}</span>
        </div>
        <div className="thumb-buttons">
          {STEPS.map((id) => (
            <button
              key={id}
              type="button"
              className={id}
              aria-label={words.commands[id]}
              onClick={() => runCommand(id)}
            >
              <CommandIcon id={id} size={22} />
            </button>
          ))}
        </div>
      </div>
    </div>
  );
}
