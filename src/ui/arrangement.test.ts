import { describe, expect, it } from 'vitest';
import {
  type Arrangement,
  arrangementText,
  DEFAULT_ARRANGEMENT,
  PRESET_IDS,
  PRESETS,
  parseArrangement,
  presetOf,
  withFolded,
  withShare,
} from './arrangement.ts';

describe('the arrangement of the panes in a link', () => {
  it('is empty for the default', () => {
    expect(arrangementText(DEFAULT_ARRANGEMENT)).toBe('');
    expect(parseArrangement('')).toEqual(DEFAULT_ARRANGEMENT);
  });

  it('comes back', () => {
    const own: Arrangement = {
      shares: { left: 30, right: 30, walk: 50, events: 40 },
      folded: ['scenario', 'inspector'],
      maximised: 'lower',
      isLarge: true,
      tab: 'tables',
      lower: 'memory',
      detail: 'everything',
      compare: [],
    };
    expect(arrangementText(own)).toBe('c30.40.30-m50.50-r60.40-fsi-xl-p-vtables-lmemory-k');
    expect(parseArrangement(arrangementText(own))).toEqual(own);
  });

  it('keeps what the scenario is compared with', () => {
    const compare = [
      { kind: 'machine', words: 'mmu=tdp-legacy vendor=intel shadow-cache=off' },
      { kind: 'text', text: 'scenario 1\nmachine bare\n# a-b!\n' },
    ] as const;
    for (const lower of ['tables', 'calls'] as const) {
      const own: Arrangement = { ...DEFAULT_ARRANGEMENT, lower, compare };
      expect(parseArrangement(arrangementText(own))).toEqual(own);
    }
  });

  it('keeps the level of detail', () => {
    for (const detail of ['hardware', 'hypervisor', 'everything'] as const) {
      expect(parseArrangement(arrangementText({ ...DEFAULT_ARRANGEMENT, detail })).detail).toBe(detail);
    }
  });

  it('says only what is not the default', () => {
    expect(arrangementText({ ...DEFAULT_ARRANGEMENT, lower: 'calls' })).toBe('lcalls');
    expect(arrangementText({ ...DEFAULT_ARRANGEMENT, ...PRESETS.present })).toBe('xw-p');
  });

  it('is read from links made before panes could be folded', () => {
    expect(parseArrangement('c30.40.30-m50.50-r60.40-vtables-lmemory-k')).toEqual({
      ...DEFAULT_ARRANGEMENT,
      shares: { left: 30, right: 30, walk: 50, events: 40 },
      tab: 'tables',
      lower: 'memory',
      detail: 'everything',
    });
  });

  it.each(['c1.2', 'c0.0.100', 'cNaN.1.2', 'x', 'xq', 'f', 'fq', 'c50.50.50-vnone', 'zfuture-y9'])(
    'takes the default for %s',
    (text) => {
      expect(parseArrangement(text)).toEqual(DEFAULT_ARRANGEMENT);
    },
  );
});

describe('presets', () => {
  it.each(PRESET_IDS)('%s is known for what it is, in a link too', (id) => {
    const arrangement = { ...DEFAULT_ARRANGEMENT, lower: 'memory' as const, ...PRESETS[id] };
    expect(presetOf(arrangement)).toBe(id);
    expect(presetOf(parseArrangement(arrangementText(arrangement)))).toBe(id);
  });

  it('are none of them where a pane was moved', () => {
    const shares = withShare(DEFAULT_ARRANGEMENT.shares, 'left', 35);
    expect(presetOf({ ...DEFAULT_ARRANGEMENT, shares })).toBeNull();
  });
});

describe('the panes', () => {
  const { shares } = DEFAULT_ARRANGEMENT;

  it.each([
    ['left', 1, 10],
    ['left', 95, 61],
    ['right', 95, 61],
    ['walk', 95, 80],
    ['events', -5, 10],
  ] as const)('%s asked for %i per cent gets %i', (name, asked, given) => {
    expect(withShare(shares, name, asked)).toEqual({ ...shares, [name]: given });
  });

  it('in the middle are never both folded', () => {
    expect(withFolded(['inspector', 'walk'], 'lower', true)).toEqual(['inspector', 'lower']);
    expect(withFolded(['lower'], 'lower', false)).toEqual([]);
    expect(parseArrangement('fwl').folded).toEqual(['lower']);
  });
});
