/** What a person does with the studio, as verbs; where things are on the page is known here only. */
import { test as base, expect, type Locator, type Page } from '@playwright/test';

export class Studio {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
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

  /** Steps on until the event at the cursor is of a kind. */
  async stepTo(kind: string): Promise<void> {
    for (let i = 0; i < 80; i++) {
      await this.press('ArrowRight');
      if (
        await this.currentEvent()
          .filter({ hasText: new RegExp(`^\\d+${kind}\\b`) })
          .count()
      )
        return;
    }
    throw new Error(`no event ${kind} within 80 steps`);
  }

  sentence(): Locator {
    return this.page.getByTestId('sentence');
  }

  position(): Locator {
    return this.page.locator('.position');
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

  inspector(): Locator {
    return this.page.getByRole('region', { name: 'Inspector' }).last();
  }

  pane(title: string): Locator {
    return this.page.locator(`[data-pane][aria-label="${title}"]`);
  }

  editor(): Locator {
    return this.page.locator('.cm-content');
  }

  problems(): Locator {
    return this.page.locator('.problems li');
  }

  message(): Locator {
    return this.page.getByRole('alert');
  }

  /** Puts the text caret behind the first occurrence of `text` and types. */
  async typeAfter(text: string, typed: string): Promise<void> {
    await this.editor().locator('.cm-line', { hasText: text }).first().click();
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
    await this.page.getByRole('button', { name: 'Copy link' }).click();
    await expect(this.page.getByText('Link copied')).toBeVisible();
    return this.page.evaluate('navigator.clipboard.readText()');
  }

  async openScenario(title: RegExp): Promise<void> {
    await this.page.getByRole('button', { name: 'Open' }).click();
    await this.page.getByRole('menuitem', { name: title }).click();
  }

  async showTab(name: string): Promise<void> {
    await this.page.getByRole('tab', { name }).click();
  }
}

/** A test with a studio; anything that the page writes to the console as an error or a warning fails it. */
export const test = base.extend<{ studio: Studio }>({
  studio: async ({ page }, use) => {
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
    });
    await use(new Studio(page));
    expect(complaints).toEqual([]);
  },
});

export { expect };
