import { isEmbedded } from './embed.ts';

/**
 * Lets the page work without a network from its next load on. Browsers allow that on https and on this machine only; elsewhere, and in
 * another page's frame, nothing is kept.
 */
export function startOffline(): void {
  if (!import.meta.env.PROD || isEmbedded() || !('serviceWorker' in navigator)) return;
  const register = () =>
    navigator.serviceWorker.register('./service-worker.js').catch(() => {
      // Forbidden, or no such file on this server: the page works as before.
    });
  // After the page has all it needs to begin.
  if (document.readyState === 'complete') register();
  else addEventListener('load', register);
}
