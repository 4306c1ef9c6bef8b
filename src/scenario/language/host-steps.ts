/** Steps of the host, written `host VERB`. */
import { GPA, LOG, RO, rows, SIZE, SLOT } from './words.ts';

export const HOST_STEPS = rows('host', [
  {
    verb: 'dirty-log',
    arguments: [SLOT, { name: 'SWITCH', kind: 'choice', choices: ['on', 'off'], help: 'on or off' }],
    help: 'Sets or clears a slot’s dirty logging.',
  },
  {
    verb: 'get-dirty',
    arguments: [SLOT],
    help: 'Reads a slot’s dirty log and clears it.',
  },
  {
    verb: 'peek-dirty',
    needs: 'xen',
    arguments: [SLOT],
    help: 'Reads the dirty log without clearing it.',
  },
  {
    verb: 'drop',
    arguments: [GPA, SIZE],
    help: 'The host takes pages away.',
  },
  {
    verb: 'populate',
    needs: 'xen',
    arguments: [GPA, SIZE],
    help: 'Puts fresh pages there.',
  },
  {
    verb: 'protect',
    arguments: [
      GPA,
      SIZE,
      {
        name: 'ACCESS',
        kind: 'choice',
        choices: ['ro', 'rw', 'mmio'],
        help: 'read-only or writable; xen also mmio',
      },
    ],
    help: 'Changes what the host allows on the memory behind these pages.',
  },
  {
    verb: 'slot',
    arguments: [{ name: 'ID', kind: 'number', help: 'number of the slot' }],
    keys: [
      { name: 'gpa', kind: 'value', help: 'guest physical address of its first page' },
      { name: 'size', kind: 'value', default: 'as it was', help: 'bytes, whole pages of 4 KiB' },
    ],
    flags: [RO, LOG, { name: 'delete', help: 'the slot goes' }],
    help: 'Makes, moves or deletes a slot; flags that are not repeated are lost.',
  },
  {
    verb: 'mmu-pages',
    arguments: [{ name: 'N', kind: 'number', help: 'shadow pages' }],
    help: 'Limits the shadow pages that the machine may use.',
  },
  {
    verb: 'age',
    arguments: [
      GPA,
      SIZE,
      {
        name: 'HOW',
        kind: 'choice',
        choices: ['flush', 'idle', 'test'],
        optional: true,
        help: 'as page reclaim (flush, the default), idle page tracking or a test does',
      },
    ],
    help: 'The host asks whether pages were used, and clears the marks.',
  },
  {
    verb: 'nx-recover',
    arguments: [],
    help: 'Tables that exist only because code may not run from large pages go, so that large pages can come back.',
  },
  {
    verb: 'pod-target',
    needs: 'xen',
    arguments: [{ name: 'N', kind: 'number', help: 'pages' }],
    help: 'Sets how many pages the domain is to have.',
  },
  {
    verb: 'pod-query',
    needs: 'xen',
    help: 'Asks for the state of populate on demand.',
  },
]);
