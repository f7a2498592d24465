/** The sound in the interpreter's headphones: the original or a relay channel, and one's own voice. */
import { WhepDeck } from '../../player/whep-deck.js';
import { Asking } from '../../shared/asking.js';
import { network } from '../../shared/reachable.js';

/** As little as there is: a late packet is heard as a gap, but nobody interprets what comes late. */
const JITTER_BUFFER_MS = 40;
/** A channel that cannot be heard, as before the event is open, is asked for again after this time. */
const AGAIN_MS = 3_000;
const VOLUME_S = 0.02;
const FFT_SIZE = 1024;

network.askBy(new Asking());

export class Listening {
  #context = new AudioContext({ latencyHint: 'interactive' });
  #level = new AnalyserNode(this.#context, { fftSize: FFT_SIZE });
  #volume = new GainNode(this.#context);
  #own = new GainNode(this.#context, { gain: 0 });
  #samples = new Float32Array(FFT_SIZE);
  #address;
  #token;
  #channel = '';
  /** @type {WhepDeck | null} */
  #deck = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #again;
  /** @type {MediaStreamAudioSourceNode | null} */
  #voice = null;

  /**
   * Must be made in a tap.
   *
   * @param {(channel: string) => string} address of a channel's WHEP endpoint
   * @param {string} token
   */
  constructor(address, token) {
    this.#address = address;
    this.#token = token;
    this.#level.connect(this.#volume);
    this.#volume.connect(this.#context.destination);
    this.#own.connect(this.#context.destination);
    void this.#context.resume();
  }

  /** Whether something is heard. */
  get playing() {
    return this.#deck?.state === 'playing';
  }

  /** @param {string} channel to hear from now on */
  hear(channel) {
    if (channel === this.#channel) return;
    this.#channel = channel;
    this.#open();
  }

  /** The network may be back. */
  retryNow() {
    void this.#context.resume();
    this.#deck?.retryNow();
  }

  /** @param {number} volume 0 to 1, as perceived */
  setVolume(volume) {
    this.#volume.gain.setTargetAtTime(volume ** 2, this.#context.currentTime, VOLUME_S);
  }

  /**
   * Hear the own microphone, or not.
   *
   * @param {MediaStreamTrack | null} track
   */
  hearSelf(track) {
    this.#voice?.disconnect();
    this.#voice = null;
    this.#own.gain.setTargetAtTime(track === null ? 0 : 1, this.#context.currentTime, VOLUME_S);
    if (track === null) return;
    const mediaStream = new MediaStream([track]);
    this.#voice = new MediaStreamAudioSourceNode(this.#context, { mediaStream });
    this.#voice.connect(this.#own);
  }

  /** The level of what comes, in dBFS, whatever the volume. */
  measure() {
    this.#level.getFloatTimeDomainData(this.#samples);
    const sum = this.#samples.reduce((total, sample) => total + sample * sample, 0);
    return sum > 0 ? Math.max(-100, 10 * Math.log10(sum / FFT_SIZE)) : -100;
  }

  #open() {
    clearTimeout(this.#again);
    this.#deck?.fadeOut();
    const deck = new WhepDeck(
      this.#context,
      this.#level,
      this.#channel,
      this.#address(this.#channel),
      network,
      { headers: { Authorization: `Bearer ${this.#token}` }, jitterBufferMs: JITTER_BUFFER_MS },
    );
    this.#deck = deck;
    deck.fadeIn();
    deck.addEventListener('change', () => {
      if (deck !== this.#deck || !['failed', 'ended'].includes(deck.state)) return;
      clearTimeout(this.#again);
      this.#again = setTimeout(() => this.#open(), AGAIN_MS);
    });
  }
}
