/** The jitter buffers inside the audio thread. The worker that decodes sends them sound by a port. */
import { ChannelPlayer } from './channel-player.js';

/** The page hears of a change at once, and of the buffer no more often than this. */
const REPORT_INTERVAL_S = 0.5;

class ChannelProcessor extends AudioWorkletProcessor {
  #player = new ChannelPlayer(sampleRate);
  #lastReport = 0;
  #reportedStream = 0;
  #reportedPlaying = false;
  #closed = false;

  constructor() {
    super();
    this.port.onmessage = ({ data }) => {
      if (data.type === 'source') this.#listenTo(data.port);
      else if (data.type === 'close') this.#closed = true;
    };
  }

  /**
   * @param {MessagePort} source sends `{stream, samples}`, `{stream, lost}`, `{begin: stream}`,
   *   `{rejoined}` and `{ended}`
   */
  #listenTo(source) {
    source.onmessage = ({ data }) => {
      if (data.samples) this.#player.push(data.stream, data.samples);
      else if (data.lost) this.#player.pushLoss(data.stream, data.lost);
      else if (data.begin) this.#player.begin(data.begin);
      else if (data.rejoined) this.#player.rejoin();
      else if (data.ended) this.#player.end();
    };
  }

  /**
   * @param {Float32Array[][]} _inputs
   * @param {Float32Array[][]} outputs one mono output
   */
  process(_inputs, outputs) {
    const channel = outputs[0]?.[0];
    if (channel) this.#player.render(channel);
    const { stream, playing } = this.#player;
    const changed = stream !== this.#reportedStream || playing !== this.#reportedPlaying;
    if (changed || currentTime - this.#lastReport >= REPORT_INTERVAL_S) {
      this.#lastReport = currentTime;
      [this.#reportedStream, this.#reportedPlaying] = [stream, playing];
      this.port.postMessage(this.#player.stats());
    }
    return !this.#closed;
  }
}

registerProcessor('jitter-buffer', ChannelProcessor);
