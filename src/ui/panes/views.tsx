import type { ComponentType } from 'react';
import type { Tab } from '#ui/arrangement.ts';
import { later } from '#ui/later.tsx';
import { trailing } from '#ui/Trailing.tsx';
import { ScenarioEditor } from '#ui/views/editor/EditorView.tsx';
import { InspectorView } from '#ui/views/inspector/InspectorView.tsx';
import { MarksView } from '#ui/views/marks/MarksView.tsx';
import { TablesView } from '#ui/views/tables/TablesView.tsx';
import { EventList } from '#ui/views/timeline/EventList.tsx';
import { WalkView } from '#ui/views/walk/WalkView.tsx';

/** What stands for a view that is being loaded: the maker of pictures waits until it has gone. */
const STAND_IN = <div data-loading="" />;

/** The views by name, wherever they are shown. Those that the page begins with are there at once. */
export const VIEWS: Readonly<Record<Tab, ComponentType>> = {
  walk: WalkView,
  tables: trailing(TablesView),
  memory: later(async () => (await import('#ui/views/memory/MemoryView.tsx')).MemoryView, STAND_IN),
  calls: later(async () => (await import('#ui/views/calls/CallsView.tsx')).CallsView, STAND_IN),
  cost: later(async () => (await import('#ui/views/cost/CostView.tsx')).CostView, STAND_IN),
  inspector: trailing(InspectorView),
  // At once, for the key that notes something is followed by typing.
  marks: MarksView,
  scenario: ScenarioEditor,
  events: EventList,
};
