/** The worker answers for the page without a network, and for nothing else. */
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

const ORIGIN = 'https://x';
let handlers, stores, network, preloading, skipped, serial;
serial = 0;

/** Where what is kept is found by its path, whatever the origin. */
class FakeStore extends Map {
  async put(address, answer) {
    this.set(address, answer);
  }
}

beforeEach(async () => {
  [handlers, stores, preloading, skipped] = [{}, new Map(), 0, 0];
  network = (address) => new Response(`file ${address}`, { headers: { 'Cache-Control': 'immutable' } });
  globalThis.fetch = async (request) => network(typeof request === 'string' ? request : request.url);
  globalThis.caches = {
    open: async (name) => {
      if (!stores.has(name)) stores.set(name, new FakeStore());
      return stores.get(name);
    },
    keys: async () => [...stores.keys()],
    delete: async (name) => stores.delete(name),
    match: async (address, { cacheName }) => stores.get(cacheName)?.get(address)?.clone(),
  };
  globalThis.self = {
    location: new URL(`${ORIGIN}/e/service-worker.js?language=es`),
    registration: { navigationPreload: { enable: async () => preloading++ } },
    addEventListener: (name, handler) => (handlers[name] = handler),
    skipWaiting: async () => skipped++,
  };
  await import(`../../listener_web/offline/service-worker.js?${serial++}`);
});

/** Dispatch an event that can be waited for. */
async function happen(name) {
  let done;
  handlers[name]({ waitUntil: (promise) => (done = promise) });
  await done;
}

/** The answer to a request; undefined when the worker leaves it to the browser. */
function ask(path, { mode = 'cors', method = 'GET', preloaded, origin = ORIGIN } = {}) {
  let answer;
  handlers.fetch({
    request: { url: origin + path, mode, method },
    preloadResponse: Promise.resolve(preloaded),
    respondWith: (promise) => (answer = promise),
  });
  return answer;
}

const textOf = async (answer) => (await answer).text();
const failing = () => {
  throw new TypeError('no network');
};
const OFFLINE = 'file /static/offline/offline.html';

test('an event page comes from the network, and without one the kept page is shown', async () => {
  await happen('install');
  assert.equal(skipped, 1);
  assert.equal(await textOf(ask('/e/talk', { mode: 'navigate' })), `file ${ORIGIN}/e/talk`);
  const preloaded = new Response('preloaded');
  assert.equal(await textOf(ask('/e/talk', { mode: 'navigate', preloaded })), 'preloaded');
  network = failing;
  assert.equal(await textOf(ask('/e/talk', { mode: 'navigate' })), OFFLINE);
  assert.equal(await textOf(ask('/e/talk/', { mode: 'navigate' })), OFFLINE);
});

test('a proxy that does not reach the server is no network; an answer of the server is one', async () => {
  await happen('install');
  for (const [status, shown] of [[502, OFFLINE], [504, OFFLINE], [429, 'refused'], [404, 'refused']]) {
    network = () => new Response('refused', { status });
    assert.equal(await textOf(ask('/e/talk', { mode: 'navigate' })), shown, String(status));
  }
});

test('nothing else is touched', async () => {
  await happen('install');
  const paths = [
    '/e/talk/info',
    '/e/talk/captions/es',
    '/e/talk/poll/es',
    '/e/talk/audio/es',
    '/listen/talk/es.mp3',
    '/whep/talk/es',
    '/healthz',
    '/static/player/player.js',
  ];
  for (const path of paths) {
    assert.equal(ask(path), undefined, path);
    assert.equal(ask(path, { mode: 'navigate' }), undefined, path);
  }
  assert.equal(ask('/e/talk', { method: 'HEAD' }), undefined);
  assert.equal(ask('/e/talk', { mode: 'navigate', method: 'POST' }), undefined);
  assert.equal(ask('/static/shared/theme.js', { origin: 'https://other' }), undefined);
});

test('what the kept page needs is kept, in the language of the attendee', async () => {
  await happen('install');
  network = failing;
  for (const path of ['/static/offline/offline.js', '/static/i18n/es.json', '/static/shared/theme.js']) {
    assert.equal(await textOf(ask(path)), `file ${path}`);
  }
});

test('a file that is not of this version is not kept, and the worker is tried again later', async () => {
  network = (address) => {
    const kept = address.endsWith('theme.js') ? 'no-store' : 'immutable';
    return new Response(address, { headers: { 'Cache-Control': kept } });
  };
  await assert.rejects(happen('install'));
  network = () => new Response('', { status: 404 });
  await assert.rejects(happen('install'));
  assert.equal(skipped, 0);
});

test('a new version drops what the old one kept, and nothing of others', async () => {
  for (const name of ['offline /static/0123456789abcdef/', 'something else']) await caches.open(name);
  await happen('install');
  await happen('activate');
  assert.deepEqual([...stores.keys()], ['something else', 'offline /static/']);
  assert.equal(preloading, 1);
});
