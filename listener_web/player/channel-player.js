/**
 * Plays the sound of one channel, and fades to that of another one. The sound of each channel is a
 * stream with a number of its own; a higher number is newer. It does not need Web Audio.
 */
import { DelayEstimate } from './delay-estimate.js';
import { JitterBuffer, SOURCE_HZ } from './jitter-buffer.js';

const FADE_MS = 30;
/** A channel that the present one cannot wait for begins with this much sound. */
const LEAST_MS = 60;
/** With less than this the present channel does not last for the cross-fade. */
const RUNS_DRY_MS = FADE_MS + 10;
/** Sound begins anywhere between two packets, so this is half of a packet's length. */
const PHASE_MS = 30;
/** A longer loss is not filled with silence: the next sound follows at once. */
const LONGEST_FILLED_MS = 300;

export class ChannelPlayer {
  #outputHz;
  #estimate = new DelayEstimate();
  /** Every buffer there is. @type {JitterBuffer[]} */
  #buffers = [];
  /** Those that hold nothing. @type {JitterBuffer[]} */
  #spare = [];
  #current;
  /** The channel before, while it fades out. @type {JitterBuffer | null} */
  #before = null;
  /** The channel that is heard as soon as it has enough sound. @type {JitterBuffer | null} */
  #next = null;
  /** The number of the stream in the current buffer, or in the next one if there is one. */
  #newest = 0;
  #audible = 0;
  #fadeLeft = 0;
  #block = new Float32Array(0);

  /** @param {number} outputHz rate of the samples that {@link render} makes */
  constructor(outputHz) {
    this.#outputHz = outputHz;
    this.#current = this.#empty();
  }

  /** Whether sound is heard. */
  get playing() {
    return this.#current.playing;
  }

  /** The number of the stream that is heard. */
  get stream() {
    return this.#audible;
  }

  /**
   * The sound of another channel follows. The present one is heard until enough of it is there.
   *
   * @param {number} stream
   */
  begin(stream) {
    this.#estimate.restart();
    this.#newest = stream;
    this.#current.end();
    if (this.#next) this.#release(this.#next);
    this.#next = this.#empty();
  }

  /**
   * Add decoded sound. What is older than the newest two channels is left out.
   *
   * @param {number} stream
   * @param {Float32Array} samples mono at {@link SOURCE_HZ}
   */
  push(stream, samples) {
    if (stream === this.#newest) this.#estimate.arrive((samples.length * 1000) / SOURCE_HZ);
    this.#bufferOf(stream)?.push(samples);
  }

  /**
   * Hold the place of sound that was lost on the way, unless it is long.
   *
   * @param {number} stream
   * @param {number} count samples
   */
  pushLoss(stream, count) {
    const ms = (count * 1000) / SOURCE_HZ;
    if (ms > LONGEST_FILLED_MS) {
      this.rejoin();
    } else {
      if (stream === this.#newest) this.#estimate.miss(ms);
      this.#bufferOf(stream)?.pushLoss(count);
    }
  }

  /** The same channel goes on after sound that nobody has counted. */
  rejoin() {
    this.#estimate.restart();
  }

  /** No more sound will come. */
  end() {
    for (const buffer of this.#buffers) buffer.end();
  }

  /**
   * Fill one block of output.
   *
   * @param {Float32Array} output at least a few samples, the same length in each call
   */
  render(output) {
    this.#estimate.elapse((output.length * 1000) / this.#outputHz);
    for (const buffer of this.#buffers) buffer.target = this.#estimate.target;
    if (this.#next && this.#before === null && this.#isReady(this.#next)) this.#change(this.#next);
    this.#current.render(output);
    if (this.#before) this.#fade(this.#before, output);
  }

  /** Counters since the beginning, the buffer as it is now, and the audible stream. */
  stats() {
    const stats = { ...this.#current.stats(), stream: this.#audible };
    for (const buffer of this.#buffers) {
      if (buffer === this.#current) continue;
      const { underruns, played_frames, skipped_ms } = buffer.stats();
      stats.underruns += underruns;
      stats.played_frames += played_frames;
      stats.skipped_ms += skipped_ms;
    }
    return stats;
  }

  /** @param {JitterBuffer} next */
  #isReady(next) {
    const { playing, fill } = this.#current;
    if (!playing) return next.fill > 0;
    return next.fill >= next.target || (fill < RUNS_DRY_MS && next.fill >= LEAST_MS);
  }

  /** @param {JitterBuffer} next */
  #change(next) {
    if (this.#current.playing) {
      this.#before = this.#current;
      this.#fadeLeft = Math.round((FADE_MS / 1000) * this.#outputHz);
      next.start(next.target + PHASE_MS);
    } else {
      this.#release(this.#current);
    }
    this.#current = next;
    this.#next = null;
    this.#audible = this.#newest;
  }

  /**
   * Equal power: the squares of the two gains add up to one.
   *
   * @param {JitterBuffer} before
   * @param {Float32Array} output with the current channel's sound
   */
  #fade(before, output) {
    if (this.#block.length !== output.length) this.#block = new Float32Array(output.length);
    before.render(this.#block);
    const length = Math.round((FADE_MS / 1000) * this.#outputHz);
    for (let i = 0; i < output.length; i++) {
      const angle = (Math.max(0, this.#fadeLeft - i) / length) * (Math.PI / 2);
      const [now, then] = /** @type {[number, number]} */ ([output[i], this.#block[i]]);
      output[i] = now * Math.cos(angle) + then * Math.sin(angle);
    }
    this.#fadeLeft -= output.length;
    if (this.#fadeLeft > 0) return;
    this.#release(before);
    this.#before = null;
  }

  /** @param {number} stream */
  #bufferOf(stream) {
    if (this.#next && stream === this.#newest) return this.#next;
    return stream === this.#audible ? this.#current : null;
  }

  #empty() {
    const spare = this.#spare.pop();
    if (spare) return spare;
    const buffer = new JitterBuffer(this.#outputHz);
    this.#buffers.push(buffer);
    return buffer;
  }

  /** @param {JitterBuffer} buffer */
  #release(buffer) {
    buffer.clear();
    this.#spare.push(buffer);
  }
}
