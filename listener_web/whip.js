/** One WHIP session (RFC 9725): an audio track on its way to the server. */
import { ApiError, send } from './api.js';

const GATHERING_MS = 1_000;
const DELETE_DEADLINE_MS = 2_000;

export class WhipSession {
  #connection = new RTCPeerConnection();
  #sender;
  #key;
  /** The session's own address, once the server has made it. @type {URL | null} */
  #resource = null;

  /**
   * @param {MediaStreamTrack} track
   * @param {string} key the stage key
   */
  constructor(track, key) {
    this.#key = key;
    const transceiver = this.#connection.addTransceiver(track, { direction: 'sendonly' });
    this.#sender = transceiver.sender;
  }

  /** @returns {RTCPeerConnectionState} */
  get state() {
    return this.#connection.connectionState;
  }

  /**
   * Offer the track. The offer carries its candidates, so nothing has to be sent later.
   *
   * @param {URL} endpoint
   * @throws {ApiError} the server refused or did not answer
   */
  async publish(endpoint) {
    await this.#connection.setLocalDescription();
    await this.#gathered();
    const response = await send(endpoint, {
      method: 'POST',
      headers: { 'Content-Type': 'application/sdp', ...this.#authorization },
      body: this.#connection.localDescription?.sdp ?? '',
    });
    const location = response.headers.get('Location');
    if (response.status !== 201 || location === null) {
      throw new ApiError(0, 'unexpected_answer', 'the server made no session', 'Try again.');
    }
    this.#resource = new URL(location, response.url);
    try {
      await this.#connection.setRemoteDescription({ type: 'answer', sdp: await response.text() });
    } catch {
      throw new ApiError(0, 'bad_answer', 'the answer cannot be used', 'Try another browser.');
    }
  }

  /**
   * Send another microphone without a new session.
   *
   * @param {MediaStreamTrack} track
   */
  async replaceTrack(track) {
    await this.#sender.replaceTrack(track);
  }

  /**
   * Bytes of sound sent so far, and bytes of reports and keepalives that came back; the latter are
   * unknown to old browsers.
   *
   * @returns {Promise<{sent: number, received: number | undefined}>}
   */
  async traffic() {
    const traffic = { sent: 0, received: /** @type {number | undefined} */ (undefined) };
    (await this.#connection.getStats()).forEach((report) => {
      if (report.type === 'outbound-rtp') traffic.sent = report.bytesSent;
      if (report.type === 'transport') traffic.received = report.bytesReceived;
    });
    return traffic;
  }

  /** End the session here and on the server. Works while the page is being left. */
  async close() {
    this.#connection.close();
    if (this.#resource === null) return;
    const resource = this.#resource;
    this.#resource = null;
    // A server that does not answer forgets the session by itself.
    await fetch(resource, {
      method: 'DELETE',
      headers: this.#authorization,
      keepalive: true,
      signal: AbortSignal.timeout(DELETE_DEADLINE_MS),
    }).catch(() => undefined);
  }

  get #authorization() {
    return { Authorization: `Bearer ${this.#key}` };
  }

  /** Candidates come fast or not at all: a slow interface is not waited for. */
  #gathered() {
    const connection = this.#connection;
    return new Promise((resolve) => {
      const done = () => connection.iceGatheringState === 'complete' && resolve(undefined);
      connection.addEventListener('icegatheringstatechange', done);
      setTimeout(() => resolve(undefined), GATHERING_MS);
      done();
    });
  }
}
