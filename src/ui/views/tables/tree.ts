/** Tables as trees: their order, what is folded away, and the way from one to the next. */
import type { AtlasTable } from '#hypervisor/atlas.ts';

export interface Node {
  readonly table: AtlasTable;
  readonly depth: number;
  /** Id of the table whose entry led here. */
  readonly parent: string | null;
}

/** Which tables a person wants to see. */
export interface Folding {
  /** Tables whose children were folded away (true) or unfolded (false) by hand. */
  readonly closed: ReadonlyMap<string, boolean>;
  /** The lowest level that is shown. */
  readonly least: number;
}

/** Tables depth first from the roots; what no root leads to comes last. */
export function treeOrder(tables: readonly AtlasTable[]): Node[] {
  const byId = new Map<string, AtlasTable>();
  const pointedAt = new Set<string>();
  for (const table of tables) {
    byId.set(table.id, table);
    if (table.level === 1) continue;
    for (const { target } of table.entries) if (target !== null) pointedAt.add(target);
  }
  const nodes: Node[] = [];
  const seen = new Set<string>();
  const visit = (table: AtlasTable, depth: number, parent: string | null): void => {
    if (seen.has(table.id)) return;
    seen.add(table.id);
    nodes.push({ table, depth, parent });
    if (table.level === 1) return;
    for (const { target } of table.entries) {
      const child = target === null ? undefined : byId.get(target);
      if (child) visit(child, depth + 1, table.id);
    }
  };
  for (const table of tables) if (table.rootOf.length > 0 || table.rootCount > 0) visit(table, 0, null);
  for (const table of tables) if (!pointedAt.has(table.id)) visit(table, 0, null);
  for (const table of tables) visit(table, 0, null);
  return nodes;
}

/** Whether a table's children are folded away. */
export const isClosed = ({ closed, least }: Folding, { id, level }: AtlasTable): boolean =>
  closed.get(id) ?? (least > 1 && level <= least);

/** A node, and how many tables below it are folded away; `isParent`: it has children. */
export interface ShownNode extends Node {
  readonly below: number;
  readonly isParent: boolean;
}

/**
 * The nodes that are shown: those that nothing above folds away, and those on the way to a table that is needed.
 * @param nodes in tree order
 */
export function shownNodes(
  nodes: readonly Node[],
  folding: Folding,
  needed: ReadonlySet<string>,
): ShownNode[] {
  const parents = new Set(nodes.map(({ parent }) => parent));
  const { below, hidden } = foldedAway(nodes, folding, needed);
  const shown = hidden.size === 0 ? nodes : nodes.filter(({ table }) => !hidden.has(table.id));
  return shown.map(({ table, depth, parent }) => ({
    table,
    depth,
    parent,
    below: below.get(table.id) ?? 0,
    isParent: parents.has(table.id),
  }));
}

interface FoldedAway {
  /** Ids of tables that are not shown. */
  readonly hidden: ReadonlySet<string>;
  /** How many of them are below one that is. */
  readonly below: ReadonlyMap<string, number>;
}

function foldedAway(nodes: readonly Node[], folding: Folding, needed: ReadonlySet<string>): FoldedAway {
  const below = new Map<string, number>();
  const hidden = new Set<string>();
  if (folding.closed.size === 0 && folding.least <= 1) return { hidden, below };
  const parents = parentsOf(nodes);
  const onWay = wayTo(needed, parents);
  const tables = new Map(nodes.map(({ table }) => [table.id, table]));
  // Folded away, or below what is; on the way to what is needed it is shown even so.
  const folded = new Set<string>();
  for (const { table, parent } of nodes) {
    const above = parent === null ? undefined : tables.get(parent);
    if (!above || !(folded.has(above.id) || isClosed(folding, above))) continue;
    folded.add(table.id);
    if (onWay.has(table.id)) continue;
    hidden.add(table.id);
    let shown = parent;
    while (shown !== null && hidden.has(shown)) shown = parents.get(shown) ?? null;
    if (shown !== null) below.set(shown, (below.get(shown) ?? 0) + 1);
  }
  return { hidden, below };
}

const parentsOf = (nodes: readonly Node[]): Map<string, string | null> =>
  new Map(nodes.map(({ table, parent }) => [table.id, parent]));

/** Tables, and all that lie above them. */
function wayTo(ids: ReadonlySet<string>, parents: ReadonlyMap<string, string | null>): Set<string> {
  const way = new Set<string>();
  for (const id of ids)
    for (let at: string | null = id; at !== null && !way.has(at); at = parents.get(at) ?? null) way.add(at);
  return way;
}

/** The nodes on the way to some tables, and right below them. */
export function nodesAround(nodes: readonly Node[], ids: ReadonlySet<string>): Node[] {
  const way = wayTo(ids, parentsOf(nodes));
  return nodes.filter(({ table, parent }) => way.has(table.id) || (parent !== null && ids.has(parent)));
}
