// The page without a network: its own files are kept when it is first opened, and answered from there ever after. Nothing else
// is kept, and nothing is asked of anybody.
//
// A new version takes over at the next load. The one before it is kept meanwhile, for pages that are still open and have
// not asked for all of their parts yet.

// The build fills these two in (scripts/offline-plugin.mjs): a word that changes with any of the files, and their names, from the
// folder that the page lies in; the page itself is ''.
const VERSION = '';
/** @type {readonly string[]} */
const FILES = [];

/**
 * What a service worker's events and scope have besides a page's, as far as it is used.
 * @typedef {Event & { waitUntil: (work: Promise<unknown>) => void }} LifeEvent
 * @typedef {Event & { request: Request, respondWith: (answer: Promise<Response>) => void }} AskEvent
 * @typedef {{
 *   skipWaiting: () => Promise<void>,
 *   clients: { claim: () => Promise<void> },
 *   registration: { scope: string },
 * }} Scope
 */

const scope = /** @type {Scope} */ (/** @type {unknown} */ (self));

const PREFIX = 'penumbra ';
const CACHE = PREFIX + VERSION;
/** How many versions are kept. */
const KEPT = 2;

/** @param {string} file */
const addressOf = (file) => new URL(file, scope.registration.scope).href;

const ADDRESSES = new Set(FILES.map(addressOf));
const PAGE = addressOf('');
const PAGE_FILE = addressOf('index.html');

async function keepFiles() {
  const cache = await caches.open(CACHE);
  // Past the browser's own cache, which may hold files of another version under the same name.
  await cache.addAll([...ADDRESSES].map((address) => new Request(address, { cache: 'reload' })));
  await scope.skipWaiting();
}

async function forgetOldVersions() {
  const names = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  const old = names.slice(0, Math.max(0, names.length - (KEPT - 1)));
  await Promise.all(old.map((name) => caches.delete(name)));
  await scope.clients.claim();
}

/** The address of a file of ours that a request means; null if it means none. @param {Request} request */
function fileOf(request) {
  if (request.method !== 'GET') return null;
  const address = request.url.replace(/[?#].*$/, '');
  if (address === PAGE || address === PAGE_FILE) return PAGE;
  return ADDRESSES.has(address) || address.startsWith(addressOf('assets/')) ? address : null;
}

/** @param {string} address @param {Request} request */
async function answer(address, request) {
  const kept = (await (await caches.open(CACHE)).match(address)) ?? (await caches.match(address));
  return kept ?? fetch(request);
}

self.addEventListener('install', (event) => /** @type {LifeEvent} */ (event).waitUntil(keepFiles()));
self.addEventListener('activate', (event) => /** @type {LifeEvent} */ (event).waitUntil(forgetOldVersions()));
self.addEventListener('fetch', (event) => {
  const asked = /** @type {AskEvent} */ (event);
  const address = fileOf(asked.request);
  if (address) asked.respondWith(answer(address, asked.request));
});
