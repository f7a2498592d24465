/** The speaker's microphone: choosing, opening and measuring it. */
import { say } from '../i18n/say.js';

const HOLD_MS = 3_000;

/**
 * @typedef {object} MicrophoneChoice
 * @property {string} deviceId empty for the system's default
 * @property {boolean} room whether it hears loudspeakers, so that echo and noise are removed
 */

/** @param {number} amplitude */
function toDbfs(amplitude) {
  return amplitude > 0 ? Math.max(-100, 20 * Math.log10(amplitude)) : -100;
}

/** Fires `lost` when the microphone is unplugged or taken away. */
export class Microphone extends EventTarget {
  #context = new AudioContext();
  #splitter = new ChannelSplitterNode(this.#context, { numberOfOutputs: 2 });
  /** One for each channel: the mean of an inverted pair would be silent. */
  #analysers = [0, 1].map((output) => {
    const analyser = new AnalyserNode(this.#context, { fftSize: 2048 });
    this.#splitter.connect(analyser, output);
    return analyser;
  });
  #samples = new Float32Array(2048);
  /** @type {MediaStream | null} */
  #stream = null;
  /** @type {MediaStreamAudioSourceNode | null} */
  #source = null;
  #held = { rmsDbfs: -100, peakDbfs: -100, until: 0 };

  /** The open microphone's track, or null. */
  get track() {
    return this.#stream?.getAudioTracks()[0] ?? null;
  }

  /**
   * Open a microphone in place of the one open now.
   *
   * @param {MicrophoneChoice} choice
   * @returns {Promise<MediaStreamTrack>}
   * @throws {DOMException} the browser or the person refused, or no microphone was found
   */
  async open({ deviceId, room }) {
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: {
        ...(deviceId === '' ? {} : { deviceId: { exact: deviceId } }),
        // The server makes one channel of two. The browser's own sum would hide a faulty cable.
        channelCount: room ? 1 : { ideal: 2 },
        echoCancellation: room,
        noiseSuppression: room,
        autoGainControl: false,
      },
    });
    this.close();
    const [track] = stream.getAudioTracks();
    if (track === undefined) throw new DOMException('no audio track', 'NotFoundError');
    track.contentHint = 'speech';
    track.addEventListener('ended', () => this.dispatchEvent(new Event('lost')));
    this.#stream = stream;
    this.#source = this.#context.createMediaStreamSource(stream);
    this.#source.connect(this.#splitter);
    await this.#context.resume();
    return track;
  }

  /** Let go of the open microphone, if any. */
  close() {
    this.#source?.disconnect();
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = null;
    this.#source = null;
  }

  /** Microphones to choose from. They have names after one was opened. */
  async list() {
    const devices = await navigator.mediaDevices.enumerateDevices();
    return devices.filter(({ kind, deviceId }) => kind === 'audioinput' && deviceId !== '');
  }

  /**
   * The level of the louder channel now, and the loudest of the last seconds, so that a pause in
   * speech changes nothing.
   */
  measure() {
    let loudestSum = 0;
    let peak = 0;
    for (const analyser of this.#analysers) {
      analyser.getFloatTimeDomainData(this.#samples);
      let sum = 0;
      for (const sample of this.#samples) {
        sum += sample * sample;
        peak = Math.max(peak, Math.abs(sample));
      }
      loudestSum = Math.max(loudestSum, sum);
    }
    const rmsDbfs = toDbfs(Math.sqrt(loudestSum / this.#samples.length));
    const peakDbfs = toDbfs(peak);
    const now = performance.now();
    const expired = now > this.#held.until;
    if (expired || rmsDbfs > this.#held.rmsDbfs || peakDbfs > this.#held.peakDbfs) {
      this.#held = {
        rmsDbfs: expired ? rmsDbfs : Math.max(rmsDbfs, this.#held.rmsDbfs),
        peakDbfs: expired ? peakDbfs : Math.max(peakDbfs, this.#held.peakDbfs),
        until: now + HOLD_MS,
      };
    }
    return { rmsDbfs, held: this.#held };
  }
}

/**
 * Explain to the speaker why no microphone could be opened.
 *
 * @param {unknown} error
 */
export function explainMicrophone(error) {
  switch (error instanceof DOMException ? error.name : '') {
    case 'NotAllowedError':
      return say('microphoneForbidden');
    case 'NotFoundError':
    case 'OverconstrainedError':
      return say('microphoneMissing');
    case 'NotReadableError':
      return say('microphoneBusy');
    default:
      return say('microphoneFailed');
  }
}
