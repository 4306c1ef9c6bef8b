import { describe, expect, it } from 'vitest';
import { type MessageId, type MessageTexts, textOf, told } from '#scenario/messages.ts';
import { en } from './en.ts';
import { zh } from './zh.ts';

/** Every message once, with what it may be told. */
const SAMPLES: { readonly [Id in MessageId]: Parameters<MessageTexts[Id]> } = {
  'word-expected': ['width', 'choice', ['1', '2'], '3', '2x'],
  'bit-as-name': ['nx'],
  'no-such-key': ['read', 'wdth', ['width', 'ac'], 'wide'],
  'no-such-word': ['read', 'usr', ['user'], 'used'],
  'word-twice': ['user'],
  'argument-missing': ['machine', 'KIND', ['bare', 'kvm'], ''],
  'key-missing': ['stub', 'gva', 'guest virtual address of the page'],
  'not-that-statement': ['host read', 'read'],
  'no-such-statement': [false, 'raed', 'read'],
  'step-missing': [true, 'host'],
  'no-guest-step': ['slot', 'cpu1'],
  'text-too-long': [1000, 1001],
  'too-many-statements': [20],
  'value-missing': ['+'],
  'no-value': ['=='],
  'number-too-large': ['0x1ffff'],
  'sum-too-large': [],
  'no-such-name': ['ptt', 'pt'],
  'version-missing': [],
  'wrong-version': [1, 2],
  'machine-missing': [],
  'statement-twice': ['guest', 4],
  'statement-late': ['let', 7],
  unsupported: ['vmrun', 'nested paging'],
  'needs-xen': ['pod'],
  'needs-hypervisor': ['host drop'],
  'not-on-bare': ['mmu'],
  'wrong-mmu': [['shadow', 'tdp'], 'kvm', 'hap'],
  'does-not-fit': ['0x100', 'width', 1],
  'out-of-range': ['vcpus', 1, 16, '17'],
  'no-power-of-two': ['tlb-entries', 48],
  'too-many-ways': [8, 4],
  'pcid-mode': ['pae'],
  'invpcid-address-missing': [],
  'invpcid-unused': ['all', 'pcid'],
  'no-page': ['size'],
  'size-too-large': ['0x10000', 40],
  'not-aligned': ['gpa', '0x800', '4K'],
  'not-canonical': ['GVA', '0x8000', 48],
  'name-taken': ['pt', 3],
  'no-space': ['pt', 3],
  'wrong-page-size': [['4K', '2M'], 'pae', '1G'],
  'too-many-slots': [256],
  'too-much-memory': [4],
  'slot-end': ['0x5000', 40],
  'slot-twice': [2],
  'slot-gigantic': [],
  'slot-overlap': [1, '0x0', '0xfff'],
  'slot-address-missing': [],
  'slot-size-missing': [5],
  'delete-alone': ['log'],
  'wide-access': [],
  'bit-missing': ['cr0', 'wp=0'],
  'no-such-cpu': [4, 2],
  'in-no-slot': ['pool', '0x9000'],
  'pool-in-no-slot': ['0x9000'],
  'pool-taken': ['0x9000'],
  'table-in-no-slot': ['0x9000'],
  'cannot-start': [{ what: 'memory', limit: 4, needed: 9 }],
  stopped: [3, 12, { what: 'events', limit: 100, needed: 250 }],
  'link-foreign': [],
  'link-broken': [],
  'link-truncated': [],
  'link-long': [200_000],
  'link-large': [1_048_576],
  'link-newer': [],
};

/** Words and numbers in what a message was told, lists and objects looked into. */
const said = (value: unknown): string[] =>
  typeof value === 'object' && value !== null ? Object.values(value).flatMap(said) : [String(value)];

/** Arguments that choose between words and are not said themselves; a table's text, which each language has its own of. */
const CHOOSING = /^(true|false|choice|width|events|memory|nested paging|guest virtual address of the page|)$/;

describe.each(Object.entries(SAMPLES))('%s', (id, args) => {
  const message = told(id as MessageId, ...(args as never));
  it.each([
    ['English', en],
    ['Chinese', zh],
  ])('says in %s all that it is told', (_, words) => {
    const text = textOf(words.problems, message);
    expect(text).not.toMatch(/undefined|null|object| {2}/);
    for (const part of said(args)) if (!CHOOSING.test(part)) expect(text).toContain(part);
  });
});
