import type { Moment } from '#ui/moment.ts';

/** What each part of the export dialog is made from: the moment that is shown. */
export interface TabProps {
  readonly moment: Moment;
}
