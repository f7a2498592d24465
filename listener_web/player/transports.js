/** The transports of sound, and which of them this browser can use. */

const BEST_FIRST = /** @type {const} */ (['ws', 'whep', 'http']);

/** @typedef {typeof BEST_FIRST[number]} Transport */

/**
 * `ws` WebSocket and WebCodecs: exact, no gap between channels, needs https ·
 * `whep` WebRTC: for browsers without WebCodecs, needs UDP ·
 * `http` the browser's own player: plays on behind a locked screen, some seconds late.
 *
 * @type {Record<Transport, () => boolean>}
 */
const CAN = {
  ws: () => isSecureContext && 'AudioDecoder' in window && 'AudioWorkletNode' in window,
  whep: () => 'RTCPeerConnection' in window && 'AudioContext' in window,
  http: () => new Audio().canPlayType('audio/mpeg') !== '',
};

/**
 * The transports that can be used, best first.
 *
 * @param {boolean} lockedScreen whether the sound has to go on behind a locked screen
 * @param {string | null} forced the only one to use, for tests and support
 * @returns {Transport[]}
 */
export function usableTransports(lockedScreen, forced) {
  /** @type {Transport[]} */
  const order = lockedScreen
    ? ['http', ...BEST_FIRST.filter((name) => name !== 'http')]
    : [...BEST_FIRST];
  const allowed = BEST_FIRST.some((name) => name === forced)
    ? order.filter((name) => name === forced)
    : order;
  return allowed.filter((name) => CAN[name]());
}

/**
 * The address of a channel.
 *
 * @param {Transport} transport
 * @param {string} event
 * @param {string} channel with `+floor` for the variant
 */
export function addressOf(transport, event, channel) {
  const [e, c] = [encodeURIComponent(event), encodeURIComponent(channel)];
  const paths = { ws: `/e/${e}/audio/${c}`, whep: `/whep/${e}/${c}`, http: `/listen/${e}/${c}.mp3` };
  const url = new URL(paths[transport], location.href);
  if (transport === 'ws') url.protocol = url.protocol.replace('http', 'ws');
  return url.href;
}
