import { ROUNDS, type State } from './states.ts';
import { EVERY_LANGUAGE, expect, onEachSize, type Studio, test } from './studio.ts';

const CONTRAST = ['color-contrast'];

/**
 * A state is sound: nothing serious for axe, and nothing wider than the window. A theme changes colours and nothing else, a language
 * texts and no colours: so contrast, which takes the longest, is asked in both themes of one language, all else in every language.
 */
async function expectSound(studio: Studio, { name, within }: State): Promise<void> {
  const { page } = studio;
  if (studio.language === 'en') {
    expect.soft(await studio.seriousFindings({ within }), `${name}, light`).toEqual([]);
    await studio.setScheme('dark');
    expect.soft(await studio.seriousFindings({ within, only: CONTRAST }), `${name}, dark`).toEqual([]);
    await studio.setScheme('light');
  } else expect.soft(await studio.seriousFindings({ within, without: CONTRAST }), name).toEqual([]);
  const excess = await page.evaluate('document.scrollingElement.scrollWidth - innerWidth');
  expect.soft(excess, `${name}, wider than the window by`).toBeLessThanOrEqual(0);
}

onEachSize((size) => {
  test.describe('every state is for everyone', () => {
    test.use({ contextOptions: { reducedMotion: 'reduce' } });

    for (const { name, states } of ROUNDS) {
      test(name, EVERY_LANGUAGE, async ({ studio }) => {
        test.slow();
        for (const state of states) {
          if (state.only && state.only !== size) continue;
          await test.step(state.name, async () => {
            await state.show(studio);
            await expectSound(studio, state);
          });
        }
      });
    }
  });
});

test('all of it can be reached by keyboard, with a visible focus', async ({ studio, page }) => {
  await studio.open();
  await studio.press('End');
  const names = new Set<string>();
  for (let i = 0; i < 60; i++) {
    await studio.press('Tab');
    names.add(
      await page.evaluate(
        "document.activeElement?.closest('[aria-label]')?.getAttribute('aria-label') ?? ''",
      ),
    );
    if (await page.evaluate("document.activeElement?.closest('.cm-editor') !== null"))
      await studio.press('Escape');
  }
  expect([...names].join(' ')).toContain(studio.words.editor.label);
});

test('the editor has its name from the moment that it is there', async ({ studio, page }) => {
  await page.addInitScript(() => {
    new MutationObserver((_, observer) => {
      const content = document.querySelector('.cm-content');
      if (!content) return;
      observer.disconnect();
      document.documentElement.dataset.firstName = content.getAttribute('aria-label') ?? 'none';
    }).observe(document, { subtree: true, childList: true });
  });
  await studio.open();
  await expect(page.locator('html')).toHaveAttribute('data-first-name', studio.words.editor.label);
});

test('nothing moves where motion is not wanted', async ({ studio, page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await studio.open();
  const motion = await page.evaluate(
    "getComputedStyle(document.querySelector('.cell rect')).transitionDuration",
  );
  expect(motion).toMatch(/^0s/);
});
