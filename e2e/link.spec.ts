import { deflateRawSync } from 'node:zlib';
import { decodeMoment, encodeMoment } from '#scenario/link.ts';
import { expect, test } from './studio.ts';

const zeros = `#p1AAAA${deflateRawSync(Buffer.alloc(64 * 1024 * 1024)).toString('base64url')}`;

const broken = [
  { name: 'changed', fragment: '#p1AAAAAAAAAAAAAAAA' },
  { name: 'foreign', fragment: '#hello' },
  { name: 'from a newer version', fragment: '#p2AAAA' },
  { name: 'hostile: 64 MiB of zeros', fragment: zeros },
  { name: 'hand-written, badly', fragment: '#t=%E0%A4%A' },
];

for (const { name, fragment } of broken) {
  test(`a link that is ${name} gives a message, and the page lives`, async ({ studio }) => {
    await studio.open(fragment);
    await expect(studio.message()).toContainText('could not be opened');
    await studio.message().getByRole('button', { name: 'Dismiss' }).click();
    await expect(studio.message()).toHaveCount(0);
    await studio.press('ArrowRight');
    await expect(studio.position()).toContainText('Event 2 of');
  });
}

test('a broken link leaves what was open', async ({ studio, page }) => {
  await studio.open();
  await studio.openScenario(/without a hypervisor/);
  await studio.press('ArrowRight', 3);
  const sentence = await studio.sentence().innerText();
  await page.evaluate("location.hash = '#p1broken'");
  await expect(studio.message()).toContainText('What was open is still here');
  await expect(studio.sentence()).toHaveText(sentence);
});

test('a hand-written link opens', async ({ studio, page }) => {
  const text =
    'scenario 1\ntitle By hand\nmachine bare\nslot 0 gpa=0 size=4M\nguest paging=off\nread 0x1000\n';
  await studio.open(`#t=${encodeURIComponent(text)}`);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('By hand');
});

test('the address follows the cursor, and a reload is at the same moment', async ({ studio, page }) => {
  await studio.open();
  await studio.press('ArrowRight', 9);
  const position = await studio.position().innerText();
  expect(await studio.link()).toMatch(/^#p1/);
  await page.reload();
  await expect(studio.position()).toHaveText(position.replace(/\n/g, ''));
});

test('a link from an engine that saw something else says so', async ({ studio }) => {
  await studio.open();
  await studio.press('ArrowRight', 9);
  const decoded = decodeMoment(await studio.link());
  if ('problem' in decoded) throw new Error(decoded.problem.message);
  await studio.page.goto('about:blank');
  await studio.open(encodeMoment({ ...decoded.moment, hash: '00000000' }));
  await expect(studio.message()).toContainText('differs from what the sender saw');
  await expect(studio.position()).toContainText('Event 10 of');
});

test('a link carries the selection and the panes', async ({ studio, page }) => {
  await studio.open();
  await studio.press('End');
  await studio.entry('t3[16]').click();
  await page.getByRole('combobox', { name: 'Detail' }).selectOption('everything');
  const fragment = await studio.link();
  await page.goto('about:blank');
  await studio.open(fragment);
  await expect(studio.inspector()).toContainText('t3[010]');
  await expect(page.getByRole('combobox', { name: 'Detail' })).toHaveValue('everything');
});

test('a scenario without steps is an empty page, not a broken one', async ({ studio, page }) => {
  await page.goto(`/#t=${encodeURIComponent('scenario 1\ntitle Nothing yet\nmachine bare\n')}`);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Nothing yet');
  await studio.press('ArrowRight');
  await expect(studio.sentence()).toHaveText('Nothing has happened yet.');
});
