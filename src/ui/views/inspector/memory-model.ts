/** Frames and addresses: what is behind them, what lies there, which entries lead there. */
import { hexOfPair } from '#arch/word64.ts';
import type { AtlasPage } from '#hypervisor/atlas.ts';
import { guestTable, hex, slotText } from '#ui/entry-text.ts';
import { cpuOf, frameOf, marksOf } from '#ui/marks.ts';
import type { Moment } from '#ui/moment.ts';
import { type AddressPlace, type FramePlace, type Place, parsePlace, type TablePlace } from '#ui/place.ts';
import { type Leg, legsOf } from '#ui/translation.ts';
import type { Words } from '#ui/words/en.ts';
import { type Fact, fact, guestFrame, hostFrame, type ThingModel } from './facts.ts';
import { list, mappingList, type PlaceList, placeRow } from './lists-model.ts';

/** An address of a frame, with the offset that another address has in its page. */
const addressIn = (space: AddressPlace['space'], frame: number, { lo }: AddressPlace): AddressPlace => ({
  kind: 'address',
  space,
  hi: frame >>> 20,
  lo: (frame << 12) | (lo & 0xfff),
});

const addressText = ({ hi, lo }: AddressPlace): string => `0x${hexOfPair(hi, lo)}`;

/** What the host says of a page. */
function pageFacts(words: Words, { names }: Moment, page: AtlasPage): Fact[] {
  const { facts } = words.things;
  const backing =
    page.hostFrame === null
      ? fact(facts.backedBy, facts.notBacked)
      : fact(facts.backedBy, names.frame(page.hostFrame), 'hpa', hostFrame(page.hostFrame));
  return [
    fact(facts.slot, facts.slotPage(page.slot, hex(page.index))),
    backing,
    fact(facts.host, facts.states[page.state]),
    ...(page.hostWritable ? [] : [fact(facts.host, facts.readOnly)]),
    ...(page.hostLevel > 1 ? [fact(facts.host, page.hostLevel === 2 ? facts.huge : facts.gigantic)] : []),
    ...(page.dirty ? [fact(facts.written, facts.dirty)] : []),
    ...(page.tracked ? [fact(facts.writes, facts.tracked)] : []),
  ];
}

/** The entries that lead to a place, of one side. */
function leading(moment: Moment, place: Place, side: 'guest' | 'hypervisor', title: string): PlaceList {
  const rows = [...marksOf(moment, place).entries].flatMap((text) => {
    const entry = parsePlace(text) as TablePlace;
    return moment.atlas.table(entry.table)?.side === side ? (placeRow(moment, entry, place) ?? []) : [];
  });
  return list(title, rows);
}

function guestFrameModel(words: Words, moment: Moment, place: FramePlace): ThingModel {
  const { kinds, facts, lists } = words.things;
  const { atlas } = moment;
  const page = atlas.page(place.frame);
  const table = guestTable(atlas, place.frame);
  return {
    kind: 'thing',
    title: hex(place.frame),
    subtitle: kinds.guestFrame,
    facts: [
      ...(page ? pageFacts(words, moment, page) : [fact(facts.slot, facts.noSlot)]),
      ...(table
        ? [fact(facts.holds, facts.guestTable(table.name), 'gpa', { kind: 'table', table: table.id })]
        : []),
    ],
    lists: [
      ...(atlas.machine === 'bare' ? [] : [mappingList(words, moment, place.frame, place)]),
      leading(moment, place, 'guest', lists.guestEntries),
      ...(atlas.nested ? [leading(moment, place, 'hypervisor', lists.hypervisorWalk)] : []),
    ],
  };
}

function hostFrameModel(words: Words, moment: Moment, place: FramePlace): ThingModel {
  const { kinds, facts, lists } = words.things;
  const { at, guestFrames } = marksOf(moment, place);
  return {
    kind: 'thing',
    title: moment.names.frame(place.frame),
    subtitle: kinds.hostFrame,
    facts: [
      ...(at ? [fact(facts.holds, at.table, 'none', at)] : []),
      ...[...guestFrames].map((gfn) => fact(facts.holds, facts.memoryOf(hex(gfn)), 'gpa', guestFrame(gfn))),
    ],
    lists: [leading(moment, place, 'hypervisor', lists.hostEntries)],
  };
}

/** A frame at a moment. */
export const frameModel = (words: Words, moment: Moment, place: FramePlace): ThingModel =>
  place.of === 'guest' ? guestFrameModel(words, moment, place) : hostFrameModel(words, moment, place);

/** Where one kind of tables leads a linear address. */
function legFact(words: Words, { names }: Moment, place: AddressPlace, { side, frame }: Leg): Fact {
  const { facts } = words.things;
  const isGuest = side === 'guest';
  const name = isGuest ? facts.guestLeads : facts.hypervisorLeads;
  if (frame === null) return fact(name, facts.nowhere);
  const address = addressIn(isGuest ? 'gpa' : 'hpa', frame, place);
  const text = isGuest ? addressText(address) : `${names.frame(frame)}+${hex(place.lo & 0xfff)}`;
  return fact(name, text, address.space === 'gpa' ? 'gpa' : 'hpa', address);
}

/** The entries by which one kind of tables leads it there. */
function legList(words: Words, moment: Moment, place: AddressPlace, { side, steps }: Leg): PlaceList {
  const { lists } = words.things;
  const rows = steps.flatMap(
    ({ table, index }) => placeRow(moment, { kind: 'entry', table: table.id, index }, place) ?? [],
  );
  return list(side === 'guest' ? lists.guestWalk : lists.hypervisorWalk, rows);
}

function linearModel(words: Words, moment: Moment, place: AddressPlace): ThingModel {
  const legs = legsOf(moment.atlas, cpuOf(moment), place.hi, place.lo);
  return {
    kind: 'thing',
    title: addressText(place),
    subtitle: words.things.kinds.gva,
    facts: legs.map((leg) => legFact(words, moment, place, leg)),
    lists: legs.filter(({ steps }) => steps.length > 0).map((leg) => legList(words, moment, place, leg)),
  };
}

function physicalModel(words: Words, moment: Moment, place: AddressPlace): ThingModel {
  const { kinds, facts } = words.things;
  const isGuest = place.space === 'gpa';
  const frame = frameOf(place);
  const { at } = marksOf(moment, place);
  const table = at && moment.atlas.table(at.table);
  const name = isGuest ? hex(frame) : moment.names.frame(frame);
  const inFrame = isGuest
    ? fact(facts.frame, name, 'gpa', guestFrame(frame))
    : fact(facts.frame, name, 'hpa', hostFrame(frame));
  return {
    kind: 'thing',
    title: isGuest ? addressText(place) : `${name}+${hex(place.lo & 0xfff)}`,
    subtitle: kinds[isGuest ? 'gpa' : 'hpa'],
    facts: [
      inFrame,
      ...(at?.kind === 'entry' && table ? [fact(facts.entry, slotText(table, at.index), 'none', at)] : []),
    ],
    lists: frameModel(words, moment, isGuest ? guestFrame(frame) : hostFrame(frame)).lists,
  };
}

/** An address at a moment. */
export const addressModel = (words: Words, moment: Moment, place: AddressPlace): ThingModel =>
  place.space === 'gva' ? linearModel(words, moment, place) : physicalModel(words, moment, place);
