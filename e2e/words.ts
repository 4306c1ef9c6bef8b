/** The page's texts for tests, by language. */
import { entryBits as enEntryBits } from '#ui/words/en/bits.ts';
import { compare as enCompare } from '#ui/words/en/compare.ts';
import { cost as enCost } from '#ui/words/en/cost.ts';
import { edits as enEdits } from '#ui/words/en/edits.ts';
import { figures as enFigures } from '#ui/words/en/figures.ts';
import { functions as enFunctions } from '#ui/words/en/functions.ts';
import { inspector as enInspector } from '#ui/words/en/inspector.ts';
import { layout as enLayout } from '#ui/words/en/layout.ts';
import { marks as enMarks } from '#ui/words/en/marks.ts';
import { opening as enOpening } from '#ui/words/en/opening.ts';
import * as enPage from '#ui/words/en/page.ts';
import { search as enSearch } from '#ui/words/en/search.ts';
import { sharing as enSharing } from '#ui/words/en/sharing.ts';
import { things as enThings } from '#ui/words/en/things.ts';
import * as enViews from '#ui/words/en/views.ts';
import { entryBits as zhEntryBits } from '#ui/words/zh/bits.ts';
import { compare as zhCompare } from '#ui/words/zh/compare.ts';
import { cost as zhCost } from '#ui/words/zh/cost.ts';
import { edits as zhEdits } from '#ui/words/zh/edits.ts';
import { figures as zhFigures } from '#ui/words/zh/figures.ts';
import { functions as zhFunctions } from '#ui/words/zh/functions.ts';
import { inspector as zhInspector } from '#ui/words/zh/inspector.ts';
import { layout as zhLayout } from '#ui/words/zh/layout.ts';
import { marks as zhMarks } from '#ui/words/zh/marks.ts';
import { opening as zhOpening } from '#ui/words/zh/opening.ts';
import * as zhPage from '#ui/words/zh/page.ts';
import { search as zhSearch } from '#ui/words/zh/search.ts';
import { sharing as zhSharing } from '#ui/words/zh/sharing.ts';
import { things as zhThings } from '#ui/words/zh/things.ts';
import * as zhViews from '#ui/words/zh/views.ts';

export const en = {
  ...enPage,
  ...enViews,
  entryBits: enEntryBits,
  compare: enCompare,
  cost: enCost,
  edits: enEdits,
  figures: enFigures,
  functions: enFunctions,
  inspector: enInspector,
  layout: enLayout,
  opening: enOpening,
  marks: enMarks,
  search: enSearch,
  sharing: enSharing,
  things: enThings,
};

/** Without the scenarios, which only the build can gather. */
export type PageWords = typeof en;

export const zh: PageWords = {
  ...zhPage,
  ...zhViews,
  entryBits: zhEntryBits,
  compare: zhCompare,
  cost: zhCost,
  edits: zhEdits,
  figures: zhFigures,
  functions: zhFunctions,
  inspector: zhInspector,
  layout: zhLayout,
  opening: zhOpening,
  marks: zhMarks,
  search: zhSearch,
  sharing: zhSharing,
  things: zhThings,
};
