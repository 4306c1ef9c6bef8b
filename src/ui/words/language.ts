/**
 * The language of the page: the browser's at first, then the one that was chosen; kept in the browser, never in a link.
 * English comes with the page, every other catalogue when it is asked for.
 */
import { create } from 'zustand';
import { tell } from '#ui/store.ts';
import { en, type Words } from './en.ts';

export const LANGUAGES = ['en', 'zh'] as const;
export type Language = (typeof LANGUAGES)[number];

/** What a language calls itself, and its BCP 47 tag. */
export const LANGUAGE: Readonly<Record<Language, { readonly name: string; readonly tag: string }>> = {
  en: { name: 'English', tag: 'en' },
  zh: { name: '中文', tag: 'zh-Hans' },
};

const CATALOGUES: Readonly<Record<Language, () => Promise<Words>>> = {
  en: async () => en,
  zh: async () => (await import('./zh.ts')).zh,
};

const KEY = 'penumbra.language';

export const useLanguage = create<{ readonly language: Language; readonly words: Words }>(() => ({
  language: 'en',
  words: en,
}));

/** The texts in the page's language, for components: a switch draws them anew. */
export const useWords = (): Words => useLanguage((state) => state.words);

/** The first of a reader's languages that there is a catalogue for; English if there is none. */
export function languageFor(tags: readonly string[]): Language {
  for (const tag of tags) {
    const found = LANGUAGES.find((language) => tag.toLowerCase().split('-')[0] === language);
    if (found) return found;
  }
  return 'en';
}

function stored(): Language | undefined {
  try {
    return LANGUAGES.find((language) => language === localStorage.getItem(KEY));
  } catch {
    return undefined;
  }
}

let wanted: Language = 'en';

/** Shows the page in a language once its texts are there. Where they cannot be had, all stays as it is. */
async function show(language: Language): Promise<void> {
  wanted = language;
  try {
    const words = await CATALOGUES[language]();
    if (wanted !== language) return;
    document.documentElement.lang = LANGUAGE[language].tag;
    useLanguage.setState({ language, words });
  } catch {
    tell({ tone: 'notice', text: ({ messages }) => messages.noLanguage });
  }
}

/** Switches the page to a language, from now on. */
export function setLanguage(language: Language): Promise<void> {
  try {
    localStorage.setItem(KEY, language);
  } catch {
    // Not kept, but shown.
  }
  return show(language);
}

/** Finds the language of the page. Resolves when its texts are there, or cannot be had. */
export const startLanguage = (): Promise<void> => show(stored() ?? languageFor(navigator.languages));
