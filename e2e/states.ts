/**
 * The states of the page that are looked at as a whole, in each size, theme and language: how a person gets to each, one after the
 * other. What a state must be like is said where the table is used.
 */
import { expect, type Size, type Studio, type View } from './studio.ts';

export interface State {
  readonly name: string;
  /** From the state before it. */
  readonly show: (studio: Studio) => Promise<unknown>;
  /** The only size that has it. */
  readonly only?: Size;
  /** What of the page it changes, as a selector; all of it where this is missing. */
  readonly within?: string;
}

/** States that are gone through on one page, from its opening on. */
export interface Round {
  readonly name: string;
  readonly states: readonly State[];
}

const view = (id: View): State => ({
  name: id,
  show: (studio) => studio.showView(id),
  within: `[data-pane="${id === 'events' ? id : 'lower'}"], #tab-view`,
});

const inspected = (name: string, place: string): State => ({
  name: `inspector, ${name}`,
  within: '.inspector',
  show: async (studio) => {
    await studio.goTo(place);
    await studio.showView('inspector');
  },
});

/** A dialog of the export, by its tab. */
const exported = (id: 'picture' | 'files' | 'mail' | 'embed'): State => ({
  name: `export, ${id}`,
  within: '[role="dialog"]',
  show: async ({ page, words }) => {
    await page.getByRole('tab', { name: words.sharing.tabs[id] }).click();
    await expect(page.getByRole('dialog').locator('section :is(img, pre, iframe)')).toBeVisible();
  },
});

export const SHADOW: Round = {
  name: 'shadow paging',
  states: [
    { name: 'first view', show: (studio) => studio.open() },
    {
      name: 'out of sync, walk',
      show: async (studio) => {
        await studio.openScenario('04-page-table-write');
        await studio.find('kind:kvm_mmu_unsync_page');
        await studio.showView('walk');
      },
    },
    view('tables'),
    view('memory'),
    view('calls'),
    view('cost'),
    view('events'),
  ],
};

export const INSPECTED: Round = {
  name: 'what is selected',
  states: [
    {
      name: 'inspector, event',
      show: async (studio) => {
        await studio.open();
        await studio.openScenario('04-page-table-write');
        await studio.find('kind:kvm_mmu_unsync_page');
        await studio.showView('inspector');
      },
    },
    inspected('entry', 't3[010]'),
    inspected('table', 't3'),
    inspected('guest frame', 'gpa:0x103000'),
    inspected('address', 'gva:0x10000'),
    inspected('registers', 'cr3'),
    inspected('function', 'make_spte'),
    {
      name: 'inspector, fault',
      within: '.inspector',
      show: async (studio) => {
        await studio.press('Escape');
        await studio.find('kind:fault');
        await studio.showView('inspector');
      },
    },
  ],
};

export const NESTED: Round = {
  name: 'nested paging',
  states: [
    {
      name: 'two dimensions, walk',
      show: async (studio) => {
        await studio.open();
        await studio.openScenario('16-two-dimensions');
        await studio.press('Shift+ArrowRight');
        await studio.find('kind:translated');
        await studio.showView('walk');
      },
    },
    { name: 'two dimensions, tables', show: (studio) => studio.showView('tables') },
    inspected('nested entry', 't3[100]'),
    {
      name: 'dirty log, memory',
      show: async (studio) => {
        await studio.openScenario('17-nested-dirty-log');
        await studio.find('kind:fast_page_fault');
        await studio.showView('memory');
      },
    },
    {
      name: 'spared references',
      show: async (studio) => {
        await studio.openScenario('23-spared-references');
        await studio.press('End');
        await studio.showView('walk');
      },
    },
    { name: 'learning', only: 'laptop', show: (studio) => studio.press('1') },
    { name: 'presented', only: 'laptop', show: (studio) => studio.press('3') },
  ],
};

export const MARKS: Round = {
  name: 'search and marks',
  states: [
    {
      name: 'search with finds',
      show: async (studio) => {
        await studio.open();
        await studio.showView('events');
        await studio.filter().fill('is:fault');
        await studio.filter().press('Enter');
      },
    },
    {
      name: 'search with a mistake',
      show: async (studio) => {
        await studio.filter().fill('is:fault kind:kvm_mmu_set_sptee');
        await expect(studio.page.locator('.filter-problem')).toBeVisible();
      },
    },
    {
      name: 'stops and notes',
      within: '[data-pane="lower"], #tab-view',
      show: async (studio) => {
        await studio.filter().fill('');
        await studio.showView('marks');
        await studio.button(studio.words.marks.quick.fault).click();
        await studio.button(studio.words.marks.addNote).click();
        await studio.page.locator('.notes input').fill('Why does the guest not see this fault?');
      },
    },
    {
      name: 'a stop with a mistake',
      within: '[data-pane="lower"], #tab-view',
      show: (studio) =>
        studio.page
          .getByRole('textbox', { name: studio.words.marks.stopLabel })
          .fill('kind:kvm_mmu_set_sptee'),
    },
    {
      name: 'a mistake in the scenario',
      show: async (studio) => {
        await studio.showView('scenario');
        await studio.typeAfter('write 0x10000 0x5678', '\nraed 0x10000');
        await expect(studio.problems()).toHaveCount(1);
      },
    },
    {
      name: 'a message',
      show: async (studio) => {
        await studio.page.evaluate("location.hash = '#p1broken'");
        await expect(studio.message()).toBeVisible();
      },
    },
  ],
};

export const EDITED: Round = {
  name: 'edits',
  states: [
    {
      name: 'a statement to insert, with a mistake',
      show: async (studio) => {
        await studio.open();
        await studio.press('Shift+ArrowRight', 2);
        await studio.openInsertLine();
        await studio.page.keyboard.type('invlpg nowhere');
        await expect(studio.page.locator('.insert-wrong')).toBeVisible();
      },
    },
    {
      name: 'a statement inserted',
      show: async (studio) => {
        await studio.press('Backspace', 'nowhere'.length);
        await studio.page.keyboard.type('0x10000');
        await studio.press('Enter');
        await expect(studio.message()).toBeVisible();
      },
    },
    {
      name: 'a value for an entry, with a mistake',
      within: '.inspector',
      show: async (studio) => {
        const { edits } = studio.words;
        await studio.inspect('g:103[16]');
        await studio.button(edits.change).click();
        await studio.page.getByRole('textbox', { name: edits.form.label }).fill('0x20000|p|nope');
      },
    },
  ],
};

export const DIALOGS: Round = {
  name: 'menus and dialogs',
  states: [
    {
      name: 'open menu',
      show: async (studio) => {
        await studio.open();
        await studio.button(`${studio.words.bar.open} ▾`).click();
        await expect(studio.page.getByRole('menu')).toBeVisible();
      },
    },
    {
      name: 'panes menu',
      only: 'laptop',
      show: async (studio) => {
        await studio.press('Escape');
        await studio.button(`${studio.words.layout.menu} ▾`).click();
        await expect(studio.page.getByRole('menu')).toBeVisible();
      },
    },
    {
      name: 'palette',
      within: '[role="dialog"]',
      show: async (studio) => {
        await studio.press('Escape');
        await studio.press('Control+k');
        await expect(studio.page.getByRole('dialog')).toBeVisible();
      },
    },
    {
      name: 'key sheet',
      show: async (studio) => {
        await studio.press('Escape');
        await studio.button(studio.words.bar.keys).click();
        await expect(studio.page.getByRole('dialog')).toBeVisible();
      },
    },
    {
      name: 'export',
      show: async (studio) => {
        await studio.press('Escape');
        await studio.button(studio.words.sharing.open).click();
        await expect(studio.page.getByRole('dialog').getByRole('img')).toBeVisible();
      },
    },
    exported('files'),
    exported('mail'),
    exported('embed'),
    {
      name: 'figures',
      within: '[role="dialog"]',
      show: async (studio) => {
        await studio.press('Escape');
        await studio.openMenuItem(studio.words.figures.open);
        await expect(studio.page.locator('.figures table[aria-busy="false"]')).toHaveCount(6);
      },
    },
  ],
};

export const COMPARED: Round = {
  name: 'comparison and frame',
  states: [
    {
      name: 'compared',
      show: async (studio) => {
        await studio.open();
        await studio.openScenario('23-processes');
        await studio.press('c');
        await studio.press('Shift+ArrowRight', 6);
        await expect(studio.column(/./).last()).toContainText(studio.words.compare.spans.soFar);
      },
    },
    {
      name: 'machines to choose from',
      show: async (studio) => {
        if (studio.isSmall) await studio.page.getByRole('tab', { name: 'KVM tdp' }).click();
        await studio.button(studio.words.compare.switches).click();
        await expect(studio.page.getByRole('menu')).toBeVisible();
      },
    },
    {
      name: 'compared in a frame',
      show: async (studio) => {
        await studio.press('Escape');
        const moment = await studio.link();
        await studio.page.goto('about:blank');
        await studio.page.goto(`/?embed${moment}`);
        await expect(studio.column(/./).last()).toContainText(studio.words.compare.spans.soFar);
      },
    },
    {
      name: 'in a frame',
      show: async (studio) => {
        await studio.page.goto('about:blank');
        await studio.open();
        const moment = await studio.link();
        await studio.page.goto('about:blank');
        await studio.open(`?embed${moment}`);
        await studio.press('ArrowRight', 29);
      },
    },
  ],
};

export const ROUNDS: readonly Round[] = [SHADOW, INSPECTED, NESTED, EDITED, MARKS, DIALOGS, COMPARED];
