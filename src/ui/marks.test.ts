import { describe, expect, it } from 'vitest';
import UNSYNC from '#content/scenarios/04-page-table-write.scn?raw';
import NESTED from '#content/scenarios/16-two-dimensions.scn?raw';
import { EVENT } from '#machine/events.ts';
import { marksOf, NO_MARKS } from './marks.ts';
import type { Moment } from './moment.ts';
import { type Place, parsePlace } from './place.ts';
import { BARE, momentOf, runText } from './run.fixture.ts';

const place = (text: string): Place => parsePlace(text) as Place;
const entries = (moment: Moment, text: string): string[] => [...marksOf(moment, place(text)).entries].sort();

describe('under shadow paging', () => {
  const moment = momentOf(runText(UNSYNC), EVENT.outcome, 2);

  it('a frame is the table in it, and every entry that maps it, on both sides', () => {
    const marks = marksOf(moment, place('gfn:103'));
    expect(marks.at).toEqual(place('g:103'));
    expect([...marks.entries].sort()).toEqual(['g:105[259]', 't5[259]']);
    expect(marks.hostFrames.size).toBe(1);
  });

  it('a guest-physical address is the entry that lies there', () => {
    expect(marksOf(moment, place('gpa:103080')).at).toEqual(place('g:103[16]'));
  });

  it('a linear address is all the entries that translate it', () => {
    expect(entries(moment, 'gva:10004')).toEqual([
      'g:100[0]',
      'g:101[0]',
      'g:102[0]',
      'g:103[16]',
      't0[0]',
      't1[0]',
      't2[0]',
      't3[16]',
    ]);
  });

  it('a host frame is what lies in it, and what maps it', () => {
    const table = moment.atlas.table('t5');
    expect(marksOf(moment, place(`hfn:${table?.frame.toString(16)}`)).at).toEqual(place('t5'));
    const data = moment.atlas.hostFrame(0x103)?.toString(16);
    expect(entries(moment, `hfn:${data}`)).toEqual(['t5[259]']);
    expect(marksOf(moment, place(`hfn:${data}`)).guestFrames).toEqual(new Set([0x103]));
  });

  it('a root register is the table that it leads to', () => {
    expect(marksOf(moment, place('reg:0:cr3')).at).toEqual(place('g:100'));
    expect(marksOf(moment, place('reg:0:hardware-cr3')).at).toEqual(place('t0'));
  });

  it('a function is nothing in the tables', () => {
    expect(marksOf(moment, place('fn:make_spte'))).toBe(NO_MARKS);
    expect(marksOf(moment, null)).toBe(NO_MARKS);
  });
});

it('in two dimensions a linear address goes through the nested tables by its guest-physical one', () => {
  const run = runText(NESTED);
  const translated = momentOf(run, EVENT.translated);
  const { reader, index } = translated;
  const [hi, lo] = [reader.payload(index, 0), reader.payload(index, 1)];
  const marks = marksOf(translated, { kind: 'address', space: 'gva', hi, lo });
  const sides = [...marks.entries].map((text) => (text.startsWith('g:') ? 'guest' : 'nested'));
  expect(sides).toEqual([...Array(4).fill('guest'), ...Array(4).fill('nested')]);
  expect(marks.hostFrames).toContain(reader.payload(index, 2));
});

it('without a hypervisor a host frame is a guest frame', () => {
  const moment = momentOf(runText(BARE), EVENT.outcome);
  expect(marksOf(moment, place('hfn:103')).at).toEqual(place('g:103'));
});
