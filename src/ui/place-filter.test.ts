import { describe, expect, it } from 'vitest';
import UNSYNC from '#content/scenarios/04-page-table-write.scn?raw';
import { EVENT } from '#machine/events.ts';
import { parseFilter } from '#trace/filter/parse.ts';
import { filterText } from '#trace/filter/syntax.ts';
import { type Place, parsePlace } from './place.ts';
import { eventsOf, stopFor } from './place-filter.ts';
import { momentOf, runText } from './run.fixture.ts';

const moment = momentOf(runText(UNSYNC), EVENT.outcome, 8);
const h1 = moment.atlas.hostFrame(0x103)?.toString(16);
const place = (text: string): Place => parsePlace(text) as Place;

describe('the filters of a place', () => {
  it.each([
    ['t3[16]', 'entry:t3[010]', 'writes:t3[010]'],
    ['g:103/2[16]', 'entry:103[010]', 'writes:103[010]'],
    ['t3', 'table:t3', 'writes:t3'],
    ['g:103', 'table:103', 'writes:103'],
    ['gfn:103', 'frame:0x103', 'writes:0x103'],
    [`hfn:${h1}`, 'frame:h1', 'writes:h1'],
    ['gva:10008', 'gva:0x10000..0x10fff', 'kind:access gva:0x10000..0x10fff'],
    ['gva:ffff800000000008', 'gva:0xffff800000000000..0xffff800000000fff', undefined],
    ['gpa:103080', 'gpa:0x103080', 'gpa:0x103080'],
    ['fn:make_spte', 'fn:make_spte', 'kind:call function=make_spte'],
    ['reg:0:hardware-cr3', 'reg:hardware-cr3', 'writes:hardware-cr3'],
    ['ev:0:1', 'kind:kvm_mmu_get_page', 'kind:kvm_mmu_get_page'],
  ])('%s: %s, %s', (text, events, stop) => {
    const found = eventsOf(moment, place(text));
    expect(found && filterText(found)).toBe(events);
    expect(parseFilter(events)).toEqual({ filter: found });
    const at = stopFor(moment, place(text));
    if (stop !== undefined) expect(at && filterText(at)).toBe(stop);
  });

  it.each(['pae0[1]', 'hpa:1000', `hfn:ffffff`])('%s has none', (text) => {
    expect(eventsOf(moment, place(text))).toBeNull();
    expect(stopFor(moment, place(text))).toBeNull();
  });
});
