import { afterEach, describe, expect, it, vi } from 'vitest';
import { keepList, keptList } from './kept-list.ts';

const isText = (value: unknown): value is string => typeof value === 'string';

/** A storage with room for so many characters, or one that forbids everything. */
function storage(room: number | null): Pick<Storage, 'getItem' | 'setItem'> {
  const kept = new Map<string, string>();
  return {
    getItem: (key) => {
      if (room === null) throw new Error('forbidden');
      return kept.get(key) ?? null;
    },
    setItem: (key, value) => {
      if (room === null || value.length > room) throw new Error('no room');
      kept.set(key, value);
    },
  };
}

afterEach(() => vi.unstubAllGlobals());

describe('a list that the browser keeps', () => {
  it('comes back', () => {
    vi.stubGlobal('localStorage', storage(1000));
    expect(keepList('k', ['a', 'b'])).toBe(true);
    expect(keptList('k', isText)).toEqual(['a', 'b']);
  });

  it('loses its end where there is no room', () => {
    vi.stubGlobal('localStorage', storage(10));
    expect(keepList('k', ['aa', 'bb', 'cc'])).toBe(true);
    expect(keptList('k', isText)).toEqual(['aa']);
  });

  it('is empty where nothing may be kept', () => {
    vi.stubGlobal('localStorage', storage(null));
    expect(keepList('k', ['a'])).toBe(false);
    expect(keptList('k', isText)).toEqual([]);
  });

  it.each(['{', '7', '{"a":1}', '[1,null,"a"]'])('passes over what somebody else wrote: %s', (stored) => {
    const kept = storage(100);
    kept.setItem('k', stored);
    vi.stubGlobal('localStorage', kept);
    expect(keptList('k', isText).every(isText)).toBe(true);
  });
});
