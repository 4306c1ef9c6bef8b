import { LOWER_TABS, type LowerTab } from '#ui/arrangement.ts';
import { SentencePane } from '#ui/SentencePane.tsx';
import { arrange, foldPane, useStudio } from '#ui/store.ts';
import { EditButtons } from '#ui/views/editor/EditButtons.tsx';
import { WalkHeading } from '#ui/views/walk/WalkView.tsx';
import { useWords } from '#ui/words/language.ts';
import { Divider } from './Divider.tsx';
import { EventsPane } from './EventsPane.tsx';
import { type PaneLayout, type PaneState, paneLayout } from './layout.ts';
import { Pane } from './Pane.tsx';
import { ScenarioStatus, TablesStatus } from './PaneNotes.tsx';
import { PaneTabs } from './PaneTabs.tsx';
import { VIEWS } from './views.tsx';
import './panes.css';
import './large.css';

/** What is below the walk: one of several views. */
function LowerPane({ state }: { readonly state: PaneState }) {
  const words = useWords();
  const current = useStudio(({ arrangement }) => arrangement.lower);
  const View = VIEWS[current];
  const choose = (lower: LowerTab) => {
    if (state === 'folded') foldPane('lower', false);
    arrange({ lower });
  };
  return (
    <Pane
      id="lower"
      state={state}
      title={words.panes[current]}
      tabs={<PaneTabs tabs={LOWER_TABS} current={current} titles={words.panes} onChoose={choose} />}
      note={current === 'tables' && <TablesStatus />}
    >
      <div className="tab-panel" role="tabpanel" id="pane-tab-body" aria-labelledby={`pane-tab-${current}`}>
        <View />
      </div>
    </Pane>
  );
}

/** The scenario with the sentence below it. */
function LeftPane({ layout: { panes, hasSentenceRow } }: { readonly layout: PaneLayout }) {
  const words = useWords();
  return (
    <div className="left" hidden={panes.scenario === 'away'}>
      <Pane
        id="scenario"
        state={panes.scenario}
        title={words.panes.scenario}
        tools={<EditButtons />}
        note={<ScenarioStatus />}
      >
        <VIEWS.scenario />
      </Pane>
      {!hasSentenceRow && <SentencePane />}
    </div>
  );
}

function Views({ layout }: { readonly layout: PaneLayout }) {
  const words = useWords();
  const { panes, splits, viewColumns, viewRows } = layout;
  return (
    <div className="views" style={{ gridTemplateColumns: viewColumns, gridTemplateRows: viewRows }}>
      <LeftPane layout={layout} />
      <Divider split="left" isThere={splits.left} />
      <Pane id="walk" state={panes.walk} title={words.panes.walk} note={<WalkHeading />}>
        <VIEWS.walk />
      </Pane>
      <Divider split="walk" isThere={splits.walk} />
      <LowerPane state={panes.lower} />
      <Divider split="right" isThere={splits.right} />
      <Pane id="inspector" state={panes.inspector} title={words.panes.inspector}>
        <VIEWS.inspector />
      </Pane>
    </div>
  );
}

/** All views side by side, as the arrangement has them. */
export function DesktopPanes() {
  const arrangement = useStudio((state) => state.arrangement);
  const layout = paneLayout(arrangement);
  return (
    <div className="panes" style={{ gridTemplateRows: layout.rows }}>
      <Views layout={layout} />
      <div className="sentence-row">{layout.hasSentenceRow && <SentencePane />}</div>
      <Divider split="events" isThere={layout.splits.events} />
      <EventsPane state={layout.panes.events} />
    </div>
  );
}
