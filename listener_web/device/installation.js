/** What a browser needs to keep the page: its manifest, and the worker that has a page for no network. */

/** A page that has just begun has better use for its network. */
const WAIT_MS = 5_000;

/**
 * Tell the browser of both, a moment later. It is left to the attendee to add the page to the phone.
 *
 * @param {string} base the event's address
 */
export function offerToBrowser(base) {
  setTimeout(() => {
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
  }, WAIT_MS);
}
