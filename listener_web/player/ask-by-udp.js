/**
 * Asks the server's port of WebRTC whether it can be reached, by STUN (RFC 8489). That needs no connection, and the
 * browser asks four times in two seconds.
 */

/** Five minutes. */
const QUICK_ROUNDS = 150;
const MOST_PLACES = 3;

/**
 * The places of a server in its description of a session: its ICE candidates (RFC 8839 section 5.1).
 *
 * @param {string} sdp
 * @returns {string[]} addresses for STUN
 */
export function stunPlaces(sdp) {
  const found = sdp.matchAll(/^a=candidate:\S+ 1 udp \d+ (\S+) (\d+) typ host/gim);
  const places = [...found].map(([, host, port]) => `stun:${host.includes(':') ? `[${host}]` : host}:${port}`);
  return [...new Set(places)].slice(0, MOST_PLACES);
}

/**
 * @param {string[]} urls see `stunPlaces`
 * @returns {import('../shared/asking.js').Way}
 */
export function byUdp(urls) {
  return { ask: (signal) => answerOf(urls, signal), quickRounds: QUICK_ROUNDS };
}

/**
 * @param {string[]} urls
 * @param {AbortSignal} signal
 */
function answerOf(urls, signal) {
  return /** @type {Promise<void>} */ (
    new Promise((resolve) => {
      const connection = new RTCPeerConnection({ iceServers: [{ urls }] });
      signal.addEventListener('abort', () => connection.close());
      connection.onicecandidate = ({ candidate }) => {
        if (candidate?.type === 'srflx') resolve();
      };
      connection.createDataChannel('');
      connection.setLocalDescription().catch(() => undefined);
    })
  );
}
