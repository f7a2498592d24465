/** Server-sent events with a token in the header, which the browser's `EventSource` cannot send. */
import { ApiError, errorFrom } from '../shared/api.js';
import { Backoff } from '../shared/backoff.js';
import { Wait } from '../shared/network.js';

/** @typedef {{kind: string, data: string, id: string}} StreamMessage */

/** Takes a stream apart; comments and fields that nobody needs are left out. */
export class StreamParser {
  #rest = '';
  #kind = '';
  /** @type {string[]} */
  #data = [];
  #id = '';

  /**
   * @param {string} text the next piece of the stream
   * @returns {StreamMessage[]} the messages that are complete now
   */
  take(text) {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    return lines.flatMap((line) => this.#line(line.replace(/\r$/, '')));
  }

  /**
   * @param {string} line
   * @returns {StreamMessage[]}
   */
  #line(line) {
    if (line === '') {
      const found = this.#data.length > 0;
      const message = { kind: this.#kind || 'message', data: this.#data.join('\n'), id: this.#id };
      this.#kind = '';
      this.#data = [];
      return found ? [message] : [];
    }
    const [, name = '', value = ''] = /^([^:]*):? ?(.*)$/.exec(line) ?? [];
    if (name === 'event') this.#kind = value;
    else if (name === 'data') this.#data.push(value);
    else if (name === 'id') this.#id = value;
    return [];
  }
}

/**
 * @typedef {object} StreamListeners
 * @property {(message: StreamMessage) => void} message
 * @property {(connected: boolean) => void} connection
 * @property {(error: ApiError) => void} refused the server refuses the stream for good
 */

/** Follows one stream until it is closed, and connects again by itself. */
export class EventStream {
  #address;
  #token;
  #on;
  #quietMs;
  #backoff = new Backoff(300, 3_000);
  #wait = new Wait();
  #closed = false;
  #lastId = '';
  /** @type {AbortController | null} */
  #request = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #alarm;

  /**
   * @param {string} address
   * @param {string} token
   * @param {StreamListeners} on
   * @param {number} quietMs a stream that brings nothing for so long is broken
   */
  constructor(address, token, on, quietMs) {
    this.#address = address;
    this.#token = token;
    this.#on = on;
    this.#quietMs = quietMs;
    void this.#run();
  }

  /** Follow it no longer. */
  close() {
    this.#closed = true;
    this.#request?.abort();
    this.#wait.end();
  }

  /** The network may be back: connect at once if it is not connected. */
  retryNow() {
    this.#wait.end();
  }

  /** The network is gone: this connection is broken, whatever the browser says. */
  breakNow() {
    this.#request?.abort();
  }

  async #run() {
    while (!this.#closed) {
      try {
        await this.#follow();
      } catch (error) {
        if (error instanceof ApiError && !error.retryable && !this.#closed) {
          this.#on.refused(error);
          return;
        }
      }
      clearTimeout(this.#alarm);
      if (this.#closed) return;
      this.#on.connection(false);
      await this.#wait.pass(this.#backoff.nextMs());
    }
  }

  async #follow() {
    const request = new AbortController();
    this.#request = request;
    this.#heard(request);
    const response = await fetch(this.#address, {
      headers: {
        Accept: 'text/event-stream',
        Authorization: `Bearer ${this.#token}`,
        ...(this.#lastId === '' ? {} : { 'Last-Event-ID': this.#lastId }),
      },
      cache: 'no-store',
      signal: request.signal,
    });
    if (!response.ok || response.body === null) throw await errorFrom(response);
    const parser = new StreamParser();
    const decoder = new TextDecoder();
    const reader = response.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      this.#heard(request);
      this.#backoff.reset();
      this.#on.connection(true);
      for (const message of parser.take(decoder.decode(value, { stream: true }))) {
        if (message.id !== '') this.#lastId = message.id;
        this.#on.message(message);
      }
    }
  }

  /** @param {AbortController} request */
  #heard(request) {
    clearTimeout(this.#alarm);
    this.#alarm = setTimeout(() => request.abort(), this.#quietMs);
  }
}
