/** Every text of the page, in English. The other catalogues have the same keys, or they do not compile. */
import * as bits from '#ui/words/en/bits.ts';
import { compare } from '#ui/words/en/compare.ts';
import { cost } from '#ui/words/en/cost.ts';
import { edits } from '#ui/words/en/edits.ts';
import { events } from '#ui/words/en/events.ts';
import { examples } from '#ui/words/en/examples.ts';
import { figures } from '#ui/words/en/figures.ts';
import { functions } from '#ui/words/en/functions.ts';
import { inspector } from '#ui/words/en/inspector.ts';
import { layout } from '#ui/words/en/layout.ts';
import { marks } from '#ui/words/en/marks.ts';
import { opening } from '#ui/words/en/opening.ts';
import * as page from '#ui/words/en/page.ts';
import { problems } from '#ui/words/en/problems.ts';
import { notes } from '#ui/words/en/reasons.ts';
import { search } from '#ui/words/en/search.ts';
import { sharing } from '#ui/words/en/sharing.ts';
import { statements } from '#ui/words/en/statements.ts';
import { things } from '#ui/words/en/things.ts';
import * as views from '#ui/words/en/views.ts';

export const en = {
  ...page,
  ...views,
  ...bits,
  compare,
  cost,
  edits,
  events,
  examples,
  figures,
  notes,
  functions,
  inspector,
  layout,
  marks,
  sharing,
  opening,
  problems,
  search,
  statements,
  things,
};

/** What a catalogue holds. */
export type Words = typeof en;
