/**
 * The main states of the page as pictures. After a deliberate change of looks: `npx playwright test snapshots --update-snapshots`, and
 * look at what it made.
 */
import { expectPicture } from './pictures.ts';
import { ROUNDS } from './states.ts';
import { expect, onEachSize, type Size, test } from './studio.ts';

type Scheme = 'light' | 'dark';

interface Kept {
  readonly themes: readonly Scheme[];
  /** What of the page is new in this state, as a selector: only that is pictured. */
  readonly part?: string;
}

const LIGHT: Kept = { themes: ['light'] };
const BOTH: Kept = { themes: ['light', 'dark'] };
const lower: Kept = { ...LIGHT, part: '[data-pane="lower"]' };
const dialog: Kept = { ...LIGHT, part: '[role="dialog"]' };

/** The states of states.ts that are kept. */
const KEPT: Readonly<Record<Size, Readonly<Record<string, Kept>>>> = {
  laptop: {
    'first view': BOTH,
    tables: BOTH,
    memory: lower,
    calls: lower,
    cost: lower,
    'stops and notes': lower,
    'inspector, entry': { ...LIGHT, part: '[data-pane="inspector"]' },
    'two dimensions, walk': { ...BOTH, part: '[data-pane="walk"]' },
    presented: LIGHT,
    'a value for an entry, with a mistake': { ...LIGHT, part: '[data-pane="inspector"]' },
    palette: dialog,
    export: dialog,
    figures: dialog,
    compared: LIGHT,
    'in a frame': LIGHT,
  },
  phone: {
    'first view': LIGHT,
    'out of sync, walk': BOTH,
    tables: LIGHT,
    memory: LIGHT,
    events: LIGHT,
    'inspector, entry': LIGHT,
    'two dimensions, walk': LIGHT,
    compared: LIGHT,
  },
};

test.use({ contextOptions: { reducedMotion: 'reduce' } });

onEachSize((size) => {
  const kept = KEPT[size];

  for (const { name, states } of ROUNDS) {
    const last = states.findLastIndex((state) => state.name in kept);
    if (last < 0) continue;
    test(`${name} looks as it did`, async ({ studio, page }) => {
      test.slow();
      for (const state of states.slice(0, last + 1)) {
        if (state.only && state.only !== size) continue;
        await state.show(studio);
        const { themes, part = 'body' } = kept[state.name] ?? { themes: [] };
        for (const theme of themes) {
          await studio.setScheme(theme);
          await expectPicture(page, `${state.name.replaceAll(/\W+/g, '-')}-${size}-${theme}`, part);
        }
      }
    });
  }
});

test('every picture is of a state that there is', () => {
  const names = ROUNDS.flatMap(({ states }) => states.map(({ name }) => name));
  for (const kept of Object.values(KEPT)) for (const name of Object.keys(kept)) expect(names).toContain(name);
});
