/**
 * A jitter buffer. It starts to play once enough sound is waiting, fades out when it runs dry, grows
 * after a stall of the network and shrinks again. It does not need Web Audio.
 */
import { PcmRing } from './pcm-ring.js';

/** Rate of the samples that are pushed. */
export const SOURCE_HZ = 48_000;

const MS = SOURCE_HZ / 1000;
const BASE_TARGET = 200 * MS;
const MAX_TARGET = 1_200 * MS;
const TARGET_GROWTH = 1.6;
const TARGET_DECAY = 0.95;
const CALM = 5_000 * MS;
const SKIP_ABOVE_TARGET = 1_500 * MS;
const TRIM_ABOVE_TARGET = 30 * MS;
const STRETCH_BELOW_TARGET = 30 * MS;
const EDIT_INTERVAL = 60 * MS;
const SMOOTHING = 400 * MS;
const SPLICE_FADE = 5 * MS;
const LOSS_FADE = 2 * MS;
/** Render calls a fade at an underrun's edge takes. */
const FADE_CALLS = 2;

export class JitterBuffer {
  #ring = new PcmRing();
  #step;
  #phase = 0;
  #playing = false;
  #gain = 0;
  #target = BASE_TARGET;
  #targetBefore = BASE_TARGET;
  #smoothFill = 0;
  #sinceEdit = 0;
  #sinceUnderrun = 0;
  #fadeInNext = false;
  #ended = false;
  #underruns = 0;
  #played = 0;
  #skipped = 0;

  /** @param {number} outputHz rate of the samples that {@link render} makes */
  constructor(outputHz) {
    this.#step = SOURCE_HZ / outputHz;
  }

  /**
   * Add decoded sound.
   *
   * @param {Float32Array} samples mono at {@link SOURCE_HZ}
   */
  push(samples) {
    if (this.#fadeInNext) {
      for (let i = 0; i < LOSS_FADE && i < samples.length; i++) samples[i] *= i / LOSS_FADE;
      this.#fadeInNext = false;
    }
    this.#ring.push(samples);
  }

  /**
   * Hold the place of sound that was lost on the way.
   *
   * @param {number} samples
   */
  pushLoss(samples) {
    this.#ring.pushSilence(samples, LOSS_FADE);
    this.#fadeInNext = true;
  }

  /** No more sound will come, so running dry is no longer an underrun. */
  end() {
    this.#ended = true;
  }

  /** Counters since the beginning, and the buffer as it is now. */
  stats() {
    return {
      playing: this.#playing,
      underruns: this.#underruns,
      fill_ms: this.#ring.fill / MS,
      target_ms: this.#target / MS,
      played_frames: this.#played,
      skipped_ms: this.#skipped / MS,
    };
  }

  /**
   * Fill one block of output.
   *
   * @param {Float32Array} output at least a few samples, the same length in each call
   */
  render(output) {
    const needed = Math.ceil(output.length * this.#step) + 3;
    const reserve = FADE_CALLS * needed;
    if (!this.#playing && this.#ring.fill < Math.max(this.#target, needed + reserve)) {
      output.fill(0);
      this.#sinceUnderrun += output.length * this.#step;
      // A pause longer than any buffer is not a stall: the sender had stopped.
      if (this.#sinceUnderrun > MAX_TARGET) this.#target = this.#targetBefore;
      return;
    }
    if (!this.#playing) this.#begin();
    this.#steer(output.length * this.#step);
    const enough = this.#ring.fill >= needed + reserve;
    const ramp = (enough ? 1 : -1) / (FADE_CALLS * output.length);
    for (let i = 0; i < output.length; i++) {
      this.#gain = Math.min(1, Math.max(0, this.#gain + ramp));
      output[i] = this.#next() * this.#gain;
    }
    this.#played += output.length;
    if (!enough && this.#gain === 0) this.#ranDry();
  }

  #begin() {
    this.#playing = true;
    this.#smoothFill = this.#ring.fill;
    this.#sinceEdit = 0;
    this.#sinceUnderrun = 0;
  }

  #ranDry() {
    this.#playing = false;
    if (this.#ended) return;
    this.#underruns += 1;
    this.#sinceUnderrun = 0;
    this.#targetBefore = this.#target;
    this.#target = Math.min(MAX_TARGET, this.#target * TARGET_GROWTH);
  }

  /**
   * Keep the buffer near its target: by edits of one pitch period, which are inaudible, or by a skip
   * when it is far too full.
   *
   * @param {number} elapsed source samples since the last call
   */
  #steer(elapsed) {
    const ring = this.#ring;
    this.#smoothFill += ((ring.fill - this.#smoothFill) * elapsed) / SMOOTHING;
    this.#sinceEdit += elapsed;
    this.#sinceUnderrun += elapsed;
    if (this.#sinceUnderrun > CALM) {
      this.#sinceUnderrun = 0;
      this.#target = Math.max(BASE_TARGET, this.#target * TARGET_DECAY);
    }
    if (ring.fill > this.#target + SKIP_ABOVE_TARGET) {
      const count = Math.floor(ring.fill - this.#target);
      ring.skip(count, SPLICE_FADE);
      this.#skipped += count;
      this.#smoothFill = ring.fill;
    } else if (this.#sinceEdit >= EDIT_INTERVAL) {
      this.#sinceEdit = 0;
      if (this.#smoothFill > this.#target + TRIM_ABOVE_TARGET) {
        this.#smoothFill -= ring.cutPeriod();
      } else if (this.#smoothFill < this.#target - STRETCH_BELOW_TARGET) {
        this.#smoothFill += ring.repeatPeriod();
      }
    }
  }

  /** The next output sample; at another rate than the source's, by cubic Hermite interpolation. */
  #next() {
    const ring = this.#ring;
    if (this.#step === 1) return ring.at(ring.read++);
    const t = this.#phase;
    const a = ring.at(ring.read - 1);
    const b = ring.at(ring.read);
    const c = ring.at(ring.read + 1);
    const d = ring.at(ring.read + 2);
    this.#phase += this.#step;
    const whole = Math.floor(this.#phase);
    this.#phase -= whole;
    ring.read += whole;
    const slope = (c - a) / 2;
    const bend = a - 2.5 * b + 2 * c - d / 2;
    const twist = 1.5 * (b - c) + (d - a) / 2;
    return b + t * (slope + t * (bend + t * twist));
  }
}
