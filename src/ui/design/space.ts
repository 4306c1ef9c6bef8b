/** The four address spaces, each with a hue of its own everywhere. */
import type { FieldType } from '#machine/events.ts';

export type Space = 'gva' | 'gpa' | 'hva' | 'hpa';

/** The space that the value of an event's field belongs to. */
export const FIELD_SPACE: Partial<Record<FieldType, Space>> = {
  gva: 'gva',
  gpa: 'gpa',
  from: 'gpa',
  gfn: 'gpa',
  entry: 'gpa',
  pfn: 'hpa',
  spte: 'hpa',
};
