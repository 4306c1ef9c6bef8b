/** The views by name, wherever they are shown. */
import type { ComponentType } from 'react';
import type { Tab } from '#ui/arrangement.ts';
import { CallsView } from '#ui/views/calls/CallsView.tsx';
import { CostView } from '#ui/views/cost/CostView.tsx';
import { ScenarioEditor } from '#ui/views/editor/EditorView.tsx';
import { InspectorView } from '#ui/views/inspector/InspectorView.tsx';
import { MarksView } from '#ui/views/marks/MarksView.tsx';
import { MemoryView } from '#ui/views/memory/MemoryView.tsx';
import { TablesView } from '#ui/views/tables/TablesView.tsx';
import { EventList } from '#ui/views/timeline/EventList.tsx';
import { WalkView } from '#ui/views/walk/WalkView.tsx';

export const VIEWS: Readonly<Record<Tab, ComponentType>> = {
  walk: WalkView,
  tables: TablesView,
  memory: MemoryView,
  calls: CallsView,
  cost: CostView,
  inspector: InspectorView,
  marks: MarksView,
  scenario: ScenarioEditor,
  events: EventList,
};
