/** What the sentence about each kind of event is made from. The sentences themselves are in src/ui/words. */
import type { EVENT, FieldSpec, Note } from '#machine/events.ts';
import { eventFields } from '#trace/print.ts';
import { FIELD_SPACE } from '#ui/design/space.ts';
import { fieldPlace } from '#ui/field-place.ts';
import type { Value } from '#ui/words/text.ts';
import { entryFacts, exitFacts, outcomeFacts, stepFacts } from './flow-facts.ts';
import {
  checkMmioFacts,
  elementFacts,
  getPageFacts,
  injectionFacts,
  linkFacts,
  markMmioFacts,
  pageFaultFacts,
  requestedFacts,
  rootsFacts,
  setBitFacts,
  setSpteFacts,
  splitFacts,
  tdpChangeFacts,
  unsyncFacts,
  walkerErrorFacts,
} from './kvm-facts.ts';
import { mendingFacts } from './mending.ts';
import { type Source, slotAt, word } from './source.ts';
import {
  accessFacts,
  faultFacts,
  flushFacts,
  frameHitFacts,
  referenceFacts,
  tableHitFacts,
  translatedFacts,
} from './walk-facts.ts';

const fieldValue = (source: Source, spec: FieldSpec, value: string): Value | string =>
  spec.type === 'int'
    ? value
    : {
        value,
        space: FIELD_SPACE[spec.type] ?? null,
        place: fieldPlace(source, source.index, spec),
      };

/** Some of an event's fields, as the event list has them; entries by the names that people use. */
function fields<Name extends string>(...wanted: readonly Name[]) {
  return (source: Source): Readonly<Record<Name, Value | string>> => {
    const { reader, names, index } = source;
    const printed = eventFields(reader, names, index);
    const { fields: specs } = reader.spec(index);
    const value = (name: Name): Value | string => {
      const spec = specs.find((candidate) => candidate.name === name);
      const field = printed.find((candidate) => candidate.name === name);
      if (!spec || !field) throw new Error(`${reader.spec(index).name} has no field ${name}`);
      const slot = spec.type === 'at' ? slotAt(source, reader.secondWord(index, spec)) : null;
      return slot ?? fieldValue(source, spec, field.value);
    };
    return Object.fromEntries(wanted.map((name) => [name, value(name)])) as Record<Name, Value | string>;
  };
}

/** The engine's own words in payload word `n`: it writes no others there. */
const note = (source: Source, n: number): Note => source.reader.text(word(source, n)) as Note;

/** For each kind of event what is looked up for its sentence. A kind that is not here does not compile. */
export const FACTS = {
  step: stepFacts,
  outcome: outcomeFacts,
  call: fields('function'),
  return: fields('function'),
  exit: exitFacts,
  entry: entryFacts,
  mmio: fields('gpa'),

  access: accessFacts,
  reference: referenceFacts,
  translated: translatedFacts,
  fault: faultFacts,
  tlbHit: fields('gva'),
  tableHit: tableHitFacts,
  frameHit: frameHitFacts,
  tlbFlush: (source: Source) => ({ what: note(source, 0), ...flushFacts(source) }),

  memory: fields('gpa', 'value'),
  link: linkFacts,
  spte: (source: Source) => ({ ...fields('at', 'old', 'new')(source), why: note(source, 6) }),
  rmapAdd: fields('gfn', 'at'),
  rmapRemove: fields('gfn', 'at'),
  unlink: fields('sp', 'at'),
  tableFree: fields('sp'),
  roots: rootsFacts,
  register: fields('register', 'value'),
  slot: (source: Source) => ({ ...fields('slot')(source), what: note(source, 3) }),

  kvm_page_fault: pageFaultFacts,
  kvm_mmu_pagetable_walk: fields('addr'),
  kvm_mmu_paging_element: elementFacts,
  kvm_mmu_set_accessed_bit: setBitFacts,
  kvm_mmu_set_dirty_bit: setBitFacts,
  kvm_mmu_walker_error: walkerErrorFacts,
  kvm_inj_exception: injectionFacts,
  kvm_mmu_get_page: getPageFacts,
  kvm_mmu_sync_page: fields('sp'),
  kvm_mmu_unsync_page: unsyncFacts,
  kvm_mmu_prepare_zap_page: fields('sp'),
  kvm_mmu_spte_requested: requestedFacts,
  kvm_mmu_set_spte: setSpteFacts,
  kvm_tdp_mmu_spte_changed: tdpChangeFacts,
  fast_page_fault: mendingFacts,
  mark_mmio_spte: markMmioFacts,
  check_mmio_spte: checkMmioFacts,
  handle_mmio_page_fault: fields('gfn'),
  kvm_mmu_zap_all_fast: (source: Source) => ({ isNested: source.atlas.nested !== null }),
  kvm_mmu_split_huge_page: splitFacts,
} satisfies { readonly [Kind in keyof typeof EVENT]: (source: Source) => unknown };

export type EventKind = keyof typeof FACTS;

/** The facts about each kind of event. */
export type EventFacts = { readonly [Kind in EventKind]: ReturnType<(typeof FACTS)[Kind]> };
