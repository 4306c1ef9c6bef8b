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
  const byId = new Map(tables.map((table) => [table.id, table]));
  const nodes: Node[] = [];
  const seen = new Set<string>();
  const visit = (start: AtlasTable): void => {
    const stack: Node[] = [{ table: start, depth: 0, parent: null }];
    for (let node = stack.pop(); node; node = stack.pop()) {
      const { table, depth } = node;
      if (seen.has(table.id)) continue;
      seen.add(table.id);
      nodes.push(node);
      if (table.level === 1) continue;
      for (const entry of [...table.entries].reverse()) {
        const child = entry.target === null ? undefined : byId.get(entry.target);
        if (child && !seen.has(child.id)) stack.push({ table: child, depth: depth + 1, parent: table.id });
      }
    }
  };
  for (const table of tables) if (table.rootOf.length > 0 || table.rootCount > 0) visit(table);
  const pointedAt = new Set(
    tables.flatMap(({ level, entries }) => (level === 1 ? [] : entries.map(({ target }) => target))),
  );
  for (const table of tables) if (!pointedAt.has(table.id)) visit(table);
  for (const table of tables) visit(table);
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
  const parents = new Map(nodes.map(({ table, parent }) => [table.id, parent]));
  const onWay = wayTo(needed, parents);
  const isHidden = new Map<string, boolean>();
  const below = new Map<string, number>();
  const isParent = new Set(nodes.map(({ parent }) => parent));
  const tables = new Map(nodes.map(({ table }) => [table.id, table]));
  for (const { table, parent } of nodes) {
    const above = parent === null ? undefined : tables.get(parent);
    const folded = above !== undefined && (isHidden.get(above.id) === true || isClosed(folding, above));
    isHidden.set(table.id, folded);
    if (!folded || onWay.has(table.id)) continue;
    let shown = parent;
    while (shown !== null && isHidden.get(shown) && !onWay.has(shown)) shown = parents.get(shown) ?? null;
    if (shown !== null) below.set(shown, (below.get(shown) ?? 0) + 1);
  }
  return nodes
    .filter(({ table: { id } }) => !isHidden.get(id) || onWay.has(id))
    .map((node) => ({
      ...node,
      below: below.get(node.table.id) ?? 0,
      isParent: isParent.has(node.table.id),
    }));
}

/** Tables, and all that lie above them. */
function wayTo(ids: ReadonlySet<string>, parents: ReadonlyMap<string, string | null>): Set<string> {
  const way = new Set<string>();
  for (const id of ids)
    for (let at: string | null = id; at !== null && !way.has(at); at = parents.get(at) ?? null) way.add(at);
  return way;
}

/** The nodes on the way to some tables, and right below them. */
export function nodesAround(nodes: readonly Node[], ids: ReadonlySet<string>): Node[] {
  const way = wayTo(ids, new Map(nodes.map(({ table, parent }) => [table.id, parent])));
  return nodes.filter(({ table, parent }) => way.has(table.id) || (parent !== null && ids.has(parent)));
}
