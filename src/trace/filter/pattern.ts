/** Whether a text is what a pattern means, in which `*` stands for any letters. Capitals do not count. */
export function patternTest(pattern: string): (text: string) => boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  const whole = new RegExp(`^${parts.join('.*')}$`, 'is');
  return (text) => whole.test(text);
}
