/** What a person does with the studio, as verbs; where things are on the page is known here only. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { test as base, expect, type Locator, type Page } from '@playwright/test';
import { en, type PageWords, zh } from './words.ts';

export type Language = 'en' | 'zh';

/** The sizes that the page is made for, at the least. A lecture hall's 1920×1080 is a larger laptop. */
export const SIZES = { laptop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } } as const;
export type Size = keyof typeof SIZES;

/** A view of the page: all the time there, behind a tab of the pane in the middle, or behind a tab of the phone. */
export type View = (typeof BESIDE)[number] | (typeof IN_THE_MIDDLE)[number];
const BESIDE = ['scenario', 'walk', 'inspector', 'events'] as const;
const IN_THE_MIDDLE = ['tables', 'memory', 'calls', 'cost', 'marks'] as const;

/** What a project of playwright.config.ts says. */
export interface StudioOptions {
  readonly language: Language;
}

/** Where axe looks, and for what. */
interface Looked {
  readonly within?: string | undefined;
  readonly only?: readonly string[];
  readonly without?: readonly string[];
}

/** Keys of commands that are buttons on a phone. */
const KEYS = { play: 'Space', runOn: 'r', runBack: 'R' } as const;

const SCENARIOS = join(import.meta.dirname, '..', 'content', 'scenarios');

export class Studio {
  readonly page: Page;
  readonly language: Language;
  /** What is written on the page, in its language. */
  readonly words: PageWords;

  constructor(page: Page, language: Language) {
    this.page = page;
    this.language = language;
    this.words = { en, zh }[language];
  }

  /** What a text that is made elsewhere (a sentence, a title) says in the page's language. */
  says<Text>(texts: Readonly<Record<Language, Text>>): Text {
    return texts[this.language];
  }

  /** Opens the studio, or a link to a moment in it, and waits for the run. */
  async open(fragment = ''): Promise<void> {
    await this.page.goto(`/${fragment}`);
    await expect(this.sentence()).not.toBeEmpty();
    await expect(this.position()).toBeVisible();
  }

  async press(key: string, times = 1): Promise<void> {
    for (let i = 0; i < times; i++) await this.page.keyboard.press(key);
  }

  /** Steps on until the event at the cursor is of a kind, or an outcome that reads so, which brings the list of events into sight. */
  async stepTo(kind: string): Promise<void> {
    if (kind.startsWith('--')) await this.showView('events');
    const there = kind.startsWith('--')
      ? this.currentEvent().filter({ hasText: new RegExp(`^\\d+${kind}\\b`) })
      : this.page.locator(`.position[data-kind="${kind}"]`);
    for (let i = 0; i < 80; i++) {
      await this.press('ArrowRight');
      if ((await there.count()) > 0) return;
    }
    throw new Error(`no event ${kind} within 80 steps`);
  }

  sentence(): Locator {
    return this.page.getByTestId('sentence');
  }

  position(): Locator {
    return this.page.locator('.position');
  }

  /** The cursor is in a step, counted from 1. */
  async expectStep(step: number): Promise<void> {
    await expect(this.position()).toHaveAttribute('data-step', `${step}`);
  }

  /** The cursor is at an event, by its number. */
  async expectEvent(event: number): Promise<void> {
    await expect(this.position()).toHaveAttribute('data-event', `${event}`);
  }

  /** The event at the cursor is of a kind. */
  async expectKind(kind: string): Promise<void> {
    await expect(this.position()).toHaveAttribute('data-kind', kind);
  }

  currentEvent(): Locator {
    return this.page.locator('.event-row[aria-current="true"]');
  }

  events(): Locator {
    return this.page.locator('.event-row');
  }

  /** A name that the event at the cursor has in the list. */
  named(value: string): Locator {
    return this.currentEvent().getByRole('button', { name: value, exact: true });
  }

  /** A cell of the walk, by the entry that it shows: `t0[000]`. */
  cell(slot: string): Locator {
    const name = new RegExp(`^${slot.replace(/[[\]]/g, '\\$&')}:`);
    return this.page.locator('.walk').getByRole('button', { name });
  }

  /** An entry in the tables: `t3[16]`. */
  entry(name: string): Locator {
    return this.page.locator(`[data-entry="${name}"]`);
  }

  /** What a line of the costs says: of the step so far and as a whole, of the run so far and as a whole. */
  cost(line: string): Locator {
    const heading = this.page.getByRole('rowheader', { name: line, exact: true });
    return this.page.locator('.cost-table tr').filter({ has: heading }).locator('td');
  }

  /** A machine of a comparison, by its name. */
  column(name: string | RegExp): Locator {
    return this.page
      .locator('.compare-column')
      .filter({ has: this.page.locator('.column-name', { hasText: name }) });
  }

  /** What a line of a comparison's costs says of each machine. */
  difference(line: string): Locator {
    const heading = this.page.getByRole('rowheader', { name: line, exact: true });
    return this.page.locator('.difference-table tr').filter({ has: heading }).locator('td');
  }

  inspector(): Locator {
    return this.page.getByRole('region', { name: this.words.panes.inspector }).last();
  }

  pane(id: keyof PageWords['panes']): Locator {
    return this.page.locator(`[data-pane][aria-label="${this.words.panes[id]}"]`);
  }

  /** The button that folds a pane, opens it again, makes it the only one. */
  fold(id: keyof PageWords['panes']): Locator {
    return this.button(this.words.layout.fold(this.words.panes[id] as string));
  }

  unfold(id: keyof PageWords['panes']): Locator {
    return this.button(this.words.layout.unfold(this.words.panes[id] as string));
  }

  maximise(id: keyof PageWords['panes']): Locator {
    return this.button(this.words.layout.maximise(this.words.panes[id] as string));
  }

  /** A button by what it is called. */
  button(name: string): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }

  /** A question of the inspector about what is selected. */
  question(question: keyof PageWords['inspector']['questions']): Locator {
    const { ask, questions } = this.words.inspector;
    return this.page.getByRole('group', { name: ask }).getByRole('button', { name: questions[question] });
  }

  /** The box that searches the events. */
  filter(): Locator {
    return this.page.getByRole('searchbox', { name: this.words.search.label });
  }

  /** How much the cursor passes over. */
  detail(): Locator {
    return this.page.getByRole('combobox', { name: this.words.timeline.detail });
  }

  /** The name of the scenario that is shown. */
  title(): Locator {
    return this.page.getByRole('heading', { level: 1 });
  }

  editor(): Locator {
    return this.page.locator('.cm-content');
  }

  /** Opens the line for a statement, with the caret in it. */
  async openInsertLine(): Promise<void> {
    await this.press('i');
    await expect(this.page.locator('.insert-line .cm-content')).toBeFocused();
  }

  problems(): Locator {
    return this.page.locator('.problems li');
  }

  message(): Locator {
    return this.page.getByRole('alert');
  }

  /** What the system's setting is, light or dark, as the page has taken it up. */
  async setScheme(scheme: 'light' | 'dark'): Promise<void> {
    await this.page.emulateMedia({ colorScheme: scheme });
    await expect(this.page.locator('html')).toHaveAttribute('data-theme', scheme);
  }

  /** Nothing of it is beyond an edge of the window. */
  async showsWhole(part: Locator): Promise<void> {
    await expect(part).toBeInViewport({ ratio: 1 });
  }

  /** axe finds nothing serious on the page as it is. */
  async expectAccessible(): Promise<void> {
    expect(await this.seriousFindings()).toEqual([]);
  }

  /**
   * What axe finds that is serious on the page as it is: the rule, and what breaks it. That a menu scrolls with the item that has
   * the focus is nothing that axe sees.
   * @param within a selector of the part to look at; only, without: rules to ask, or to leave out
   */
  async seriousFindings({ within, only, without }: Looked = {}): Promise<string[]> {
    const axe = new AxeBuilder({ page: this.page }).setLegacyMode().options({ resultTypes: ['violations'] });
    if (within) axe.include(within);
    if (only) axe.withRules([...only]);
    if (without) axe.disableRules([...without]);
    const { violations } = await axe.analyze();
    const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    return serious
      .flatMap(({ id, nodes }) => nodes.map(({ html }) => ({ id, html })))
      .filter(({ id, html }) => !(id === 'scrollable-region-focusable' && html.includes('role="menu"')))
      .map(({ id, html }) => `${id}: ${html}`);
  }

  /** Puts the text caret behind the first occurrence of `text` and types. */
  async typeAfter(text: string, typed: string): Promise<void> {
    const line = this.editor().locator('.cm-line', { hasText: text }).first();
    // The editor measures lines anew as they come into sight, and moves them.
    await line.hover();
    await line.click();
    await this.press('End');
    await this.page.keyboard.type(typed);
  }

  /** Deletes the last characters of the line that the caret is in. */
  async rubOut(count: number): Promise<void> {
    await this.press('End');
    await this.press('Backspace', count);
  }

  /** The address, once it holds the present moment. */
  async link(): Promise<string> {
    await this.page.waitForTimeout(600);
    return this.page.evaluate('location.hash');
  }

  async copyLink(): Promise<string> {
    await this.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await this.page.getByRole('button', { name: this.words.bar.copy }).click();
    await expect(this.page.getByText(this.words.bar.copied)).toBeVisible();
    return this.page.evaluate('navigator.clipboard.readText()');
  }

  /** Opens one of the scenarios that come with the page, by its file's name. */
  async openScenario(name: string): Promise<void> {
    const text = readFileSync(
      join(SCENARIOS, this.language === 'en' ? '' : this.language, `${name}.scn`),
      'utf8',
    );
    const title = /^title (.*)$/m.exec(text)?.[1] ?? '';
    await this.openMenuItem(title);
    await expect(this.title()).toHaveText(title);
  }

  /** Opens a scenario or a draft by its title. */
  async openMenuItem(title: string): Promise<void> {
    await this.page.getByRole('button', { name: this.words.bar.open }).first().click();
    await this.page.getByRole('menuitem', { name: title }).click();
  }

  async showTab(id: keyof PageWords['panes']): Promise<void> {
    await this.page.getByRole('tab', { name: this.words.panes[id] as string }).click();
  }

  /** Whether the page shows one view at a time. */
  get isSmall(): boolean {
    const { width = 0, height = 0 } = this.page.viewportSize() ?? {};
    return width <= 760 || (width <= 960 && height <= 500);
  }

  /** Presses an entry among the tables, and brings what is said of it into sight. */
  async inspect(entry: string): Promise<void> {
    await this.showView('tables');
    await this.entry(entry).first().click();
    await this.showView('inspector');
  }

  /** Brings a view into sight, whatever the size. */
  async showView(id: View): Promise<void> {
    if (!this.isSmall && BESIDE.some((view) => view === id)) return;
    await this.showTab(id);
    await expect(this.page.getByRole('tabpanel').locator('*').first()).toBeVisible();
  }

  /** Moves the cursor to the next event that a filter finds. */
  async find(filter: string): Promise<void> {
    await this.showView('events');
    await this.filter().fill(filter);
    await expect(this.page.locator('.search-count')).not.toBeEmpty();
    await this.filter().press('Enter');
    await this.filter().fill('');
    await this.filter().press('Escape');
  }

  /** Runs a command that has a key on a laptop, and a button under the thumb of a phone. */
  async command(id: keyof typeof KEYS): Promise<void> {
    if (this.isSmall) await this.button(this.words.commands[id]).tap();
    else await this.press(KEYS[id]);
  }

  /** Selects what a name in the event at the cursor stands for, and brings what is said of it into sight. */
  async selectNamed(value: string): Promise<void> {
    await this.showView('events');
    await this.named(value).click();
    await this.showView('inspector');
  }

  /** Writes a note at the cursor: by its key, or by its button. */
  async addNote(text: string): Promise<void> {
    if (!this.isSmall) await this.press('b');
    else {
      await this.showView('marks');
      await this.button(this.words.marks.addNote).tap();
    }
    await this.page.keyboard.type(text);
    await this.page.locator('.notes h3').click();
  }

  /** Opens the palette: by its key, or by a tap on what says where the cursor is. */
  async openPalette(): Promise<void> {
    if (this.isSmall) await this.page.locator('.where').tap();
    else await this.press('Control+k');
  }

  /** Opens the dialog of the export: by its key, or by its button. */
  async openExport(): Promise<void> {
    if (this.isSmall) await this.button(this.words.sharing.open).tap();
    else await this.press('e');
  }

  /** Selects a place by its name, or goes to an event by its number. */
  async goTo(name: string): Promise<void> {
    const palette = this.page.getByRole('dialog', { name: this.words.palette.title });
    await this.openPalette();
    await palette.getByRole('combobox').fill(name);
    await this.press('Enter');
    await expect(palette).toHaveCount(0);
  }
}

/** What Playwright says where service workers are blocked, as playwright.config.ts wants them to be. */
const NO_WORKER = 'Service Worker registration blocked by Playwright';

/** A test with a studio; anything that the page writes to the console as an error or a warning fails it. */
export const test = base.extend<{ studio: Studio } & StudioOptions>({
  language: ['en', { option: true }],
  locale: ({ language }, use) => use({ en: 'en-US', zh: 'zh-CN' }[language]),
  studio: async ({ page, language }, use) => {
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      const isComplaint = message.type() === 'error' || message.type() === 'warning';
      if (isComplaint && message.text() !== NO_WORKER) complaints.push(message.text());
    });
    await use(new Studio(page, language));
    expect(complaints).toEqual([]);
  },
});

/** Marks a test that is run in every language: one for each view, and those whose texts may lack room. playwright.config.ts asks for it. */
export const EVERY_LANGUAGE = { tag: '@every-language' };

/** What `test.use` takes for a size. */
export const on = (size: Size) => ({ viewport: SIZES[size], hasTouch: size === 'phone' });

/** Tests of journeys that are the same on a laptop and on a phone. */
export function onEachSize(declare: (size: Size) => void): void {
  for (const size of Object.keys(SIZES) as Size[])
    test.describe(`on a ${size}`, () => {
      test.use(on(size));
      declare(size);
    });
}

export { expect };
