import { CompletionContext } from '@codemirror/autocomplete';
import { EditorState } from '@codemirror/state';
import { describe, expect, it } from 'vitest';
import { en } from '#ui/words/en.ts';
import { completion } from './language.ts';

function labels(line: string): string[] {
  const state = EditorState.create({ doc: line });
  return (completion(en.statements)(new CompletionContext(state, line.length, true))?.options ?? []).map(
    (option) => option.label,
  );
}

describe('completion', () => {
  it('offers verbs at the beginning of a line', () => {
    expect(labels('re')).toEqual(expect.arrayContaining(['read', 'machine', 'host']));
    expect(labels('cpu1 wr')).toContain('write');
  });

  it('offers the host’s verbs behind the word host', () => {
    expect(labels('host ')).toContain('drop');
    expect(labels('host ')).not.toContain('read');
  });

  it('offers keys, and the choices of a key', () => {
    expect(labels('machine kvm ')).toContain('mmu=');
    expect(labels('machine kvm mmu=')).toContain('shadow');
    expect(labels('read 0x1000 ')).toContain('user');
  });

  it('offers nothing in a comment', () => {
    expect(labels('read 0x1000 # us')).toEqual([]);
  });
});
