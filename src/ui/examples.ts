/** The scenarios that come with the page, with title and comments in its language. */
import type { Words } from '#ui/words/en.ts';

export interface Example {
  readonly name: string;
  readonly title: string;
  readonly text: string;
}

/** Scenarios' texts by file name without its end, from files by path. */
export const textsByName = (files: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(files).map(([path, text]) => [path.replace(/^.*\//, '').replace(/\.scn$/, ''), text]),
  );

/** All of them, in the order of the numbers that their names begin with. */
export const examplesIn = ({ examples }: Words): readonly Example[] =>
  Object.entries(examples)
    .map(([name, text]) => ({ name, title: text.match(/^title (.*)$/m)?.[1] ?? name, text }))
    // Not by the rules of a language, which a browser has to load first.
    .sort((a, b) => (a.name < b.name ? -1 : 1));

/** What the page shows when nothing else was asked for. */
export const firstExample = (words: Words): Example => examplesIn(words)[0] as Example;
