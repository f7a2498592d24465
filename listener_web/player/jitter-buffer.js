/**
 * A jitter buffer. It starts to play once enough sound is waiting, fades out when it runs dry, and
 * plays a little faster or slower to keep as much sound as it is told. It does not need Web Audio.
 */
import { PcmRing } from './pcm-ring.js';

/** Rate of the samples that are pushed. */
export const SOURCE_HZ = 48_000;

const MS = SOURCE_HZ / 1000;
/** What a stall of two seconds leaves is played faster, so that nothing said is lost. */
const SKIP_ABOVE_TARGET = 2_500 * MS;
const TRIM_ABOVE_TARGET = 20 * MS;
const STRETCH_BELOW_TARGET = 10 * MS;
const EDIT_INTERVAL = 60 * MS;
/** Far above the target, edits follow each other sooner. */
const FAR_ABOVE_TARGET = 400 * MS;
const HASTY_EDIT_INTERVAL = 40 * MS;
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
  #target = 0;
  #smoothFill = 0;
  #sinceEdit = 0;
  #fadeInNext = false;
  #ended = false;
  #underruns = 0;
  #played = 0;
  #skipped = 0;

  /** @param {number} outputHz rate of the samples that {@link render} makes */
  constructor(outputHz) {
    this.#step = SOURCE_HZ / outputHz;
  }

  /** How much sound should wait on average, in milliseconds. */
  get target() {
    return this.#target / MS;
  }

  set target(ms) {
    this.#target = ms * MS;
  }

  get playing() {
    return this.#playing;
  }

  /** Sound that waits, in milliseconds. */
  get fill() {
    return this.#ring.fill / MS;
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

  /**
   * Begin to play, whatever the target.
   *
   * @param {number} ms of the newest sound are played, and what came before is left out
   */
  start(ms) {
    this.#ring.read = Math.max(this.#ring.read, Math.floor(this.#ring.write - ms * MS));
    this.#begin();
  }

  /** Forget the sound, to be used for another channel; the counters go on. */
  clear() {
    this.#ring.read = this.#ring.write;
    this.#playing = this.#ended = this.#fadeInNext = false;
    this.#gain = this.#phase = 0;
  }

  /** Counters since the beginning, and the buffer as it is now. */
  stats() {
    return {
      playing: this.#playing,
      underruns: this.#underruns,
      fill_ms: this.fill,
      target_ms: this.target,
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
    if (!this.#playing) {
      if (this.#ring.fill < Math.max(this.#target, needed + reserve)) {
        output.fill(0);
        return;
      }
      this.#begin();
    }
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
  }

  #ranDry() {
    this.#playing = false;
    if (!this.#ended) this.#underruns += 1;
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
    const above = this.#smoothFill - this.#target;
    if (ring.fill > this.#target + SKIP_ABOVE_TARGET) {
      const count = Math.floor(ring.fill - this.#target);
      ring.skip(count, SPLICE_FADE);
      this.#skipped += count;
      this.#smoothFill = ring.fill;
    } else if (this.#sinceEdit >= (above > FAR_ABOVE_TARGET ? HASTY_EDIT_INTERVAL : EDIT_INTERVAL)) {
      this.#sinceEdit = 0;
      if (above > TRIM_ABOVE_TARGET) this.#smoothFill -= ring.cutPeriod();
      else if (above < -STRETCH_BELOW_TARGET) this.#smoothFill += ring.repeatPeriod();
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
