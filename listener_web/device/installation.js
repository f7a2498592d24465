/** Things that let a browser keep the page: its manifest, and the worker that has a page for no network. */

/** A hall that opens the page at the same moment asks for these over this time, after its captions and sound. */
const SPREAD_MS = 30_000;

/**
 * Tell the browser of both, some time from now. It is left to the attendee to add the page to the phone.
 *
 * @param {string} base the event's address
 */
export function offerToBrowser(base) {
  setTimeout(() => offer(base), SPREAD_MS * Math.random());
}

/** @param {string} base */
function offer(base) {
  const language = encodeURIComponent(document.documentElement.lang);
  const link = document.createElement('link');
  link.rel = 'manifest';
  link.href = `${base}/manifest.webmanifest?language=${language}`;
  // Otherwise the cookie of an event with a passcode is not sent.
  link.crossOrigin = 'use-credentials';
  document.head.append(link);
  // Refused for certificates that the browser does not trust; the page needs none of it.
  navigator.serviceWorker
    ?.register(`/e/service-worker.js?language=${language}`, { updateViaCache: 'none' })
    .catch((error) => console.warn('without a page for no network:', error));
}
