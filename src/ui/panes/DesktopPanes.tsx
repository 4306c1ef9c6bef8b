import { type ComponentType, useState } from 'react';
import { Group, type Layout, Panel, Separator } from 'react-resizable-panels';
import { type Arrangement, LOWER_TABS, type LowerTab } from '#ui/arrangement.ts';
import { SentencePane } from '#ui/SentencePane.tsx';
import { arrange, useStudio } from '#ui/store.ts';
import { CallsView } from '#ui/views/calls/CallsView.tsx';
import { ScenarioEditor } from '#ui/views/editor/EditorView.tsx';
import { InspectorView } from '#ui/views/inspector/InspectorView.tsx';
import { MemoryView } from '#ui/views/memory/MemoryView.tsx';
import { TablesView } from '#ui/views/tables/TablesView.tsx';
import { WalkHeading, WalkView } from '#ui/views/walk/WalkView.tsx';
import { useWords } from '#ui/words/language.ts';
import { EventsPane } from './EventsPane.tsx';
import { Pane, ScenarioStatus, TabbedPane, TablesStatus } from './Pane.tsx';

type Dimension = 'columns' | 'middle' | 'rows';

const IDS = {
  columns: ['left', 'centre', 'right'],
  middle: ['walk', 'tables'],
  rows: ['views', 'events'],
} as const;

const layoutOf = (arrangement: Arrangement, dimension: Dimension): Layout =>
  Object.fromEntries(IDS[dimension].map((id, i) => [id, arrangement[dimension][i] ?? 0]));

const remember =
  (dimension: Dimension) => (layout: Layout, meta: { readonly isUserInteraction: boolean }) => {
    if (meta.isUserInteraction) arrange({ [dimension]: IDS[dimension].map((id) => layout[id] ?? 0) });
  };

function Divider({ label }: { readonly label: string }) {
  const words = useWords();
  return <Separator className="divider" aria-label={words.panes.resize(label)} />;
}

const LOWER: Readonly<Record<LowerTab, ComponentType>> = {
  tables: TablesView,
  memory: MemoryView,
  calls: CallsView,
};

/** What is below the walk: one of several views. */
function LowerPane() {
  const words = useWords();
  const current = useStudio((state) => state.arrangement.lower);
  const View = LOWER[current];
  return (
    <TabbedPane
      tabs={LOWER_TABS}
      current={current}
      onChoose={(lower) => arrange({ lower })}
      titles={words.panes}
      note={current === 'tables' && <TablesStatus />}
    >
      <View />
    </TabbedPane>
  );
}

function Columns({ arrangement }: { readonly arrangement: Arrangement }) {
  const words = useWords();
  return (
    <Group
      className="columns"
      orientation="horizontal"
      defaultLayout={layoutOf(arrangement, 'columns')}
      onLayoutChanged={remember('columns')}
    >
      <Panel id="left" minSize={180}>
        <div className="left">
          <Pane title={words.panes.scenario} note={<ScenarioStatus />}>
            <ScenarioEditor />
          </Pane>
          <SentencePane />
        </div>
      </Panel>
      <Divider label={words.panes.scenario} />
      <Panel id="centre" minSize={320}>
        <Group
          orientation="vertical"
          defaultLayout={layoutOf(arrangement, 'middle')}
          onLayoutChanged={remember('middle')}
        >
          <Panel id="walk" minSize={60}>
            <Pane title={words.panes.walk} note={<WalkHeading />}>
              <WalkView />
            </Pane>
          </Panel>
          <Divider label={words.panes.walk} />
          <Panel id="tables" minSize={60}>
            <LowerPane />
          </Panel>
        </Group>
      </Panel>
      <Divider label={words.panes.inspector} />
      <Panel id="right" minSize={200}>
        <Pane title={words.panes.inspector}>
          <InspectorView />
        </Pane>
      </Panel>
    </Group>
  );
}

/** All views side by side, in panes that can be resized. */
export function DesktopPanes() {
  const words = useWords();
  // The panes keep their own sizes while they are dragged; only a link that arranges them anew makes them again.
  const [first] = useState(() => useStudio.getState().arrangement);
  return (
    <Group
      className="rows"
      orientation="vertical"
      defaultLayout={layoutOf(first, 'rows')}
      onLayoutChanged={remember('rows')}
    >
      <Panel id="views" minSize={200}>
        <Columns arrangement={first} />
      </Panel>
      <Divider label={words.panes.events} />
      <Panel id="events" minSize={110}>
        <EventsPane />
      </Panel>
    </Group>
  );
}
