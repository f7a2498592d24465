/** Things that let a browser keep the page: its manifest, and the worker that has a page for no network. */

/**
 * Tell the browser of both. It is left to the attendee to add the page to the phone.
 *
 * @param {string} base the event's address
 */
export function offerToBrowser(base) {
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
