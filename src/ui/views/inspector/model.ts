/** What the inspector says of a place, as plain shapes. */
import { indexText } from '#ui/entry-text.ts';
import type { Moment } from '#ui/moment.ts';
import { type Place, placeText } from '#ui/place.ts';
import type { Words } from '#ui/words/en.ts';
import { type EntryModel, entryModel } from './entry-model.ts';
import type { ThingModel } from './facts.ts';
import { addressModel, frameModel } from './memory-model.ts';
import { functionModel, registerModel } from './processor-model.ts';
import { tableModel } from './table-model.ts';

/** A place at a moment; null where it is not there, and for an event, which is none. */
export function placeModel(words: Words, moment: Moment, place: Place): EntryModel | ThingModel | null {
  switch (place.kind) {
    case 'entry':
    case 'table': {
      const table = moment.atlas.table(place.table);
      if (!table) return null;
      return place.kind === 'table'
        ? tableModel(words, moment, table)
        : entryModel(words, moment, table, place.index);
    }
    case 'frame':
      return frameModel(words, moment, place);
    case 'address':
      return addressModel(words, moment, place);
    case 'register':
      return registerModel(words, moment, place);
    case 'function':
      return functionModel(words, moment, place.name);
    case 'event':
      return null;
  }
}

/** Title for a place that is not there. */
export function missingTitle(place: Place): string {
  if (place.kind === 'table') return place.table.replace(/^g:/, '0x');
  if (place.kind === 'entry') return `${place.table.replace(/^g:/, '')}[${indexText(place.index)}]`;
  return place.kind === 'register' ? place.register : placeText(place);
}
