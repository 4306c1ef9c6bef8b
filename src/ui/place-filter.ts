/** Filters for what is selected: the events that have to do with it, and those that somebody would want to stop at. */
import { hexOfPair } from '#arch/word64.ts';
import type { Filter, Thing } from '#trace/filter/syntax.ts';
import { indexText } from './entry-text.ts';
import type { Moment } from './moment.ts';
import type { AddressPlace, Place, TablePlace } from './place.ts';

const thing = (key: Thing, name: string): Filter => ({ is: 'thing', key, name });

/** A table as filters call it: `t3`, `103`; null for a root that is no shadow page. */
function tableName(id: string): string | null {
  if (/^t\d+$/.test(id)) return id;
  return /^g:([0-9a-f]+)/.exec(id)?.[1] ?? null;
}

function tableFilter(place: TablePlace): Filter | null {
  const name = tableName(place.table);
  if (name === null) return null;
  return place.kind === 'table' ? thing('table', name) : thing('entry', `${name}[${indexText(place.index)}]`);
}

/** An address; of a linear one all of its page, for that is what is translated. */
function addressFilter({ space, hi, lo }: AddressPlace): Filter | null {
  if (space === 'hpa') return null;
  if (space === 'gpa') return thing('gpa', `0x${hexOfPair(hi, lo)}`);
  const [first, last] = [lo & ~0xfff, lo | 0xfff];
  return thing('gva', `0x${hexOfPair(hi, first)}..0x${hexOfPair(hi, last)}`);
}

/** Events that have to do with a place; null where no filter says so. */
export function eventsOf(
  { names, run, reader }: Pick<Moment, 'names' | 'run' | 'reader'>,
  place: Place,
): Filter | null {
  switch (place.kind) {
    case 'entry':
    case 'table':
      return tableFilter(place);
    case 'frame': {
      const name = place.of === 'guest' ? `0x${place.frame.toString(16)}` : names.frame(place.frame);
      return /^(0x|h)/.test(name) ? thing('frame', name) : null;
    }
    case 'address':
      return addressFilter(place);
    case 'function':
      return { is: 'function', pattern: place.name };
    case 'register':
      return thing('reg', place.register.replaceAll(' ', '-'));
    case 'event': {
      const index = run.story.at(Math.max(0, run.story.rank(reader.stepStart(place.step)) + place.offset));
      return index === undefined ? null : { is: 'kind', pattern: reader.spec(index).name };
    }
  }
}

/** Events to stop at on account of a place: where it is changed, called, or used. */
export function stopFor(moment: Pick<Moment, 'names' | 'run' | 'reader'>, place: Place): Filter | null {
  if (place.kind === 'function') {
    const called: Filter = { is: 'field', name: 'function', bit: '', operator: '=', value: place.name };
    return { is: 'all', of: [{ is: 'kind', pattern: 'call' }, called] };
  }
  const events = eventsOf(moment, place);
  if (!events) return null;
  if (place.kind === 'address' && place.space === 'gva')
    return { is: 'all', of: [{ is: 'kind', pattern: 'access' }, events] };
  return events.is === 'thing' && events.key !== 'gpa' ? { ...events, key: 'writes' } : events;
}
