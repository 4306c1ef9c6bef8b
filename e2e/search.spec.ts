import { EVERY_LANGUAGE, expect, on, onEachSize, test } from './studio.ts';

// By key; on a phone the buttons beside the box do it, see below.
test(
  'a filter leaves what it means, and leads from one to the next',
  EVERY_LANGUAGE,
  async ({ studio, page }) => {
    await studio.open();
    await studio.openScenario('04-page-table-write');
    await studio.press('/');
    await page.keyboard.type('kind:kvm_mmu_set_spte step:1..6');
    await expect(page.locator('.search-count')).toHaveText(studio.words.search.found(3, true));
    await expect(studio.events()).toHaveText([/kvm_mmu_set_spte/, /kvm_mmu_set_spte/, /kvm_mmu_set_spte/]);

    await studio.press('Enter');
    await expect(page.locator('.search-count')).toHaveText(studio.words.search.foundAt(1, 3));
    await studio.press('Enter', 2);
    await expect(page.locator('.search-count')).toHaveText(studio.words.search.foundAt(3, 3));
    await studio.press('Shift+Enter');
    await expect(page.locator('.search-count')).toHaveText(studio.words.search.foundAt(2, 3));

    await studio.press('Escape');
    await studio.press('n');
    await expect(page.locator('.search-count')).toHaveText(studio.words.search.foundAt(3, 3));
    await studio.press('N', 2);
    await expect(page.locator('.search-count')).toHaveText(studio.words.search.foundAt(1, 3));
    await studio.press('Backspace');
    await expect(page.locator('.search-count')).toHaveText(studio.words.search.foundAt(2, 3));
  },
);

onEachSize(() => {
  test('who has to do with an entry, in a function, or in some steps', async ({ studio }) => {
    await studio.open();
    await studio.openScenario('04-page-table-write');
    await studio.showView('events');
    await studio.filter().fill('entry:t3[010] step:4');
    await expect(studio.events()).toHaveText([/spte_update/, /rmap_remove/]);
    await studio.filter().fill('fn:kvm_unsync_page');
    await expect(studio.events()).toHaveText([/kvm_mmu_unsync_page/]);
    await studio.filter().fill('kind:call function=make_spte step:2');
    await expect(studio.events()).toHaveText([/make_spte/]);
  });

  test(
    'what cannot be read is said in place, and what was found stays',
    EVERY_LANGUAGE,
    async ({ studio, page }) => {
      await studio.open();
      await studio.showView('events');
      await studio.filter().fill('set_spte');
      await expect(studio.events()).toHaveCount(2);
      await studio.filter().fill('set_spte kind:kvm_mmu_set_sptee');
      const problem = page.locator('.filter-problem');
      await expect(problem.locator('mark')).toHaveText('kind:kvm_mmu_set_sptee');
      await expect(problem).toContainText('kvm_mmu_set_spte');
      await expect(studio.filter()).toHaveAttribute('aria-invalid', 'true');
      await expect(studio.events()).toHaveCount(2);
      await studio.filter().fill('set_spte kind:kvm_mmu_set_spte');
      await expect(problem).toHaveCount(0);
    },
  );

  test('the sheet says how filters are written', async ({ studio, page }) => {
    await studio.open();
    await studio.showView('events');
    await studio.button(studio.words.search.help).click();
    await expect(page.getByRole('dialog')).toContainText('entry:t3[010]');
  });
});

test.describe('on a phone', () => {
  test.use(on('phone'));

  test('the search has room', async ({ studio, page }) => {
    await studio.open();
    await studio.showTab('events');
    await studio.filter().fill('is:fault');
    await studio.button(studio.words.search.next).tap();
    await expect(page.locator('.search-count')).toHaveText(/1/);
    await expect(studio.currentEvent()).toContainText('fault');
    await studio.filter().fill('is:');
    await expect(page.locator('.filter-problem')).toBeInViewport({ ratio: 1 });
    await test.step('what is looked for from the inspector is shown', async () => {
      await studio.filter().press('Escape');
      await studio.press('End');
      await studio.inspect('t3[16]');
      await studio.button(studio.words.marks.findEvents).tap();
      await expect(studio.filter()).toHaveValue(/t3\[010\]/);
      await expect(studio.events().first()).toBeInViewport();
    });
  });
});
