/** One WebRTC session that a single HTTP request sets up, as in WHIP (RFC 9725) and WHEP. */
import { ApiError, send } from './api.js';
import { abortedAfter } from './deadline.js';

const GATHERING_MS = 1_000;
const OFFER_DEADLINE_MS = 10_000;
const DELETE_DEADLINE_MS = 2_000;

export class WebRtcSession {
  /** Tracks are added to it before the offer. */
  connection = new RTCPeerConnection();
  #headers;
  #tellsCandidates;
  #offering = new AbortController();
  /** The session's own address, once the server has made it. @type {URL | null} */
  #resource = null;

  /**
   * @param {Record<string, string>} [headers] sent with every request
   * @param {boolean} [tellsCandidates] whether the offer waits until it can carry its candidates
   */
  constructor(headers = {}, tellsCandidates = true) {
    this.#headers = headers;
    this.#tellsCandidates = tellsCandidates;
  }

  /**
   * The connection's own state, or `closed` once the server has said goodbye: that ends DTLS, and
   * browsers go on calling the connection `connected`.
   *
   * @returns {RTCPeerConnectionState}
   */
  get state() {
    const [transceiver] = this.connection.getTransceivers();
    const left = transceiver?.sender.transport?.state === 'closed';
    return left ? 'closed' : this.connection.connectionState;
  }

  /**
   * Make the session by one request: nothing has to be sent later.
   *
   * @param {URL} endpoint
   * @param {number} [withinMs] in which the server has to answer
   * @throws {ApiError} the server refused or did not answer
   */
  async offer(endpoint, withinMs = OFFER_DEADLINE_MS) {
    await this.connection.setLocalDescription();
    if (this.#tellsCandidates) await this.#gathered();
    const late = setTimeout(() => this.#offering.abort(), withinMs);
    try {
      await this.#exchange(endpoint);
    } finally {
      clearTimeout(late);
    }
  }

  /** @param {URL} endpoint */
  async #exchange(endpoint) {
    const response = await send(endpoint, {
      method: 'POST',
      headers: { 'Content-Type': 'application/sdp', ...this.#headers },
      body: this.connection.localDescription?.sdp ?? '',
      signal: this.#offering.signal,
    });
    const location = response.headers.get('Location');
    if (response.status !== 201 || location === null) {
      throw new ApiError(0, 'unexpected_answer', 'the server made no session', 'Try again.');
    }
    this.#resource = new URL(location, response.url);
    try {
      await this.connection.setRemoteDescription({ type: 'answer', sdp: await response.text() });
    } catch {
      throw new ApiError(0, 'bad_answer', 'the answer cannot be used', 'Try another browser.');
    }
  }

  /**
   * Ask the server to change the session.
   *
   * @param {object} body
   * @returns {Promise<boolean>} whether it did
   */
  async change(body) {
    if (this.#resource === null) return false;
    const request = {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...this.#headers },
      body: JSON.stringify(body),
    };
    return send(this.#resource, request).then(
      () => true,
      () => false,
    );
  }

  /** Do not wait for this session any longer: an offer without answer fails, and its state is `closed`. */
  abandon() {
    this.#offering.abort();
    this.connection.close();
  }

  /** End the session here and on the server. Works while the page is being left. */
  async close() {
    this.connection.close();
    if (this.#resource === null) return;
    const resource = this.#resource;
    this.#resource = null;
    // A server that does not answer forgets the session by itself.
    await fetch(resource, {
      method: 'DELETE',
      headers: this.#headers,
      keepalive: true,
      signal: abortedAfter(DELETE_DEADLINE_MS),
    }).catch(() => undefined);
  }

  /** Candidates come quickly or not at all, so this does not wait for a slow interface. */
  #gathered() {
    const connection = this.connection;
    return new Promise((resolve) => {
      const done = () => connection.iceGatheringState === 'complete' && resolve(undefined);
      connection.addEventListener('icegatheringstatechange', done);
      setTimeout(() => resolve(undefined), GATHERING_MS);
      done();
    });
  }
}
