/** The controls of the lock screen and of headphones, and what they show. */

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
 * Show what is played.
 *
 * @param {string} title of the event
 * @param {string} channel in words
 * @param {boolean} playing
 */
export function showMedia(title, channel, playing) {
  if (!('mediaSession' in navigator)) return;
  if (navigator.mediaSession.metadata?.artist !== channel) {
    navigator.mediaSession.metadata = new MediaMetadata({ title, artist: channel });
  }
  navigator.mediaSession.playbackState = playing ? 'playing' : 'paused';
}
