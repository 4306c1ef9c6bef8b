/** The links of fixtures/links.txt with what each must open. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface KeptLink {
  readonly title: string;
  readonly step: number;
  readonly offset: number;
  readonly selection: string;
  readonly view: string;
  readonly link: string;
}

export function keptLinks(): KeptLink[] {
  const lines = readFileSync(join(import.meta.dirname, 'fixtures', 'links.txt'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('# '));
  const links: KeptLink[] = [];
  for (let i = 0; i + 1 < lines.length; i += 2) {
    const [title = '', step, offset, selection = '', view = ''] = (lines[i] ?? '').split(' | ');
    links.push({
      title,
      step: Number(step),
      offset: Number(offset),
      selection: selection.trim(),
      view: view.trim(),
      link: lines[i + 1] ?? '',
    });
  }
  return links;
}
