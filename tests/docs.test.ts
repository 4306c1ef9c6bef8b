// What documents point to is there: pages and headings that they link to, files and folders that they name, commands that they tell
// people to type; and files that comments name.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = dirname(import.meta.dirname);
const FOLDERS = ['bench', 'content', 'docs', 'e2e', 'golden', 'public', 'scripts', 'src', 'tests'];

/** Names that stand for others, and endings that names have. */
const PLACEHOLDERS = /NAME|Name|FILE|^\./;
/** How a file's name ends, where a word in code letters is one. */
const FILE = /^[\w@.-]+(\/[\w@.-]+)*\.(ts|tsx|mjs|js|css|html|json|md|txt|scn)$/;
const FOLDER = new RegExp(`^((${FOLDERS.join('|')})(/[\\w@.-]+)*|[\\w@-]+(/[\\w@.-]+)*/)$`);
/** A file's name within a comment. */
const FILE_IN_TEXT = /(?<![\w#./*-])[\w@-]+(?:\/[\w@.-]+)*\.(?:tsx?|mjs|md)\b/g;

/** All files of a folder, as paths from the project's. */
const filesIn = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).replaceAll('\\', '/'));

const FILES = [
  ...FOLDERS.flatMap(filesIn),
  ...readdirSync(ROOT, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name),
];

const DOCUMENTS = FILES.filter((file) => /^([^/]+|docs\/.+)\.md$/.test(file));

const textOf = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

/** A heading's name in a link, as hosts of such pages make it. */
const anchors = (file: string): string[] =>
  [...textOf(file).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );

/** Links of a document to something in the project. */
const links = (file: string): string[] =>
  [...textOf(file).matchAll(/\]\(([^)\s]+)\)|(?:src|srcset|href)="([^"]+)"/g)]
    .map(([, inText, inTag]) => inText ?? inTag ?? '')
    .filter((link) => !/^[a-z]+:/.test(link));

function isBroken(file: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? file : join(dirname(file), path);
  if (!existsSync(join(ROOT, target))) return true;
  return anchor !== undefined && !anchors(target).includes(anchor);
}

/** Files and folders that a document names in a sentence, in code letters. A name may begin at any folder. */
const named = (file: string): string[] =>
  [...textOf(file).matchAll(/```[\s\S]*?```|`([^`\n]+)`/g)]
    .flatMap(([, code]) => code?.split(/\s+/) ?? [])
    .filter((word) => (FILE.test(word) || FOLDER.test(word)) && !PLACEHOLDERS.test(word));

/** Folders that are there once something has been built. */
const MADE = textOf('.gitignore').split('\n');

const isThere = (name: string): boolean => {
  if (existsSync(join(ROOT, name)) || MADE.includes(name)) return true;
  return FILES.some((file) =>
    name.endsWith('/') ? `/${file}`.includes(`/${name}`) : `/${file}`.endsWith(`/${name}`),
  );
};

/** Files that the comments of a source name. */
const inComments = (file: string): string[] =>
  [...textOf(file).matchAll(/^\s*(?:\/\*\*?|\*|\/\/) .*$/gm)].flatMap(
    ([line]) => line.match(FILE_IN_TEXT) ?? [],
  );

const SCRIPTS: Readonly<Record<string, string>> = JSON.parse(textOf('package.json')).scripts;

/** Commands of package.json that a document names. */
const commands = (file: string): string[] =>
  [...textOf(file).matchAll(/\bnpm (?:run (?:-s )?([\w:-]+)|(start|test)\b)/g)].map(
    ([, run, short]) => run ?? short ?? '',
  );

describe.each(DOCUMENTS)('%s', (file) => {
  it('links to what is there', () => {
    expect(links(file).filter((link) => isBroken(file, link))).toEqual([]);
  });

  it('names files and folders that are there', () => {
    expect(named(file).filter((name) => !isThere(name))).toEqual([]);
  });

  it('names commands that there are', () => {
    expect(commands(file).filter((name) => !(name in SCRIPTS))).toEqual([]);
  });
});

it('comments name files that are there', () => {
  const sources = FILES.filter((file) => /\.(ts|tsx|mjs|css)$/.test(file));
  const gone = sources.flatMap((file) =>
    inComments(file)
      .filter((name) => !isThere(name))
      .map((name) => `${file}: ${name}`),
  );
  expect(gone).toEqual([]);
});

it('reads links, names and commands', () => {
  expect(DOCUMENTS.length).toBeGreaterThan(20);
  expect(links('README.md')).toContain('docs/architecture.md');
  expect(named('docs/architecture.md')).toContain('src/machine/events.ts');
  expect(commands('CONTRIBUTING.md')).toContain('bench');
  expect(inComments('src/machine/events.ts')).toContain('log.ts');
  expect(isBroken('README.md', 'docs/no-such-page.md')).toBe(true);
  expect(isBroken('README.md', 'docs/status.md#no-such-heading')).toBe(true);
  expect(isThere('src/machine/no-such-file.ts')).toBe(false);
  expect(isThere('machine/tlb/')).toBe(true);
  expect(isThere('kvm/tlb/')).toBe(false);
});
