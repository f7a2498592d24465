/** The controls of the lock screen and of headphones, and what they show. */

/** Browsers load these as soon as it plays. A larger picture would keep the sound waiting on a narrow network. */
const ARTWORK = [
  { src: '/static/icons/icon-192.png', sizes: '192x192', type: 'image/png' },
  { src: '/static/shared/icon.svg', sizes: 'any', type: 'image/svg+xml' },
];

/**
 * Obey the controls. `play` only ever starts and `pause` only ever stops, because some headphones
 * repeat themselves.
 *
 * @param {() => boolean} isWanted whether sound is wanted already
 * @param {{listen: () => void, stop: () => void}} sound
 */
export function obeyMediaControls(isWanted, { listen, stop }) {
  if (!('mediaSession' in navigator)) return;
  navigator.mediaSession.setActionHandler('play', () => {
    if (!isWanted()) listen();
  });
  navigator.mediaSession.setActionHandler('pause', stop);
  navigator.mediaSession.setActionHandler('stop', stop);
}

/**
 * Show what is played; nothing before the first time.
 *
 * @param {string} title of the event
 * @param {string} channel in words
 * @param {boolean} hasListened since the page was loaded
 * @param {boolean} playing
 */
export function showMedia(title, channel, hasListened, playing) {
  if (!('mediaSession' in navigator) || !hasListened) return;
  const { mediaSession } = navigator;
  if (mediaSession.metadata?.artist !== channel || mediaSession.metadata.title !== title) {
    mediaSession.metadata = new MediaMetadata({ title, artist: channel, artwork: ARTWORK });
  }
  mediaSession.playbackState = playing ? 'playing' : 'paused';
}
