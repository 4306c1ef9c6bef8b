/** Fingers on the screen, as a phone reports them. */
import type { CDPSession, Page } from '@playwright/test';

export interface Finger {
  readonly x: number;
  readonly y: number;
}

const STEPS = 6;

const at = (from: Finger, to: Finger, share: number): Finger => ({
  x: from.x + (to.x - from.x) * share,
  y: from.y + (to.y - from.y) * share,
});

const send = (
  client: CDPSession,
  type: 'touchStart' | 'touchMove' | 'touchEnd',
  touchPoints: readonly Finger[],
) =>
  client.send('Input.dispatchTouchEvent', {
    type,
    touchPoints: touchPoints.map((point, id) => ({ ...point, id })),
  });

/** Moves fingers, each from one point to another, together. */
export async function moveFingers(page: Page, ways: readonly (readonly [Finger, Finger])[]): Promise<void> {
  const client = await page.context().newCDPSession(page);
  const points = (share: number) => ways.map(([from, to]) => at(from, to, share));
  await send(client, 'touchStart', points(0));
  for (let step = 1; step <= STEPS; step++) await send(client, 'touchMove', points(step / STEPS));
  await send(client, 'touchEnd', []);
  await client.detach();
}
