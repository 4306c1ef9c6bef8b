/** The scenarios that come with the page. */
import { textsByName } from '#ui/examples.ts';

export const examples = textsByName(
  import.meta.glob<string>('#content/scenarios/zh/*.scn', { query: '?raw', import: 'default', eager: true }),
);
