/** Steps of the guest. */
import { AC, bit, GVA, PAGING, PTE, rows, USER, WIDTH } from './words.ts';

export const GUEST_STEPS = rows('guest', [
  {
    verb: 'read',
    arguments: [GVA],
    keys: [WIDTH],
    flags: [USER, AC, PTE],
    help: 'The guest reads data.',
  },
  {
    verb: 'write',
    arguments: [GVA, { name: 'VALUE', kind: 'value', help: 'what is written' }],
    keys: [WIDTH],
    flags: [USER, AC, PTE],
    help: 'The guest writes data; its own page tables too, wherever it maps them.',
  },
  {
    verb: 'exec',
    arguments: [GVA],
    flags: [USER],
    help: 'The guest jumps there; a hlt (0xf4) must stand at the address.',
  },
  {
    verb: 'invlpg',
    arguments: [GVA],
    help: 'The guest invalidates the TLB entry of an address.',
  },
  {
    verb: 'cr3',
    arguments: [{ name: 'VALUE', kind: 'value', help: 'the new CR3' }],
    flags: [{ name: 'noflush', help: 'with bit 63 set: the TLB keeps what it has of the PCID' }],
    help: 'The guest loads CR3.',
  },
  {
    verb: 'invpcid',
    arguments: [
      {
        name: 'TYPE',
        kind: 'choice',
        choices: ['address', 'context', 'all', 'all-but-globals'],
        help: 'what is invalidated: types 0, 1, 2 and 3 of the instruction',
      },
      { ...GVA, optional: true, help: 'guest virtual address, for `address`' },
    ],
    keys: [
      {
        name: 'pcid',
        kind: 'number',
        default: '0',
        help: 'process-context identifier, for `address` and `context`',
      },
    ],
    help: 'The guest invalidates what the TLB has of a PCID, or of all.',
  },
  {
    verb: 'cr0',
    keys: [bit('wp', 'the kernel respects read-only pages'), bit('pg', 'paging')],
    help: 'The guest changes bits of CR0.',
  },
  {
    verb: 'cr4',
    keys: [
      bit('smep', 'the kernel may not execute user pages'),
      bit('smap', 'the kernel may not touch user pages'),
      bit('pge', 'global pages'),
      bit('pcide', 'process-context identifiers'),
    ],
    help: 'The guest changes bits of CR4.',
  },
  {
    verb: 'efer',
    keys: [{ ...bit('nxe', 'the nx bit is known'), required: true }],
    help: 'The guest changes EFER.NXE.',
  },
  {
    verb: 'vmrun',
    keys: [
      { name: 'ncr3', kind: 'value', help: 'root of the nested table' },
      { name: 'cr3', kind: 'value', help: 'root of the nested guest’s own tables' },
      { name: 'paging', kind: 'choice', choices: PAGING, help: 'paging mode of the nested guest' },
    ],
    help: 'From here the vCPU’s steps run in a nested guest (AMD).',
  },
  {
    verb: 'vmlaunch',
    keys: [
      { name: 'eptp', kind: 'value', required: true, help: 'root of the nested EPT' },
      { name: 'cr3', kind: 'value', help: 'root of the nested guest’s own tables' },
      { name: 'paging', kind: 'choice', choices: PAGING, help: 'paging mode of the nested guest' },
    ],
    help: 'From here the vCPU’s steps run in a nested guest (Intel).',
  },
  {
    verb: 'vmexit',
    help: 'The nested guest leaves to the guest that runs it.',
  },
  {
    verb: 'hypercall',
    needs: 'xen',
    arguments: [
      {
        name: 'NAME',
        kind: 'choice',
        choices: ['mmu_update', 'mmuext_op', 'update_va_mapping', 'vm_assist', 'pagetable_dying'],
        help: 'which hypercall',
      },
      {
        name: 'ARGUMENT',
        kind: 'operand',
        repeated: true,
        help: 'what it is given; a lone comma parts operations',
      },
    ],
    keys: [
      {
        name: 'flags',
        kind: 'choice',
        choices: ['none', 'tlb', 'invlpg', 'tlb-all', 'invlpg-all'],
        default: 'none',
        help: 'what update_va_mapping flushes',
      },
    ],
    help: 'The guest calls the hypervisor.',
  },
]);
