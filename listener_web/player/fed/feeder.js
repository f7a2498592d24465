/**
 * Feeds the browser's own player with the sound of an endless response, off the main thread: a page that is
 * not seen has slow timers, a worker has not. The player gets the sound as it comes, while one that reads an
 * address by itself waits for 32 kB, which is 2.7 s.
 *
 * It tells the page `{handle}` of the source of the player, `{connection: 'open' | 'lost'}`,
 * `{begins}` with the player's time at which the sound of a new connection begins, `{until}` with the time up to
 * which there is sound, `{bytes}` received, and `{refused: {status, error, retryAfterMs}}`, after which it waits
 * until it is told `{type: 'again', waitMs}`.
 */
import { Backoff } from '../../shared/backoff.js';
import { Patience } from '../patience.js';

const TYPE = 'audio/mpeg';
/** The server sends silence after 1 s in which a channel says nothing. */
const STALL_MS = 3_000;
/** What was played this long ago is forgotten, so often. */
const KEPT_S = 60;

class Feeder {
  #source = new MediaSource();
  /** @type {SourceBuffer | null} */
  #buffer = null;
  /** Sound that waits for the player to take it, and where that of a connection begins. */
  #waiting = /** @type {(Uint8Array<ArrayBuffer> | 'begin')[]} */ ([]);
  #begins = false;
  #backoff = new Backoff(300, 1_000);
  #reading = new AbortController();
  #deadline = 0;
  #retry = 0;
  #patience = new Patience();
  #over = false;

  /** @param {string} url of the sound */
  constructor(url) {
    this.url = url;
    const { handle } = /** @type {{handle: Transferable}} */ (/** @type {unknown} */ (this.#source));
    self.postMessage({ handle }, { transfer: [handle] });
    this.#source.onsourceopen = () => {
      this.#source.duration = Infinity;
      this.#buffer = this.#source.addSourceBuffer(TYPE);
      this.#buffer.onupdateend = () => this.#taken();
      this.#feed();
    };
    void this.#connect();
  }

  /** The network may be back: connect at once, unless something has just come. */
  retryNow() {
    if (!this.#patience.isFresh) this.again(0);
  }

  /**
   * Connect again.
   *
   * @param {number} waitMs
   */
  again(waitMs) {
    this.#disconnect();
    if (!this.#over) this.#retry = self.setTimeout(() => void this.#connect(), waitMs);
  }

  close() {
    this.#over = true;
    this.#disconnect();
  }

  #disconnect() {
    clearTimeout(this.#deadline);
    clearTimeout(this.#retry);
    this.#reading.abort();
  }

  async #connect() {
    const reading = (this.#reading = new AbortController());
    this.#expectWithin(this.#patience.begin());
    let opened = false;
    try {
      const response = await fetch(this.url, { signal: reading.signal, cache: 'no-store' });
      if (!response.ok || response.body === null) {
        this.#disconnect();
        self.postMessage({ refused: await refusal(response) });
        return;
      }
      opened = true;
      await this.#read(response.body.getReader());
    } catch {
      // The connection was lost, or given up.
    }
    if (this.#reading === reading && !reading.signal.aborted) this.#lost(opened);
  }

  /** @param {ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>} reader */
  async #read(reader) {
    this.#patience.opened();
    this.#patience.heard();
    self.postMessage({ connection: 'open' });
    this.#expectWithin(STALL_MS);
    this.#waiting.push('begin');
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      this.#backoff.reset();
      this.#patience.heard();
      this.#expectWithin(STALL_MS);
      self.postMessage({ bytes: value.length });
      this.#waiting.push(value);
      this.#feed();
    }
  }

  /** @param {boolean} opened whether the server had answered; one that has not has been waited for already */
  #lost(opened) {
    const waitedMs = opened ? 0 : this.#patience.triedMs;
    self.postMessage({ connection: 'lost' });
    this.again(Math.max(0, this.#backoff.nextMs() - waitedMs));
  }

  /** @param {number} ms */
  #expectWithin(ms) {
    clearTimeout(this.#deadline);
    this.#deadline = self.setTimeout(() => {
      self.postMessage({ connection: 'lost' });
      this.again(0);
    }, ms);
  }

  /** Give the player what waits for it. */
  #feed() {
    const buffer = this.#buffer;
    if (buffer === null || buffer.updating || this.#source.readyState !== 'open') return;
    const next = this.#waiting.shift();
    if (next === undefined) {
      this.#forget(buffer);
      return;
    }
    if (next === 'begin') {
      // The last connection may have ended within a frame.
      buffer.abort();
      this.#begins = true;
      this.#feed();
      return;
    }
    if (this.#begins) self.postMessage({ begins: end(buffer) });
    this.#begins = false;
    buffer.appendBuffer(next);
  }

  #taken() {
    if (this.#buffer !== null) self.postMessage({ until: end(this.#buffer) });
    this.#feed();
  }

  /** @param {SourceBuffer} buffer */
  #forget(buffer) {
    const { buffered } = buffer;
    if (buffered.length > 0 && end(buffer) - buffered.start(0) > 2 * KEPT_S) {
      buffer.remove(0, end(buffer) - KEPT_S);
    }
  }
}

/** @param {SourceBuffer} buffer */
function end({ buffered }) {
  return buffered.length > 0 ? buffered.end(buffered.length - 1) : 0;
}

/**
 * Why the server does not send the sound. A proxy may answer something that is not the server's JSON.
 *
 * @param {Response} response
 */
async function refusal(response) {
  const body = await response.json().catch(() => null);
  const retryAfterMs = 1000 * Math.min(60, Math.max(1, Number(response.headers.get('Retry-After')) || 3));
  return { status: response.status, error: String(body?.error), retryAfterMs };
}

/** @type {Feeder | null} */
let feeder = null;

self.onmessage = ({ data }) => {
  if (data.type === 'open') {
    feeder?.close();
    feeder = new Feeder(data.url);
  } else if (data.type === 'retry') {
    feeder?.retryNow();
  } else if (data.type === 'again') {
    feeder?.again(data.waitMs);
  } else if (data.type === 'close') {
    feeder?.close();
    self.close();
  }
};
