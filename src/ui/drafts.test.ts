import { beforeEach, describe, expect, it, vi } from 'vitest';
import { continueDraft, drafts, hasDraft, keepDraft } from './drafts.ts';
import { parseNotes, setNotes } from './notes.ts';

const kept = new Map<string, string>();

beforeEach(() => {
  kept.clear();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
  });
  continueDraft(null);
  setNotes([]);
  return () => vi.unstubAllGlobals();
});

describe('a draft', () => {
  it('is the text that was typed last, with its notes', () => {
    expect(hasDraft()).toBe(false);
    keepDraft('title one');
    setNotes(parseNotes('2:1:why?\n'));
    keepDraft('title one and more');
    expect(drafts()).toEqual([
      { id: '1', title: 'one and more', text: 'title one and more', notes: '2:1:why?\n' },
    ]);
  });

  it('stays when another is begun, and can be gone on with', () => {
    keepDraft('title one');
    continueDraft(null);
    keepDraft('title two');
    expect(drafts().map(({ title }) => title)).toEqual(['two', 'one']);
    continueDraft(drafts()[1] ?? null);
    keepDraft('title one again');
    expect(drafts().map(({ title }) => title)).toEqual(['one again', 'two']);
  });

  it('of an older page has no notes, and what is none is passed over', () => {
    const old = { id: '4', title: 'old', text: 'title old' };
    kept.set('penumbra.drafts', JSON.stringify([old, { ...old, notes: 7 }, { id: 5 }, null, 'x']));
    expect(drafts()).toEqual([old]);
  });
});
