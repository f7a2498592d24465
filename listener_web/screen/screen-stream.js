/** The stream by which a screen is told its settings, and a monitor the state of the event. */
import { Wait, onNetworkReturn } from '../shared/network.js';

/** The server says something every 15 s. */
const SILENT_MS = 50_000;
const RETRY_MS = 4_000;

/** @typedef {Record<string, (body: any) => void>} Listeners by kind of message */

export class ScreenStream {
  #address;
  #on;
  /** @type {EventSource | null} */
  #source = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #alarm;
  #wait = new Wait();

  /**
   * @param {() => string} address made for each connection
   * @param {Listeners} on
   */
  constructor(address, on) {
    this.#address = address;
    this.#on = on;
    this.connect();
    onNetworkReturn(() => this.#wait.end());
  }

  /** Connect, or connect with another address. */
  connect() {
    this.#source?.close();
    const source = new EventSource(this.#address());
    this.#source = source;
    this.#expect();
    for (const kind of new Set([...Object.keys(this.#on), 'alive'])) {
      source.addEventListener(kind, (message) => {
        this.#expect();
        this.#on[kind]?.(JSON.parse(/** @type {MessageEvent} */ (message).data));
      });
    }
    source.onerror = () => {
      if (source.readyState === EventSource.CLOSED && source === this.#source) void this.#again();
    };
  }

  #expect() {
    clearTimeout(this.#alarm);
    this.#alarm = setTimeout(() => this.connect(), SILENT_MS);
  }

  async #again() {
    await this.#wait.pass(RETRY_MS * (1 + Math.random() / 2));
    this.connect();
  }
}
