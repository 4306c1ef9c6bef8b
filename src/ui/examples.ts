/** The scenarios that come with the page, by file name; the numbers in front order them. */

export interface Example {
  readonly name: string;
  readonly title: string;
  readonly text: string;
}

const files = import.meta.glob<string>('#content/scenarios/*.scn', {
  query: '?raw',
  import: 'default',
  eager: true,
});

/** All of them, in the order of their file names. */
export const EXAMPLES: readonly Example[] = Object.entries(files)
  .map(([path, text]) => ({
    name: path.replace(/^.*\//, '').replace(/\.scn$/, ''),
    title: text.match(/^title (.*)$/m)?.[1] ?? path,
    text,
  }))
  .sort((a, b) => a.name.localeCompare(b.name));

/** What the page shows when nothing else was asked for. */
export const FIRST: Example = EXAMPLES[0] as Example;
