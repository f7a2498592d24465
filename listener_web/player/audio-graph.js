/** The page's audio context, the volume in front of the loudspeaker, and the cross-fade of decks. */
import { within } from '../shared/deadline.js';

const WORKLET_URL = new URL('./worklet.js', import.meta.url);
const WORKLET_DEADLINE_MS = 10_000;
/** The time constant with which the volume follows the control. */
const VOLUME_S = 0.02;
/** The length of a cross-fade between two decks. */
export const FADE_S = 0.06;
const CURVE_POINTS = 32;

export class AudioGraph {
  /** Made by the first tap. @type {AudioContext | null} */
  context = null;
  /** The last node before the loudspeaker. @type {GainNode | null} */
  output = null;
  #onChange;
  #volume = 1;
  /** @type {Promise<void> | null} */
  #worklet = null;

  /** @param {() => void} onChange called when the browser starts or suspends the sound */
  constructor(onChange) {
    this.#onChange = onChange;
  }

  /** Whether the browser lets sound through. */
  get running() {
    return this.context?.state === 'running';
  }

  /** 0 to 1, as perceived; the gain is its square. */
  get volume() {
    return this.#volume;
  }

  set volume(volume) {
    this.#volume = volume;
    if (this.context && this.output) {
      this.output.gain.setTargetAtTime(volume ** 2, this.context.currentTime, VOLUME_S);
    }
  }

  /** Make the graph, unless it exists. Must be called from a tap the first time. */
  open() {
    if (this.context === null) {
      this.context = new AudioContext();
      this.context.onstatechange = this.#onChange;
      this.output = new GainNode(this.context, { gain: this.#volume ** 2 });
      this.output.connect(this.context.destination);
    }
  }

  /** Load the jitter buffer into the audio thread, once; the graph must be open. */
  async loadWorklet() {
    if (this.context === null) return;
    const { audioWorklet } = this.context;
    this.#worklet ??= within(WORKLET_DEADLINE_MS, audioWorklet.addModule(WORKLET_URL));
    try {
      await this.#worklet;
    } catch (error) {
      this.#worklet = null;
      throw error;
    }
  }

  /** Start the sound. Browsers refuse that outside a tap; then the graph does not run. */
  resume() {
    this.context?.resume().catch(() => undefined);
  }

  /** Stop the sound, to save the battery. */
  suspend() {
    void this.context?.suspend();
  }
}

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

const CURVES = { in: curve(Math.sin), out: curve(Math.cos) };

/**
 * Begin to fade a gain now; it takes {@link FADE_S}.
 *
 * @param {AudioParam} gain
 * @param {BaseAudioContext} context
 * @param {'in' | 'out'} direction
 */
export function fade(gain, context, direction) {
  gain.cancelScheduledValues(context.currentTime);
  gain.setValueCurveAtTime(CURVES[direction], context.currentTime, FADE_S);
}
