/** One WHIP session (RFC 9725): an audio track on its way to the server. */
import { WebRtcSession } from '../shared/webrtc-session.js';

export class WhipSession extends WebRtcSession {
  #sender;

  /**
   * @param {MediaStreamTrack} track
   * @param {string} key the stage key
   */
  constructor(track, key) {
    super({ Authorization: `Bearer ${key}` });
    this.#sender = this.connection.addTransceiver(track, { direction: 'sendonly' }).sender;
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
    (await this.connection.getStats()).forEach((report) => {
      if (report.type === 'outbound-rtp') traffic.sent = report.bytesSent;
      if (report.type === 'transport') traffic.received = report.bytesReceived;
    });
    return traffic;
  }
}
