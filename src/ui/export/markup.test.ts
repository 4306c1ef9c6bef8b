import { expect, it } from 'vitest';
import { element, escaped } from './markup.ts';

it('leaves nothing in text that could be markup, or that XML forbids', () => {
  expect(escaped('<b title="x">&\u0000\u001b[0m</b>')).toBe(
    '&lt;b title=&quot;x&quot;&gt;&amp;[0m&lt;/b&gt;',
  );
});

it('writes elements with short numbers, and without attributes that are null', () => {
  expect(element('rect', { x: 1 / 3, rx: null, fill: '"' })).toBe('<rect x="0.33" fill="&quot;"/>');
  expect(element('g', {}, element('path', { d: 'M0 0' }))).toBe('<g><path d="M0 0"/></g>');
});
