import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeBase64url, encodeBase64url } from './base64url.ts';

test('the letters are those of RFC 4648, without padding', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const text = encodeBase64url(bytes);
      expect(text).toBe(Buffer.from(bytes).toString('base64url'));
      expect(decodeBase64url(text)).toEqual(bytes);
    }),
  );
});

test.each(['+', '/', '=', 'AA==', 'A A', 'é'])('%s is refused', (text) => {
  expect(decodeBase64url(text)).toBeNull();
});
