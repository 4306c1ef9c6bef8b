/** The views but the inspector: walk, memory, tables, calls, timeline with its list. */
import { say, type Value } from '#ui/words/text.ts';

export const walk = {
  rows: {
    guest: { title: "Guest's walk", note: 'KVM reads it' },
    shadow: { title: 'Shadow walk', note: 'hardware reads it' },
    hardware: { title: 'Walk', note: 'hardware reads it' },
  },
  none: 'No address is translated in this run.',
  ahead: 'To come:',
  references: (count: number) => `${count} references`,
  reads: { read: 'reads', write: 'writes', exec: 'fetches from' },
  user: 'in user mode',
  fault: 'fault',
  shadows: (shadow: Value, frame: Value) => say`${shadow} shadows ${frame}`,
  notReached: 'not reached',
  figure: (gva: string) => `The walk of ${gva}`,
  hit: 'The TLB knew the translation: no walk was needed.',
  grid: {
    nestedLevel: (level: number) => `nL${level}`,
    bitsOfGpa: (bits: string) => `${bits} of the gpa`,
    guestEntry: 'guest entry',
    cr3: 'cr3',
    /** Where a walk begins whose guest has paging off. */
    unpaged: 'gva = gpa',
    levelEntry: (level: number) => `gL${level} entry`,
    /** Where there is no room for more. */
    rowName: (level: number, above: number) => (level === 0 ? 'data' : `gL${above}`),
    page: 'the page',
    spared: 'spared',
    mended: (event: number) => `✕ fault ${event}`,
    count: (made: number, all: number) =>
      made < all ? `${made} of ${all} references` : all === 1 ? '1 reference' : `${all} references`,
    rule: (guest: number, nested: number) => `(${guest} + 1) × (${nested} + 1) − 1`,
  },
};

export const memory = {
  lanes: {
    gva: 'guest-virtual',
    gpa: 'guest-physical',
    hva: 'slot:offset',
    hpa: 'host frames',
  },
  marks: {
    table: 'table',
    protected: 'write-protected',
    dirty: 'dirty',
    'read-only': 'read-only',
    dropped: 'taken away',
    zero: 'shared zeros',
    huge: '2 MiB',
    gigantic: '1 GiB',
    'no slot': 'hole',
    tracked: 'tracked',
    noted: 'noted',
    unmapped: 'not mapped',
  },
  via: (slot: string) => `The nested entry ${slot} maps it`,
  unpaged: 'same as gpa',
  hidden: (count: number) => `… ${count} more pages`,
};

export const tables = {
  guest: "Guest's tables",
  guestNote: 'what the guest wrote',
  hypervisor: 'Shadow pages',
  hypervisorNote: 'what KVM built',
  nested: { amd: 'Nested tables (NPT)', intel: 'Nested tables (EPT)' },
  nestedNote: 'indexed by gpa',
  noPaging: 'none: paging is off',
  bare: 'no hypervisor: the hardware walks these',
  more: (count: number) => `… ${count} more`,
  fewer: 'show fewer',
  root: (count: number) => `root ×${count}`,
  rootOf: (cpus: string) => `root of ${cpus}`,
  direct: 'direct',
  indirect: 'indirect',
  unsync: 'UNSYNC',
  obsolete: 'obsolete',
  fresh: 'new',
  protected: 'write-protected',
  writable: 'writable',
  empty: 'no entries',
  levels: 'Levels',
  allLevels: 'all',
  levelsFrom: (level: number) => `down to ${level}`,
  path: 'Path only',
  pathHelp: 'Shows only the tables around what is selected, or what the event is about (p)',
  zoomOut: 'Smaller (-)',
  zoomReset: 'Original size (0)',
  zoomIn: 'Larger (+)',
  unfold: (name: string, count: number) =>
    count === 1 ? `Unfold the table below ${name}` : `Unfold the ${count} tables below ${name}`,
  foldTables: (name: string) => `Fold the tables below ${name} away`,
  standsFor: 'for',
  references: (count: number) => (count === 1 ? 'root, 1 user' : `root, ${count} users`),
  invalid: 'invalid',
  forCode: 'for code',
  forCodeHelp: 'It is there only because code may not run from a large page (nx_huge_pages)',
  reached: 'via ',
  reachedHelp: (slot: string) => `The processor comes to this table by the nested entry ${slot}`,
  links: { shadows: 'shadows', maps: 'maps', translates: 'via' },
  summary: (count: number) => (count === 1 ? '1 table' : `${count} tables`),
};

export const calls = {
  label: (step: number, event: number) => `Calls of step ${step}, event ${event} marked`,
  outside: 'No function of the kernel is running at this event.',
  onlyTelling: 'Only calls with events',
};

export const timeline = {
  label: 'Timeline: which event the cursor is at',
  host: 'host',
  event: (number: number) => `Event ${number}`,
  ofEvents: (count: number) => `of ${count}`,
  step: (number: number, count: number) => `step ${number} of ${count}`,
  zoomIn: 'Zoom in',
  zoomOut: 'Zoom out',
  detail: 'Detail',
  details: { hardware: 'hardware', hypervisor: 'hypervisor', everything: 'everything' },
  detailHelp:
    'What to step through: walks, TLBs and exits; what the hypervisor does too; or each call of its functions',
  list: 'Events',
  pace: 'Pace of playing',
  paceHelp: 'How many events are played in a second (< and >)',
  perSecond: (events: number) => `${events}/s`,
};
