import { eventFields } from '#trace/print.ts';
import { FIELD_SPACE } from '#ui/design/space.ts';
import { fieldPlace } from './field-place.ts';
import type { Run } from './moment.ts';
import { PlaceLink } from './PlaceLink.tsx';

interface Props {
  readonly run: Run;
  readonly index: number;
  readonly isTabStop: boolean;
}

/** The fields of an event, each with a blank before it. What a value names can be selected; the cursor goes to the event with it. */
export function EventFields({ run, index, isTabStop }: Props) {
  const { reader, names } = run;
  return eventFields(reader, names, index).map(({ name, value, spec }) => {
    const place = fieldPlace(run, index, spec);
    const hue = FIELD_SPACE[spec.type] ?? '';
    return (
      <span key={name}>
        {' '}
        {name}=
        {place ? (
          <PlaceLink place={place} event={index} className={hue} isTabStop={isTabStop}>
            {value}
          </PlaceLink>
        ) : (
          <i className={hue}>{value}</i>
        )}
      </span>
    );
  });
}
