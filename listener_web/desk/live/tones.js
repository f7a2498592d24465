/** The tones of alarms, made in code: no file has to be loaded when something is wrong. */

/** @typedef {{hz: number, startS: number, lengthS: number}} Note */

/** @satisfies {Record<string, readonly Note[]>} */
const TONES = {
  siren: [
    { hz: 880, startS: 0, lengthS: 0.22 },
    { hz: 660, startS: 0.24, lengthS: 0.22 },
    { hz: 880, startS: 0.48, lengthS: 0.22 },
    { hz: 660, startS: 0.72, lengthS: 0.22 },
  ],
  beeps: [
    { hz: 1200, startS: 0, lengthS: 0.12 },
    { hz: 1200, startS: 0.2, lengthS: 0.12 },
    { hz: 1200, startS: 0.4, lengthS: 0.12 },
  ],
  chime: [
    { hz: 523, startS: 0, lengthS: 0.3 },
    { hz: 659, startS: 0.2, lengthS: 0.3 },
    { hz: 784, startS: 0.4, lengthS: 0.45 },
  ],
  low: [{ hz: 330, startS: 0, lengthS: 0.8 }],
  none: [],
};

/** @typedef {keyof typeof TONES} Tone */

export const TONE_NAMES = /** @type {Tone[]} */ (Object.keys(TONES));
const VOLUME = 0.35;
const EDGE_S = 0.015;

/**
 * Whether a text names a tone.
 *
 * @param {unknown} name
 * @returns {name is Tone}
 */
export function isTone(name) {
  return typeof name === 'string' && Object.hasOwn(TONES, name);
}

/** Plays tones. Browsers let it sound only after a tap or a key press on the page. */
export class TonePlayer {
  /** Made by the first tap. @type {AudioContext | null} */
  context = null;
  #onChange;

  /** @param {() => void} onChange called when the browser starts or stops the sound */
  constructor(onChange) {
    this.#onChange = onChange;
  }

  /** Whether the browser lets sound through. */
  get running() {
    return this.context?.state === 'running';
  }

  /** Start the sound; call it from a tap or a key press. */
  async start() {
    if (this.context === null) {
      this.context = new AudioContext();
      this.context.onstatechange = this.#onChange;
    }
    await this.context.resume();
    this.#onChange();
  }

  /** @param {Tone} tone */
  play(tone) {
    if (this.context === null || !this.running) return;
    const { context } = this;
    for (const { hz, startS, lengthS } of TONES[tone]) {
      const from = context.currentTime + 0.02 + startS;
      const oscillator = new OscillatorNode(context, { type: 'triangle', frequency: hz });
      const gain = new GainNode(context, { gain: 0 });
      gain.gain.setValueAtTime(0, from);
      gain.gain.linearRampToValueAtTime(VOLUME, from + EDGE_S);
      gain.gain.setValueAtTime(VOLUME, from + lengthS - EDGE_S);
      gain.gain.linearRampToValueAtTime(0, from + lengthS);
      oscillator.connect(gain).connect(context.destination);
      oscillator.start(from);
      oscillator.stop(from + lengthS);
      oscillator.onended = () => gain.disconnect();
    }
  }
}
