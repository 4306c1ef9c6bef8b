import { load } from '#scenario/check.ts';

/** The title of a scenario's text, as far as it can be read. */
export const titleOf = (text: string): string =>
  load(text).scenario?.title || (text.match(/^\s*title (.*)$/m)?.[1] ?? '');
