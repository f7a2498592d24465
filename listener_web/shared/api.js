/** JSON over HTTP, and the error that every failed request becomes. */
import { abortedAfter } from './deadline.js';
import { takeAnswer } from './page-answers.js';

const TIMEOUT_MS = 10_000;

/** A request that was refused or never answered, in words for people. */
export class ApiError extends Error {
  /**
   * @param {number} status HTTP status, 0 when no answer came
   * @param {string} error stable identifier
   * @param {string} message what is wrong
   * @param {string} hint what to do about it
   * @param {number} [retryAfterMs] how long the server asks to wait
   */
  constructor(status, error, message, hint, retryAfterMs = 3_000) {
    super(message);
    this.status = status;
    this.error = error;
    this.hint = hint;
    this.retryAfterMs = retryAfterMs;
  }

  /**
   * How long to wait before the next attempt: as long as the server asks, and up to half as long
   * again, so that clients that were refused together do not come back together.
   */
  waitMs() {
    return this.retryAfterMs * (1 + Math.random() / 2);
  }

  /** Whether the server is full, or this network has as many places as it may have. */
  get full() {
    return this.status === 429 || (this.status === 503 && this.error !== 'stopping');
  }

  /** Whether trying the same again later can help. */
  get retryable() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/**
 * The error in an answer. A proxy may answer something that is not the server's JSON.
 *
 * @param {Response} response
 * @returns {Promise<ApiError>}
 */
export async function errorFrom(response) {
  const body = await response.json().catch(() => null);
  return new ApiError(
    response.status,
    body?.error ?? 'unexpected_answer',
    body?.message ?? `the server answered ${response.status} ${response.statusText}`.trim(),
    body?.hint ?? 'Try again in a moment.',
    Math.min(60, Math.max(1, Number(response.headers.get('Retry-After')) || 3)) * 1000,
  );
}

/**
 * `fetch` with a deadline. It fails only with an {@link ApiError}.
 *
 * @param {string | URL} url
 * @param {RequestInit} [init]
 * @returns {Promise<Response>} an answer with a 2xx status
 */
export async function send(url, init = {}) {
  let response;
  try {
    response = await fetch(url, { signal: abortedAfter(TIMEOUT_MS), ...init });
  } catch {
    throw new ApiError(
      0,
      'unreachable',
      'the server does not answer',
      'Check the network connection.',
    );
  }
  if (!response.ok) throw await errorFrom(response);
  return response;
}

/**
 * Read JSON, the first time perhaps from the page itself.
 *
 * @param {string} path
 * @param {Record<string, string>} [headers]
 * @returns {Promise<any>}
 */
export async function getJson(path, headers = {}) {
  const cameWithPage = takeAnswer(path);
  if (cameWithPage !== undefined) return cameWithPage;
  const response = await send(path, { headers: { Accept: 'application/json', ...headers } });
  return response.json();
}

/**
 * Send JSON and read the JSON answer.
 *
 * @param {'POST' | 'PATCH' | 'PUT'} method
 * @param {string} path
 * @param {object} body
 * @param {Record<string, string>} [headers]
 * @param {AbortSignal} [signal] gives up
 * @returns {Promise<any>}
 */
export async function sendJson(method, path, body, headers = {}, signal) {
  const response = await send(path, {
    method,
    signal,
    headers: { 'Content-Type': 'application/json', Accept: 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return response.json();
}
