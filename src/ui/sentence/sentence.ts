/**
 * What an event means, in one sentence for people, with the bit or the condition that decided where the log tells it.
 * Pure: the same words, log, event and atlas give the same sentence.
 */
import { EVENT } from '#machine/events.ts';
import type { Words } from '#ui/words/en.ts';
import type { Text } from '#ui/words/text.ts';
import { type EventFacts, type EventKind, FACTS } from './facts.ts';
import type { Source } from './source.ts';

/** Keys of the event table by number. */
const KINDS = Object.keys(EVENT).sort((a, b) => EVENT[a as EventKind] - EVENT[b as EventKind]) as EventKind[];

/** What the event of a moment means. */
export function sentence(words: Words, source: Source): Text {
  const kind = KINDS[source.reader.kind(source.index)] as EventKind;
  // Which facts go with which sentence is more than the compiler can follow; the type of `events` has seen to it.
  const tell = words.events[kind] as (facts: EventFacts[EventKind]) => Text;
  return tell(FACTS[kind](source));
}
