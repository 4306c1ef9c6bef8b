/** What the inspector says of a table: what it is for, its role, its lists. */
import type { AtlasTable } from '#hypervisor/atlas.ts';
import { coverage, hex } from '#ui/entry-text.ts';
import type { Moment } from '#ui/moment.ts';
import type { Words } from '#ui/words/en.ts';
import { type Fact, fact, guestFrame, hostFrame, type ThingModel } from './facts.ts';
import { placeLists } from './lists-model.ts';

const rights = (bits: number): string =>
  (bits & 2 ? 'w' : '-') + (bits & 4 ? 'u' : '-') + (bits & 1 ? 'x' : '-');

/** A nested table's role: what it says beyond that it maps guest memory straight. */
function nestedFacts({ role: words }: Words['inspector'], table: AtlasTable): Fact[] {
  const { role, byWalk, rootCount } = table;
  if (!role) return [];
  return [
    fact(words.kind, words.nested),
    fact(words.format, words.formats[table.format]),
    fact(words.covers, words.coverage(coverage(table.level))),
    fact(words.word, hex(role.word)),
    fact(byWalk ? words.references : words.roots, `${rootCount}`),
    fact(words.found, byWalk ? words.byWalk : words.byHash),
    ...(table.forCode ? [fact(words.reason, words.forCode)] : []),
    fact(words.obsolete, !table.obsolete ? words.isCurrent : byWalk ? words.isInvalid : words.isObsolete),
  ];
}

function roleFacts({ role: words }: Words['inspector'], table: AtlasTable): Fact[] {
  const { role } = table;
  if (!role) return [];
  const facts = [
    fact(words.kind, role.direct ? words.direct : words.indirect),
    fact(words.access, words.rights(rights(role.access))),
    fact(words.word, hex(role.word)),
    fact(words.roots, `${table.rootCount}`),
    fact(words.unsync, table.unsync ? words.isUnsync : words.isSync),
    fact(words.unsyncBelow, table.level === 1 ? words.nothingBelow : `${table.unsyncChildren}`),
    fact(words.obsolete, table.obsolete ? words.isObsolete : words.isCurrent),
  ];
  if (!role.direct && table.level > 1) facts.push(fact(words.written, words.writes(table.writeFlooding)));
  if (role.fourByteEntries) facts.push(fact(words.quadrant, words.quadrantOf(role.quadrant)));
  return facts;
}

export function tableModel(words: Words, moment: Moment, table: AtlasTable): ThingModel {
  const { atlas, names } = moment;
  const says = words.inspector.table;
  const isGuest = table.side === 'guest';
  const facts: Fact[] = [
    fact(says.level, `${table.level}`),
    fact(says.entries, says.entryCount(table.entries.length, table.entryBytes)),
  ];
  if (isGuest) facts.push(fact(says.frame, hex(table.frame), 'gpa', guestFrame(table.frame)));
  else if (table.gfn !== null)
    facts.push(
      fact(table.role?.direct ? says.mapsFrom : says.standsFor, hex(table.gfn), 'gpa', guestFrame(table.gfn)),
    );
  if (!isGuest) facts.push(fact(says.frame, names.frame(table.frame), 'hpa', hostFrame(table.frame)));
  if (table.writable !== null)
    facts.push(fact(says.forGuest, table.writable ? says.writable : says.protected));
  facts.push(...(table.translates === 'gpa' ? nestedFacts : roleFacts)(words.inspector, table));
  for (const id of table.shadows)
    facts.push(
      fact(isGuest ? says.shadowedBy : says.shadows, atlas.table(id)?.name ?? id, isGuest ? 'none' : 'gpa', {
        kind: 'table',
        table: id,
      }),
    );
  const host = isGuest ? atlas.hostFrame(table.frame) : null;
  if (host !== null) facts.push(fact(says.liesIn, names.frame(host), 'hpa', hostFrame(host)));
  return {
    kind: 'thing',
    title: table.name,
    subtitle: isGuest ? says.guest : says.hypervisor,
    facts,
    lists: placeLists(words, moment, { kind: 'table', table: table.id }),
  };
}
