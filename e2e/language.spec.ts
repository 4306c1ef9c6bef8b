import { expect, onEachSize, test } from './studio.ts';
import { zh } from './words.ts';

onEachSize(() => {
  test.describe('in a browser that asks for English', () => {
    test.use({ language: 'en' });

    test('the language is switched, everywhere at once, and is kept', async ({ studio, page }) => {
      await studio.open();
      await studio.stepTo('kvm_mmu_set_spte');
      const moment = await studio.link();
      await studio.showView('scenario');
      await studio.typeAfter('title', ', mine');
      const choice = page.getByRole('combobox', { name: studio.words.bar.language });
      if (studio.isSmall) await choice.selectOption('中文');
      else {
        await choice.focus();
        await studio.press('ArrowDown');
      }

      await expect(page.locator('html')).toHaveAttribute('lang', 'zh-Hans');
      await expect(studio.sentence()).toContainText('只读，尽管客户机允许写入');
      await expect(page.getByRole('button', { name: zh.bar.copy })).toBeVisible();
      await expect(studio.editor()).toHaveAccessibleName(zh.editor.label);
      // What was typed, and where the cursor was, are as they were.
      await expect(studio.editor()).toContainText('mine');
      await studio.expectKind('kvm_mmu_set_spte');
      if (studio.isSmall) await page.getByRole('tab', { name: zh.panes.inspector }).tap();
      await expect(page.getByRole('region', { name: zh.panes.inspector }).last()).toContainText('MMU 可写');

      await page.reload();
      await expect(studio.sentence()).toContainText('只读，尽管客户机允许写入');
      await page.goto('about:blank');
      await studio.open(moment);
      await expect(page.locator('html')).toHaveAttribute('lang', 'zh-Hans');
      await page.getByRole('combobox', { name: zh.bar.language }).selectOption('English');
      await expect(studio.sentence()).toContainText('read-only although the guest allows writing');
      await expect(page.locator('html')).toHaveAttribute('lang', 'en');
    });

    test('errors in the editor change their language too', async ({ studio, page }) => {
      await studio.open();
      await studio.showView('scenario');
      await studio.typeAfter('write 0x10000 0x5678', '\nraed 0x10000');
      await expect(studio.problems()).toHaveText(/unknown statement 'raed'; did you mean 'read'\?/);
      await page.getByRole('combobox', { name: studio.words.bar.language }).selectOption('中文');
      await expect(studio.problems()).toHaveText(/未知的语句“raed”；是否想写“read”？/);
    });
  });

  test.describe('in a browser that asks for Chinese', () => {
    test.use({ language: 'zh' });

    test('the page is in Chinese from the start', async ({ studio, page }) => {
      await studio.open();
      await expect(page.locator('html')).toHaveAttribute('lang', 'zh-Hans');
      await expect(studio.button(zh.commands.next)).toBeVisible();
      await expect(studio.title()).toHaveText('首次触及：先读后写');
    });
  });
});
