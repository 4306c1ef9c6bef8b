/** How the tables are looked at. It outlives the pane, so that another tab and back changes nothing. */
import { create } from 'zustand';

interface TablesState {
  /** Ids of the tables of which every entry is shown. */
  readonly open: ReadonlySet<string>;
  /** See `Folding`. */
  readonly closed: ReadonlyMap<string, boolean>;
  readonly least: number;
  readonly onPath: boolean;
  /** 1: as written in the style sheet. */
  readonly zoom: number;
}

export const ZOOM = { least: 0.3, most: 2, step: 1.2 } as const;

export const useTables = create<TablesState>(() => ({
  open: new Set(),
  closed: new Map(),
  least: 1,
  onPath: false,
  zoom: 1,
}));

export function toggleEntries(id: string): void {
  const open = new Set(useTables.getState().open);
  if (!open.delete(id)) open.add(id);
  useTables.setState({ open });
}

/** Folds a table's children away, or unfolds them. */
export const setClosed = (id: string, isClosed: boolean): void =>
  useTables.setState(({ closed }) => ({ closed: new Map(closed).set(id, isClosed) }));

/** Shows tables down to a level, whatever was folded by hand. */
export const showLevels = (least: number): void => useTables.setState({ least, closed: new Map() });

export const togglePath = (): void => useTables.setState(({ onPath }) => ({ onPath: !onPath }));

export const setZoom = (zoom: number): void =>
  useTables.setState({ zoom: Math.round(Math.min(ZOOM.most, Math.max(ZOOM.least, zoom)) * 100) / 100 });

export const zoomBy = (factor: number): void => setZoom(useTables.getState().zoom * factor);
