import { describe, expect, it } from 'vitest';
import { languageFor } from './language.ts';

describe('the language of a reader', () => {
  it.each([
    [['zh-CN', 'en'], 'zh'],
    [['zh'], 'zh'],
    [['ZH-Hant-TW'], 'zh'],
    [['de-DE', 'zh-CN', 'en'], 'zh'],
    [['de', 'en-GB', 'zh'], 'en'],
    [['zha', 'fr'], 'en'],
    [[], 'en'],
  ] as const)('%j is %s', (tags, language) => {
    expect(languageFor(tags)).toBe(language);
  });
});
