/** The jitter buffer inside the audio thread. The worker that decodes sends it sound by a port. */
import { JitterBuffer } from './jitter-buffer.js';

const REPORT_INTERVAL_S = 0.1;

class JitterBufferProcessor extends AudioWorkletProcessor {
  #buffer = new JitterBuffer(sampleRate);
  #lastReport = 0;
  #closed = false;

  constructor() {
    super();
    this.port.onmessage = ({ data }) => {
      if (data.type === 'source') this.#listenTo(data.port);
      else if (data.type === 'close') this.#closed = true;
    };
  }

  /** @param {MessagePort} source sends `{samples}`, `{lost}` and `{ended}` */
  #listenTo(source) {
    source.onmessage = ({ data }) => {
      if (data.samples) this.#buffer.push(data.samples);
      else if (data.lost) this.#buffer.pushLoss(data.lost);
      else if (data.ended) this.#buffer.end();
    };
  }

  /**
   * @param {Float32Array[][]} _inputs
   * @param {Float32Array[][]} outputs one mono output
   */
  process(_inputs, outputs) {
    const channel = outputs[0]?.[0];
    if (channel) this.#buffer.render(channel);
    if (currentTime - this.#lastReport >= REPORT_INTERVAL_S) {
      this.#lastReport = currentTime;
      this.port.postMessage(this.#buffer.stats());
    }
    return !this.#closed;
  }
}

registerProcessor('jitter-buffer', JitterBufferProcessor);
