import { plainText } from '#ui/words/text.ts';
import { expect, on, onEachSize, type Studio, test } from './studio.ts';

const PROCESSES = '23-processes';

async function openComparison(studio: Studio, scenario = PROCESSES): Promise<void> {
  await studio.open();
  await studio.openScenario(scenario);
  await studio.press('c');
  await expect(studio.column(/./).last()).toContainText(studio.words.compare.spans.soFar);
}

const chooseSpan = (studio: Studio, span: 'step' | 'soFar' | 'run') =>
  studio.page.locator('.span-choice').getByText(studio.words.compare.spans[span], { exact: true }).click();

/** So many machines are compared: beside each other, or behind tabs on a phone. */
const expectMachines = (studio: Studio, count: number) =>
  expect(studio.isSmall ? studio.page.locator('.machine-tabs [role="tab"]') : studio.column(/./)).toHaveCount(
    count,
  );

/** Brings a machine of the comparison into sight. */
async function showMachine(studio: Studio, name: string | RegExp): Promise<void> {
  if (studio.isSmall) await studio.page.getByRole('tab', { name }).tap();
}

test('shadow paging beside EPT: a process is made, meets page faults, and is switched away from', async ({
  studio,
  page,
}) => {
  const { compare, cost, walk } = studio.words;
  await studio.open();
  await studio.openScenario(PROCESSES);
  await page.getByRole('button', { name: `⇄ ${compare.open}` }).click();
  const ept = studio.column(/^KVM tdp$/);
  await expect(ept.locator('.grid-cell').first()).toBeVisible();

  await test.step('the page tells who pays with what', async () => {
    const shadow = { name: 'KVM shadow', exits: 22, references: 0, perMiss: 4, tables: 0 };
    const nested = { name: 'KVM tdp', exits: 14, references: 0, perMiss: 24, tables: 0 };
    const sentence = plainText(compare.tradeOff(shadow, nested, 27, 'trade'));
    await expect(page.locator('.trade-off')).toContainText(sentence);
    await expect(page.locator('.trade-off')).toContainText(compare.sameOutcomes);
  });

  await test.step('a context switch leaves the one guest and not the other', async () => {
    await studio.press('Shift+ArrowRight', 3);
    await studio.expectStep(4);
    await chooseSpan(studio, 'step');
    await expect(studio.difference('MOV to CR3')).toHaveText(['1', '0']);
    await expect(studio.difference(cost.groups.exits)).toHaveText(['1', '0']);
  });

  await test.step('a translation of what both know is a walk of 4 references, or of 24', async () => {
    await studio.press('End');
    await studio.expectStep(27);
    await expect(studio.difference(cost.groups.exits)).toHaveText(['0', '0']);
    await expect(studio.difference(cost.groups.references)).toHaveText(['4', '24']);
    await expect(ept).toContainText(walk.grid.count(24, 24));
  });

  await test.step('and all of the run', async () => {
    await chooseSpan(studio, 'run');
    await expect(studio.difference(cost.groups.exits)).toHaveText(['22', '14']);
    await expect(studio.difference('#PF')).toHaveText(['12', '0']);
    await expect(studio.difference('EPT violation')).toHaveText(['0', '14']);
    await expect(studio.difference(cost.groups.tables)).toHaveText(['10', '4']);
    await expect(studio.difference(cost.counters.emulatedWrites)).toHaveText(['4', '0']);
  });

  await test.step('a click on a statement goes there, on every machine', async () => {
    await studio.press('Home');
    await page
      .getByRole('button', { name: /write 0x12000 4 user/ })
      .first()
      .click();
    await studio.expectStep(7);
    for (const name of [/^KVM shadow$/, /^KVM tdp$/])
      await expect(studio.column(name)).toContainText('#PF error=0x7 cr2=0x12000');
  });
});

test('within a step the events of one machine are stepped through; the next step takes all along', async ({
  studio,
}) => {
  await openComparison(studio);
  const shadow = studio.column(/^KVM shadow$/);
  await studio
    .column(/^KVM tdp$/)
    .getByRole('button', { name: 'KVM tdp', exact: true })
    .click();
  await studio.press('Home');
  await studio.press('ArrowRight', 4);
  await studio.expectEvent(5);
  await expect(shadow.locator('.column-sentence')).toContainText(
    studio.says({ en: 'The step is done', zh: '这一步完成' }),
  );
  await studio.press('Shift+ArrowRight', 2);
  await studio.expectStep(2);
  const nested = await studio.position().innerText();
  await studio.press('x');
  await studio.expectStep(2);
  await expect(studio.position()).not.toHaveText(nested);
});

onEachSize(() => {
  test('a machine is changed, added and removed, and a link opens it all', async ({ studio, page }) => {
    const { compare, cost } = studio.words;
    await openComparison(studio);
    await showMachine(studio, 'KVM tdp');
    await page.getByLabel(compare.machine, { exact: true }).selectOption('kvm mmu=shadow');
    await page.getByRole('button', { name: compare.switches }).click();
    await page.getByRole('menuitemcheckbox', { name: /shadow-cache=off/ }).click();
    await studio.press('Escape');
    await chooseSpan(studio, 'run');
    await expect(studio.difference(cost.counters.tablesMade)).toHaveText(['11', '46']);
    await studio.button(`+ ${compare.add}`).click();
    await expectMachines(studio, 3);
    await showMachine(studio, 'KVM tdp');
    await expect(studio.column(/^KVM tdp$/)).toContainText(compare.spans.soFar);

    const fragment = await studio.link();
    await page.goto('about:blank');
    await studio.open(fragment);
    await expectMachines(studio, 3);
    await showMachine(studio, /shadow-cache=off/);
    await expect(studio.column(/shadow-cache=off/)).toContainText(compare.spans.soFar);
    await showMachine(studio, 'KVM tdp');
    await studio.button(compare.remove('KVM tdp')).click();
    await expectMachines(studio, 2);
    await studio.press('Escape');
    await expect(studio.column(/./)).toHaveCount(0);
  });
});

test('what a machine cannot do is said, and left out', async ({ studio, page }) => {
  const { compare, status } = studio.words;
  await openComparison(studio, '10-dirty-log');
  await page.getByLabel(compare.machine, { exact: true }).selectOption('bare');
  const bare = studio.column(new RegExp(`^${studio.words.bar.bare}$`));
  await expect(bare).toContainText(compare.leftOut);
  await expect(bare).toContainText('host get-dirty');
  await expect(bare).not.toContainText(status.running);
  await studio.press('Shift+ArrowRight', 2);
  await expect(page.getByRole('button', { name: /host dirty-log 1 on/ })).toContainText('–');
  await studio.press('Shift+ArrowRight');
  await expect(bare).toContainText(compare.figures(4, 0, 0));
});

test('an edited text stands beside the one before, at the first event that differs', async ({
  studio,
  page,
}) => {
  const { compare } = studio.words;
  await studio.open();
  await studio.openScenario('04-page-table-write');
  await studio.typeAfter('invlpg 0x10000', '\nread 0x11000');
  await page.getByRole('button', { name: `⇄ ${compare.keep}` }).click();
  const [now, before] = [compare.edited('KVM shadow'), compare.kept('KVM shadow')];
  await expect(studio.column(before)).toContainText(compare.spans.soFar);
  const parting = new RegExp(compare.firstEvent(1).replace(/\d+/, '\\d+'));
  await page.getByRole('button', { name: parting }).click();
  await expect(studio.column(now).locator('.column-sentence')).toContainText('read 0x11000');
  await expect(studio.column(before).locator('.column-sentence')).toContainText('read 0x10000');
  await expect(page.locator('.step-bars-rows').getByRole('button', { name: /read 0x11000/ })).toContainText(
    '–',
  );
});

test.describe('on a phone', () => {
  test.use(on('phone'));

  test('one machine at a time, with a switch', async ({ studio, page }) => {
    const { compare, commands, cost } = studio.words;
    await studio.open();
    await studio.showTab('cost');
    await page.getByRole('button', { name: `⇄ ${compare.open}` }).tap();
    await expect(studio.column(/./)).toHaveCount(1);
    await page.getByRole('tab', { name: 'KVM tdp' }).tap();
    await expect(studio.column(/^KVM tdp$/)).toContainText(compare.spans.soFar);
    await studio.button(commands.nextStep).tap();
    await studio.expectStep(2);
    await expect(studio.difference(cost.groups.references)).toHaveText([/\d+/, /\d+/]);
  });
});
