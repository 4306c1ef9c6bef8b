import type { ReactNode } from 'react';
import { SvgTextButton } from '#ui/design/SvgButton.tsx';
import { goTo } from '#ui/jumps.ts';
import { type Place, samePlace } from '#ui/place.ts';
import { currentMoment, useSession } from '#ui/session.ts';
import { useStudio } from '#ui/store.ts';
import { settled } from '#ui/subject.ts';

/** Selects what a name stands for, at an event or at the present one. */
export function followPlace(place: Place, event?: number): void {
  const { run } = useSession.getState();
  const { cursor, arrangement } = useStudio.getState();
  const index = event ?? cursor;
  const moment = currentMoment(run, index, arrangement.detail);
  goTo({ event: index, place: moment ? settled(moment.atlas, place) : place });
}

interface Props {
  readonly place: Place;
  /** The event that the name belongs to, where that is not the one at the cursor: the cursor goes there too. */
  readonly event?: number;
  readonly className?: string;
  /** False: reached by pointer only, as one of many in a list whose current row has the tab stops. */
  readonly isTabStop?: boolean;
  readonly children: ReactNode;
}

/** A name or an address: a control that selects what it names. */
export function PlaceLink({ place, event, className = '', isTabStop = true, children }: Props) {
  const isSelected = useStudio((state) => samePlace(state.selection, place));
  return (
    <button
      type="button"
      className={`go ${className}${isSelected ? ' selected' : ''}`}
      aria-pressed={isSelected}
      tabIndex={isTabStop ? undefined : -1}
      onClick={() => followPlace(place, event)}
    >
      {children}
    </button>
  );
}

/** The same in the text of a drawing. */
export function SvgPlaceLink({
  place,
  className = '',
  children,
}: Pick<Props, 'place' | 'className' | 'children'>) {
  const isSelected = useStudio((state) => samePlace(state.selection, place));
  return (
    <SvgTextButton
      className={`go ${className}${isSelected ? ' selected' : ''}`}
      isPressed={isSelected}
      onPress={() => followPlace(place)}
    >
      {children}
    </SvgTextButton>
  );
}
