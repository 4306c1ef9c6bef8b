import { expect, onEachSize, type Studio, test } from './studio.ts';

const scenario = (title: string): string =>
  `scenario 1\ntitle ${title}\nmachine bare\nguest paging=off\nslot 0 gpa=0 size=4M\nread 0x1000\n`;

const file = (name: string, content: string | Buffer) => ({
  name,
  mimeType: 'text/plain',
  buffer: Buffer.from(content),
});

// From the first file on, choosers are taken before the browser shows them.
test.beforeEach(({ page }) => {
  page.on('filechooser', () => {});
});

/** Chooses a file in the dialog that `open` brings up. */
async function choose(studio: Studio, chosen: ReturnType<typeof file>, open: () => Promise<void>) {
  const chooser = studio.page.waitForEvent('filechooser');
  await open();
  await (await chooser).setFiles(chosen);
}

/** Drops a file on the page, or pastes a text: what the browser would send. */
const dropFile = (studio: Studio, name: string, content: string): Promise<void> =>
  studio.page.evaluate(`
    const transfer = new DataTransfer();
    transfer.items.add(new File([${JSON.stringify(content)}], ${JSON.stringify(name)}, { type: 'text/plain' }));
    const target = document.querySelector('.cm-content') ?? document.body;
    for (const type of ['dragover', 'drop'])
      target.dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }));
  `);

const paste = (studio: Studio, text: string): Promise<void> =>
  studio.page.evaluate(`
    const transfer = new DataTransfer();
    transfer.setData('text/plain', ${JSON.stringify(text)});
    document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData: transfer, bubbles: true }));
  `);

onEachSize(() => {
  test('a file, by menu and by key, is opened and remembered', async ({ studio, page }) => {
    await studio.open();
    await choose(
      studio,
      file('own.scn', `\ufeff${scenario('My own').replaceAll('\n', '\r\n')}`),
      async () => {
        await studio.openMenuItem(studio.words.opening.file);
      },
    );
    await expect(studio.title()).toHaveText('My own');
    await studio.expectEvent(1);
    await expect(studio.message()).toHaveCount(0);
    await choose(studio, file('two.scn', scenario('Another')), () => studio.press('o'));
    await expect(studio.title()).toHaveText('Another');

    await page.goto('/');
    await expect(studio.title()).not.toHaveText('Another');
    await studio.openMenuItem('My own');
    await expect(studio.title()).toHaveText('My own');
  });

  test('a pasted scenario and a pasted link are opened', async ({ studio }) => {
    await studio.open();
    await studio.press('ArrowRight', 9);
    const sentence = await studio.sentence().innerText();
    const address = `${new URL(studio.page.url()).origin}/${await studio.link()}`;
    await paste(studio, scenario('Pasted'));
    await expect(studio.title()).toHaveText('Pasted');
    await paste(studio, address);
    await expect(studio.sentence()).toHaveText(sentence);
  });
});

// A phone has nothing to drop.
test('a dropped file is opened, not typed into the editor', async ({ studio }) => {
  await studio.open();
  await expect(studio.editor()).toBeVisible();
  const before = await studio.title().innerText();
  await dropFile(studio, 'dropped.scn', scenario('Dropped'));
  await expect(studio.title()).toHaveText('Dropped');
  await expect(studio.editor()).not.toContainText(before);
});

test('pasting into the editor edits', async ({ studio, page }) => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await studio.open();
  await page.evaluate(`navigator.clipboard.writeText('# pasted')`);
  await studio.typeAfter('write 0x10000 0x5678', ' ');
  await studio.press('Control+v');
  await expect(studio.editor()).toContainText('# pasted');
  await expect(studio.message()).toHaveCount(0);
});

const foreign = [
  { name: 'notes.txt', content: 'hello', reason: 'foreign' },
  { name: 'trace.txt', content: '# tracer: nop\n#\n', reason: 'foreign' },
  { name: 'picture.scn', content: Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1]), reason: 'binary' },
  { name: 'huge.scn', content: 'scenario 1\n'.repeat(100_000), reason: 'large' },
] as const;

for (const { name, content, reason } of foreign) {
  test(`${name} is refused with one message, and what was open stays`, async ({ studio }) => {
    await studio.open();
    await studio.press('ArrowRight', 5);
    const sentence = await studio.sentence().innerText();
    await choose(studio, file(name, content), () => studio.press('o'));
    await expect(studio.message()).toHaveCount(1);
    const { refused, problems } = studio.words.opening;
    await expect(studio.message()).toContainText(refused(name, problems[reason]));
    await expect(studio.sentence()).toHaveText(sentence);
  });
}

test('a scenario with errors is opened, and they are marked', async ({ studio }) => {
  await studio.open();
  await choose(studio, file('wrong.scn', `${scenario('Wrong')}raed 0\n`), () => studio.press('o'));
  await expect(studio.editor()).toContainText('raed');
  await expect(studio.problems()).toHaveCount(1);
  await expect(studio.message()).toContainText(studio.words.opening.errors);
});

test('a link never overwrites a draft, and a reload goes on with it', async ({ studio, page }) => {
  await studio.open();
  await studio.typeAfter('title', ', mine');
  await expect(studio.title()).toContainText('mine');
  await studio.link();
  await page.reload();
  await studio.typeAfter('title', ' still');
  await expect(studio.title()).toContainText('mine still');
  await paste(studio, `#t=${encodeURIComponent(scenario('By link'))}`);
  await expect(studio.title()).toHaveText('By link');
  await studio.typeAfter('title', ', edited');
  await expect(studio.title()).toHaveText('By link, edited');
  await page.getByRole('button', { name: studio.words.bar.open }).first().click();
  const drafts = page.getByRole('group').filter({ hasText: studio.words.bar.drafts }).getByRole('menuitem');
  await expect(drafts).toHaveText(['By link, edited', /mine still$/]);
});

test('where the browser keeps nothing the page works, and says so once', async ({ studio, page }) => {
  await page.addInitScript(`
    for (const name of ['getItem', 'setItem'])
      Storage.prototype[name] = () => { throw new DOMException('no', 'SecurityError'); };
  `);
  await studio.open();
  await studio.typeAfter('title', ', mine');
  await expect(studio.title()).toContainText('mine');
  await expect(studio.message()).toContainText(studio.words.opening.notKept);
  await studio.message().getByRole('button', { name: studio.words.messages.dismiss }).click();
  await studio.typeAfter('title', ' too');
  await expect(studio.title()).toContainText('mine too');
  await expect(studio.message()).toHaveCount(0);
  await page.getByRole('combobox', { name: studio.words.bar.theme }).selectOption('dark');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await studio.openScenario('12-bare-walk');
  await expect(studio.title()).not.toContainText('mine');
});
