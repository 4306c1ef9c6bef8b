/** What a catalogue says of events: a sentence for each kind, and the reasons within it. One that is missing does not compile. */
import type { Note, WALKERS } from '#machine/events.ts';
import type { EventFacts, EventKind } from '#ui/sentence/facts.ts';
import type { Text } from './text.ts';

/** A sentence for each kind of event. */
export type EventWords = { readonly [Kind in EventKind]: (facts: EventFacts[Kind]) => Text };

/** The engine's own words in events, and who walks. */
export type NoteWords = Readonly<Record<Note | (typeof WALKERS)[number], string>>;
