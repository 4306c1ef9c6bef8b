import { expect, test } from './studio.ts';

test('the language can be switched by keyboard, and is kept', async ({ studio, page }) => {
  await studio.open();
  await page.getByRole('combobox', { name: 'Language' }).focus();
  await studio.press('ArrowDown');
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-Hans');
  await expect(page.getByRole('button', { name: '复制链接' })).toBeVisible();
  await expect(studio.position()).toContainText('事件 1');
  await page.reload();
  await expect(studio.position()).toContainText('事件 1');
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-Hans');
  await page.getByRole('combobox', { name: '语言' }).selectOption('English');
  await expect(studio.position()).toContainText('Event 1');
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
});

test.describe('a browser that asks for Chinese', () => {
  test.use({ locale: 'zh-CN' });

  test('gets it', async ({ studio, page }) => {
    await studio.open();
    await expect(page.locator('html')).toHaveAttribute('lang', 'zh-Hans');
    await expect(page.getByRole('button', { name: '下一个事件' })).toBeVisible();
  });
});
