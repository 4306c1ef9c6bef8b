/** Names and values, the form in which the inspector tells most things. */
import type { FramePlace, Place } from '#ui/place.ts';
import type { PlaceList } from './lists-model.ts';

export interface Fact {
  readonly name: string;
  readonly value: string;
  readonly space: 'gva' | 'gpa' | 'hva' | 'hpa' | 'none';
  /** Where it leads. */
  readonly place: Place | null;
}

export const guestFrame = (frame: number): FramePlace => ({ kind: 'frame', of: 'guest', frame });
export const hostFrame = (frame: number): FramePlace => ({ kind: 'frame', of: 'host', frame });

/** A thing that facts and lists tell: a table, a frame, an address, a register, a function. */
export interface ThingModel {
  readonly kind: 'thing';
  readonly title: string;
  readonly subtitle: string;
  readonly facts: readonly Fact[];
  readonly lists: readonly PlaceList[];
}

export const fact = (
  name: string,
  value: string,
  space: Fact['space'] = 'none',
  place: Place | null = null,
): Fact => ({ name, value, space, place });
