import { expect, it } from 'vitest';
import { fileName } from './files.ts';

it.each([
  ['First touch: a read, then a write', 'walk 30', 'svg', 'first-touch-a-read-then-a-write-walk-30.svg'],
  ['页表 / ../../etc', 'log', 'json', '页表-etc-log.json'],
  ['', '', 'scn', 'penumbra.scn'],
  ['x'.repeat(200), 'log', 'json', `${'x'.repeat(80)}.json`],
])('a file of %s, %s', (title, part, suffix, name) => {
  expect(fileName(title, part, suffix)).toBe(name);
});
