import { deflateRawSync } from 'node:zlib';
import { decodeMoment, encodeMoment } from '#scenario/link.ts';
import { keptLinks } from '#tests/kept-links.ts';
import { expect, onEachSize, test } from './studio.ts';

const zeros = `#p1AAAA${deflateRawSync(Buffer.alloc(64 * 1024 * 1024)).toString('base64url')}`;

const broken = [
  { name: 'changed', fragment: '#p1AAAAAAAAAAAAAAAA' },
  { name: 'foreign', fragment: '#hello' },
  { name: 'from a newer version', fragment: '#p3AAAA' },
  { name: 'hostile: 64 MiB of zeros', fragment: zeros },
  { name: 'hand-written, badly', fragment: '#t=%E0%A4%A' },
];

onEachSize(() => {
  test('a link that cannot be read gives a message, and the page lives', async ({ studio, page }) => {
    for (const { name, fragment } of broken) {
      await test.step(name, async () => {
        await page.goto('about:blank');
        await studio.open(fragment);
        await expect(studio.message()).toContainText(
          studio.says({ en: 'could not be opened', zh: '无法打开' }),
        );
        await studio.message().getByRole('button', { name: studio.words.messages.dismiss }).click();
        await expect(studio.message()).toHaveCount(0);
        await studio.press('ArrowRight');
        await studio.expectEvent(2);
      });
    }
  });

  test('a broken link leaves what was open', async ({ studio, page }) => {
    await studio.open();
    await studio.openScenario('12-bare-walk');
    await studio.press('ArrowRight', 3);
    const sentence = await studio.sentence().innerText();
    await page.evaluate("location.hash = '#p1broken'");
    await expect(studio.message()).toContainText(
      studio.says({ en: 'What was open is still here', zh: '原来打开的内容仍在' }),
    );
    await expect(studio.sentence()).toHaveText(sentence);
  });

  test('a hand-written link opens', async ({ studio }) => {
    const text =
      'scenario 1\ntitle By hand\nmachine bare\nslot 0 gpa=0 size=4M\nguest paging=off\nread 0x1000\n';
    await studio.open(`#t=${encodeURIComponent(text)}`);
    await expect(studio.title()).toHaveText('By hand');
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
    await expect(studio.message()).toContainText(studio.words.messages.differs);
    await studio.expectEvent(10);
  });

  test('a link carries the selection, what is looked for, and the view', async ({ studio, page }) => {
    await studio.open();
    await studio.press('End');
    await studio.inspect('t3[16]');
    await studio.showView('events');
    await studio.detail().selectOption('everything');
    await studio.filter().fill('kind:kvm_mmu_set_spte');
    await expect(studio.events()).toHaveCount(2);
    const fragment = await studio.link();
    await page.goto('about:blank');
    await studio.open(fragment);
    await expect(studio.detail()).toHaveValue('everything');
    await expect(studio.filter()).toHaveValue('kind:kvm_mmu_set_spte');
    await expect(studio.events()).toHaveCount(2);
    await studio.showView('inspector');
    await expect(studio.inspector()).toContainText('t3[010]');
  });

  test('a scenario without steps is an empty page, not a broken one', async ({ studio, page }) => {
    await page.goto(`/#t=${encodeURIComponent('scenario 1\ntitle Nothing yet\nmachine bare\n')}`);
    await expect(studio.title()).toHaveText('Nothing yet');
    await studio.press('ArrowRight');
    await expect(studio.sentence()).toHaveText(studio.words.sentence.empty);
  });
});

// What the codec reads is the same on a phone.
test('every link that was kept still opens', async ({ studio, page }) => {
  test.slow();
  for (const { title, step, link } of keptLinks()) {
    await test.step(`${title}, step ${step + 1}`, async () => {
      await page.goto('about:blank');
      await page.goto(`/${link}`);
      await expect(studio.title()).toHaveText(title);
      await studio.expectStep(step + 1);
      // The engine may have changed since, and then the page says so; nothing else may be amiss.
      await expect(page.locator('.message.problem')).toHaveCount(0);
    });
  }
});
