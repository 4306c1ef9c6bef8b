import { describe, expect, it } from 'vitest';
import { decodeFile, readText } from './reading.ts';

describe('a text that is opened', () => {
  it.each([
    ['scenario 1\nread 0\n'],
    ['\n# a comment\n\n  scenario 1\n'],
    ['\ufeffscenario 1\r\nread 0\r\n'],
    ['scenario 2\n'],
  ])('%j is a scenario', (text) => {
    expect(readText(text)).toEqual({
      kind: 'scenario',
      text: text.replace('\ufeff', '').replaceAll('\r', ''),
    });
  });

  it.each([
    ['https://example.org/p/?embed#p1AbC-_9', '#p1AbC-_9'],
    ['  #p1AbC\n', '#p1AbC'],
    ['https://example.org/#p2AbC', '#p2AbC'],
    ['http://localhost/#t=scenario%201', '#t=scenario%201'],
  ])('%j is a link', (text, fragment) => {
    expect(readText(text)).toEqual({ kind: 'link', fragment });
  });

  it.each([
    [''],
    ['hello'],
    ['# tracer: nop\n#\n init-1 [000] ..... 1.0: kvm_entry: vcpu 0'],
    ['the scenario 1 of three'],
    ['scenario one'],
    ['{"scenario": 1}'],
    ['https://example.org/#intro'],
    ['two words #p1AbC'],
  ])('%j is neither', (text) => {
    expect(readText(text)).toBeNull();
  });
});

describe('the bytes of a file', () => {
  it('are text in UTF-8', () => {
    expect(decodeFile(new TextEncoder().encode('scenario 1 # 页表'))).toBe('scenario 1 # 页表');
  });

  it.each([[[0x89, 0x50, 0x4e, 0x47]], [[0x73, 0x00]], [[0xff, 0xfe, 0x73, 0x00]]])(
    '%j are none',
    (bytes) => {
      expect(decodeFile(Uint8Array.from(bytes))).toBeNull();
    },
  );
});
