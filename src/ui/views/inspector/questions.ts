/** The questions that can be asked of a selected thing, and the events that answer them. */
import {
  lastMapped,
  nearestAccess,
  nearestCall,
  nextTranslation,
  nextUnmapped,
  nextWalk,
} from '#machine/queries.ts';
import { lastWrite, nextRead, nextWrite, type Stored } from '#machine/stored.ts';
import type { Moment, Run } from '#ui/moment.ts';
import type { Place } from '#ui/place.ts';
import { guestFrameBehind, lifeOf, serialOf, storedAt } from './stored.ts';

export const QUESTIONS = [
  'lastWrite',
  'nextWrite',
  'nextRead',
  'lastUse',
  'nextUse',
  'mapped',
  'unmapped',
  'lastCall',
  'nextCall',
  'appeared',
  'gone',
] as const;
export type Question = (typeof QUESTIONS)[number];

/** The table that lies in a host frame. */
const tableIn = ({ atlas }: Moment, frame: number): string | null =>
  atlas.hypervisorTables.find((table) => table.frame === frame)?.id ?? null;

/** The numbered table that a place is, is in, or holds; null if there is none. */
function numberedTable(moment: Moment, place: Place): string | null {
  const id =
    place.kind === 'entry' || place.kind === 'table'
      ? place.table
      : place.kind === 'frame' && place.of === 'host'
        ? tableIn(moment, place.frame)
        : null;
  return id !== null && serialOf(id) !== null ? id : null;
}

function aboutPlace(moment: Moment, place: Place): readonly Question[] {
  const { atlas } = moment;
  switch (place.kind) {
    case 'entry':
    case 'table':
      return atlas.table(place.table) ? ['lastWrite', 'nextWrite', 'nextRead'] : [];
    case 'frame': {
      const isMapped = place.of === 'guest' && atlas.machine !== 'bare';
      return ['lastWrite', 'nextWrite', 'nextRead', ...(isMapped ? (['mapped', 'unmapped'] as const) : [])];
    }
    case 'address':
      if (place.space !== 'gva') return ['lastWrite', 'nextWrite', 'nextRead'];
      return guestFrameBehind(moment, place) === null
        ? ['lastUse', 'nextUse']
        : ['lastUse', 'nextUse', 'lastWrite', 'nextWrite'];
    case 'register':
      return ['lastWrite', 'nextWrite', ...(isRoot(place.register) ? (['nextRead'] as const) : [])];
    case 'function':
      return ['lastCall', 'nextCall'];
    case 'event':
      return [];
  }
}

const isRoot = (register: string): boolean => register === 'cr3' || register === 'hardware cr3';

/** The questions that make sense of a place: of a table that is not there at this moment, only when it came and went. */
export function questionsFor(moment: Moment, place: Place): readonly Question[] {
  const about = aboutPlace(moment, place);
  return numberedTable(moment, place) === null ? about : [...about, 'appeared', 'gone'];
}

/** The numbered event that tells of what an event changed: itself, or after a call the next one. */
export function toldBy({ story }: Pick<Run, 'story'>, event: number): number {
  const rank = story.rank(event);
  return story.at(rank) === event ? event : (story.at(rank + 1) ?? event);
}

/** The last event of which the moment's own event does not tell. */
function before({ run: { story }, index }: Moment): number {
  const rank = story.rank(index);
  if (rank < 0 || story.at(rank) !== index) return index - 1;
  return rank === 0 ? -1 : story.at(rank - 1);
}

/** The earlier of two events; -1 is no event. */
const earlier = (a: number, b: number): number => (a < 0 ? b : b < 0 ? a : Math.min(a, b));

function readNext(moment: Moment, place: Place, stored: Stored | null): number {
  const { reader, index, atlas } = moment;
  if (place.kind === 'register') {
    const isGuestsWalked = atlas.machine === 'bare' || atlas.nested !== null;
    const byHardware = place.register === 'hardware cr3' || isGuestsWalked;
    return nextWalk(reader, place.cpu, index, byHardware ? 'access' : 'guest');
  }
  const walk = stored ? nextRead(reader, stored, index) : -1;
  if (place.kind !== 'frame') return walk;
  const isHypervised = atlas.machine !== 'bare';
  const reached = place.of === 'guest' && isHypervised ? atlas.hostFrame(place.frame) : place.frame;
  return reached === null ? walk : earlier(walk, nextTranslation(reader, reached, index));
}

/** The event that answers a question; -1 if there is none. */
function find(moment: Moment, place: Place, question: Question): number {
  const { reader, index } = moment;
  const stored = storedAt(moment, place);
  const gfn = place.kind === 'frame' ? place.frame : -1;
  const name = place.kind === 'function' ? place.name : '';
  const [hi, lo] = place.kind === 'address' ? [place.hi, place.lo] : [0, 0];
  switch (question) {
    case 'appeared':
    case 'gone':
      return lifeOf(moment, numberedTable(moment, place) ?? '')[question];
    case 'lastWrite':
      return stored ? lastWrite(reader, stored, before(moment)) : -1;
    case 'nextWrite':
      return stored ? nextWrite(reader, stored, index) : -1;
    case 'nextRead':
      return readNext(moment, place, stored);
    case 'lastUse':
      return nearestAccess(reader, hi, lo, index, -1);
    case 'nextUse':
      return nearestAccess(reader, hi, lo, index, 1);
    case 'mapped':
      return lastMapped(reader, gfn, before(moment));
    case 'unmapped':
      return nextUnmapped(reader, gfn, index);
    case 'lastCall':
      return nearestCall(reader, name, index, -1);
    case 'nextCall':
      return nearestCall(reader, name, index, 1);
  }
}

/** The event that answers a question at a moment; null if there is none. A call answers for itself, all else by a numbered event. */
export function answer(moment: Moment, place: Place, question: Question): number | null {
  const event = find(moment, place, question);
  if (event < 0) return null;
  return question === 'lastCall' || question === 'nextCall' ? event : toldBy(moment.run, event);
}
