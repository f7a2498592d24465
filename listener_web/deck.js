/** One channel being played: its worker, its node in the audio graph and its place in a cross-fade. */

const FADE_S = 0.06;
const CURVE_POINTS = 32;

/**
 * `connecting` no connection yet · `buffering` connected, too little sound to begin ·
 * `playing` · `reconnecting` · `ended`
 *
 * @typedef {'connecting' | 'buffering' | 'playing' | 'reconnecting' | 'ended'} DeckState
 */

/**
 * What the audio thread reports, see `Playout.stats`.
 *
 * @typedef {object} PlayoutStats
 * @property {boolean} playing
 * @property {number} underruns
 * @property {number} fill_ms
 * @property {number} target_ms
 * @property {number} played_frames
 * @property {number} skipped_ms
 */

/**
 * Equal power: the squares of the two curves add up to one.
 *
 * @param {(angle: number) => number} shape
 */
function curve(shape) {
  return Float32Array.from({ length: CURVE_POINTS }, (_, i) =>
    shape((i / (CURVE_POINTS - 1)) * (Math.PI / 2)),
  );
}

const RISE = curve(Math.sin);
const FALL = curve(Math.cos);

/** Fires `change` when its state changes and `stats` with each report. */
export class Deck extends EventTarget {
  #worker;
  #node;
  #gain;
  /** @type {'none' | 'open' | 'lost' | 'ended'} */
  #connection = 'none';
  /** Packets the server left out because this listener was too slow for them. */
  skippedPackets = 0;
  /** @type {PlayoutStats} */
  stats = {
    playing: false,
    underruns: 0,
    fill_ms: 0,
    target_ms: 0,
    played_frames: 0,
    skipped_ms: 0,
  };

  /**
   * @param {BaseAudioContext} context has the `playout` worklet loaded
   * @param {AudioNode} output
   * @param {string} channel
   * @param {string} url of the channel's WebSocket
   */
  constructor(context, output, channel, url) {
    super();
    this.channel = channel;
    this.context = context;
    this.#gain = new GainNode(context, { gain: 0 });
    this.#node = new AudioWorkletNode(context, 'playout', {
      numberOfInputs: 0,
      outputChannelCount: [1],
    });
    this.#node.connect(this.#gain).connect(output);
    this.#node.port.onmessage = ({ data }) => this.#report(data);
    const { port1, port2 } = new MessageChannel();
    this.#node.port.postMessage({ type: 'source', port: port1 }, [port1]);
    this.#worker = new Worker(new URL('./audio-worker.js', import.meta.url), { type: 'module' });
    this.#worker.onmessage = ({ data }) => {
      if (data.connection) this.#change(() => (this.#connection = data.connection));
      else this.skippedPackets += data.skipped;
    };
    this.#worker.postMessage({ type: 'open', url, sink: port2 }, [port2]);
  }

  /** @returns {DeckState} */
  get state() {
    if (this.#connection === 'ended') return 'ended';
    if (this.#connection === 'lost') return 'reconnecting';
    if (this.stats.playing) return 'playing';
    return this.#connection === 'open' ? 'buffering' : 'connecting';
  }

  /** Become audible. */
  fadeIn() {
    this.#gain.gain.setValueCurveAtTime(RISE, this.context.currentTime, FADE_S);
  }

  /** Become silent, then let go of everything. */
  fadeOut() {
    this.#worker.postMessage({ type: 'close' });
    this.#gain.gain.cancelScheduledValues(this.context.currentTime);
    this.#gain.gain.setValueCurveAtTime(FALL, this.context.currentTime, FADE_S);
    setTimeout(() => this.close(), 2 * FADE_S * 1000);
  }

  /** Let go of everything at once. */
  close() {
    this.#worker.postMessage({ type: 'close' });
    this.#node.port.onmessage = null;
    this.#node.port.postMessage({ type: 'close' });
    this.#node.disconnect();
    this.#gain.disconnect();
  }

  /** @param {PlayoutStats} stats */
  #report(stats) {
    this.#change(() => (this.stats = stats));
    this.dispatchEvent(new Event('stats'));
  }

  /** @param {() => void} apply */
  #change(apply) {
    const before = this.state;
    apply();
    if (this.state !== before) this.dispatchEvent(new Event('change'));
  }
}
