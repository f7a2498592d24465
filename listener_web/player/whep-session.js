/** One WHEP session: a channel's sound on its way to this page. */
import { WebRtcSession } from '../shared/webrtc-session.js';

/**
 * The browser's counters of sound that comes by RTP.
 *
 * @typedef {object} Heard
 * @property {number} packets
 * @property {number} bytes with RTP headers
 * @property {number} samples played
 * @property {number} gaps how often missing sound was concealed
 * @property {number} delay_ms mean wait in the jitter buffer, of what was played since the last report
 */

/** By itself a browser buffers less than one packet of 60 ms, so each late one would be a gap. */
const JITTER_BUFFER_MS = 200;

/**
 * @typedef {object} WhepOptions
 * @property {Record<string, string>} [headers] sent with every request
 * @property {number} [jitterBufferMs] how much sound the browser shall keep
 */

export class WhepSession extends WebRtcSession {
  /** Of the last report that counted any. */
  #played = { samples: 0, delay_s: 0, delay_ms: 0 };

  /**
   * @param {(stream: MediaStream) => void} onStream called as soon as the server has answered
   * @param {WhepOptions} [options]
   */
  constructor(onStream, { headers = {}, jitterBufferMs = JITTER_BUFFER_MS } = {}) {
    // The server of the sound only answers checks (RFC 8445 section 2.5), so it needs no candidates.
    super(headers, false);
    const { receiver } = this.connection.addTransceiver('audio', { direction: 'recvonly' });
    receiver.jitterBufferTarget = jitterBufferMs;
    this.connection.ontrack = ({ track }) => onStream(new MediaStream([track]));
  }

  /** @returns {Promise<Heard>} */
  async heard() {
    const heard = { packets: 0, bytes: 0, samples: 0, gaps: 0, delay_ms: 0 };
    (await this.connection.getStats()).forEach((report) => {
      if (report.type !== 'inbound-rtp') return;
      heard.packets = report.packetsReceived;
      heard.bytes = report.bytesReceived + (report.headerBytesReceived ?? 0);
      heard.samples = report.jitterBufferEmittedCount ?? 0;
      heard.gaps = report.concealmentEvents ?? 0;
      heard.delay_ms = this.#recentDelay(heard.samples, report.jitterBufferDelay ?? 0);
    });
    return heard;
  }

  /**
   * @param {number} samples played in all
   * @param {number} delay_s their waits together
   */
  #recentDelay(samples, delay_s) {
    const last = this.#played;
    if (samples > last.samples) {
      const delay_ms = (1000 * (delay_s - last.delay_s)) / (samples - last.samples);
      this.#played = { samples, delay_s, delay_ms };
    }
    return this.#played.delay_ms;
  }
}
