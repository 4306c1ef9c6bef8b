/** Every text of the page, in Simplified Chinese. Names of the kernel and of the language stay as they are. */
import * as bits from '#ui/words/zh/bits.ts';
import { compare } from '#ui/words/zh/compare.ts';
import { cost } from '#ui/words/zh/cost.ts';
import { edits } from '#ui/words/zh/edits.ts';
import { events } from '#ui/words/zh/events.ts';
import { examples } from '#ui/words/zh/examples.ts';
import { figures } from '#ui/words/zh/figures.ts';
import { functions } from '#ui/words/zh/functions.ts';
import { inspector } from '#ui/words/zh/inspector.ts';
import { layout } from '#ui/words/zh/layout.ts';
import { marks } from '#ui/words/zh/marks.ts';
import { opening } from '#ui/words/zh/opening.ts';
import * as page from '#ui/words/zh/page.ts';
import { problems } from '#ui/words/zh/problems.ts';
import { notes } from '#ui/words/zh/reasons.ts';
import { search } from '#ui/words/zh/search.ts';
import { sharing } from '#ui/words/zh/sharing.ts';
import { statements } from '#ui/words/zh/statements.ts';
import { things } from '#ui/words/zh/things.ts';
import * as views from '#ui/words/zh/views.ts';
import type { Words } from './en.ts';

export const zh = {
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
} satisfies Words;
