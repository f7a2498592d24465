/**
 * Gives attendees a page while there is no network, which `offline.js` replaces by the event's page when
 * the network is back. It answers the addresses of event pages and programmes, and of what that page needs. Everything
 * else passes it by: captions, sound, and the files of other pages. No page of an event is kept, because
 * its captions would be old.
 */
{
  const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));
  /** The server writes its version into this address: each version has files and a cache of its own. */
  const FILES = '/static/';
  const CACHES = 'offline ';
  const CACHE = CACHES + FILES;
  const LANGUAGE = new URL(worker.location.href).searchParams.get('language') ?? 'en';
  const PAGE = '/static/offline/offline.html';
  const KEPT = [
    PAGE,
    '/static/offline/offline.html.css',
    '/static/offline/offline.js',
    '/static/shared/theme.js',
    '/static/shared/icon.svg',
    `/static/i18n/${LANGUAGE}.json`,
  ];
  const EVENT_PAGE = /^\/[ce]\/[^/]+\/?$/;
  /** Answers of a proxy that does not reach the server. */
  const UNREACHABLE = [502, 503, 504];

  const keepFiles = async () => {
    const cache = await caches.open(CACHE);
    const keep = async (/** @type {string} */ address) => {
      const answer = await fetch(address);
      // A server of another version does not want its files to be kept by this address.
      const mine = answer.headers.get('Cache-Control') !== 'no-store';
      if (!answer.ok || !mine) throw new Error(`${address} cannot be kept`);
      await cache.put(address, answer);
    };
    await Promise.all(KEPT.map(keep));
  };

  const dropOtherVersions = async () => {
    const names = await caches.keys();
    const old = names.filter((name) => name.startsWith(CACHES) && name !== CACHE);
    await Promise.all(old.map((name) => caches.delete(name)));
  };

  /** @param {string} address */
  const kept = (address) => caches.match(address, { cacheName: CACHE });

  /** @param {FetchEvent} event */
  const eventPage = async ({ request, preloadResponse }) => {
    try {
      const answer = /** @type {Response} */ ((await preloadResponse) ?? (await fetch(request)));
      return UNREACHABLE.includes(answer.status) ? ((await kept(PAGE)) ?? answer) : answer;
    } catch {
      return (await kept(PAGE)) ?? Response.error();
    }
  };

  worker.addEventListener('install', (event) => {
    event.waitUntil(keepFiles().then(() => worker.skipWaiting()));
  });

  worker.addEventListener('activate', (event) => {
    // The request of a page does not wait for the start of this worker.
    event.waitUntil(
      Promise.all([dropOtherVersions(), worker.registration.navigationPreload?.enable()]),
    );
  });

  worker.addEventListener('fetch', (event) => {
    const { method, mode, url } = event.request;
    const { origin, pathname } = new URL(url);
    if (method !== 'GET' || origin !== worker.location.origin) return;
    if (mode === 'navigate') {
      if (EVENT_PAGE.test(pathname)) event.respondWith(eventPage(event));
    } else if (KEPT.includes(pathname)) {
      event.respondWith(kept(pathname).then((answer) => answer ?? fetch(event.request)));
    }
  });
}
