/** Follows everything that changes on the desk, by one stream of server-sent events. */
import { ApiError, getJson } from '../shared/api.js';

/** @typedef {import('./api-types.js').DeskEvent} DeskEvent */
/** @typedef {import('./api-types.js').EventStatus} EventStatus */
/** @typedef {import('./api-types.js').StoreStatus} StoreStatus */

const RETRY_MS = 3_000;
/** The browser reconnects by itself; a shorter outage is not worth a word. */
const QUIET_MS = 3_000;

/**
 * @typedef {object} Listeners
 * @property {() => void} reset everything follows from scratch
 * @property {(event: DeskEvent) => void} event
 * @property {(gone: {id: string}) => void} deleted
 * @property {(measured: {id: string, status: EventStatus}) => void} status
 * @property {(checked: {id: string, check: import('./check/panel.js').CheckReport}) => void} [check]
 * @property {(told: {id: string, pulled: import('./inputs/pulled-words.js').PulledInput[]}) => void} [pulled]
 * @property {(told: {id: string, outputs: import('./outputs/output-words.js').CaptionOutput[]}) => void} [outputs]
 * @property {(store: StoreStatus) => void} store
 * @property {(told: {id: string | null, alarms: import('./live/alarm-list.js').ToldAlarm[]}) => void} [alarms]
 *   of an event that are raised; of the installation if `id` is null
 * @property {(told: {id: string, log: {entries: import('./live/log-words.js').LogEntry[]}}) => void} [log]
 *   the newest entries of an event's log
 * @property {(told: {id: string, announcements: {announcements: import('./announcements/announcement-item.js').DeskAnnouncement[]}}) => void} [announcements]
 *   of an event, the newest first
 * @property {(told: {id: string, messages: Record<string, import('./consoles/booth-messages.js').BoothMessage[]>}) => void} [messages]
 *   by channel, of an event's human interpreters and the technician
 * @property {(told: {id: string, screens: {screens: import('./screens/screen-row.js').ConnectedScreen[]}}) => void} [screens]
 *   of an event that are connected
 * @property {(conference: import('./rooms/known-conferences.js').KnownConference) => void} [conference]
 * @property {(gone: {id: string}) => void} [conference_deleted]
 * @property {() => void} ready all that is known was told
 * @property {(connected: boolean) => void} connection
 * @property {(error: unknown) => void} failed the server refuses the stream
 */

/** @type {(keyof Listeners)[]} */
const KINDS = [
  'reset',
  'event',
  'deleted',
  'status',
  'check',
  'outputs',
  'pulled',
  'store',
  'alarms',
  'log',
  'announcements',
  'messages',
  'screens',
  'conference',
  'conference_deleted',
  'ready',
];

export class ChangesFeed {
  #on;
  #address;
  #alarm = 0;

  /**
   * @param {Partial<Listeners> & Pick<Listeners, 'connection' | 'failed'>} on
   * @param {string} [address] of the stream
   */
  constructor(on, address = '/api/changes') {
    this.#on = on;
    this.#address = address;
    this.#connect();
  }

  #connect() {
    const source = new EventSource(this.#address);
    for (const kind of KINDS) {
      source.addEventListener(kind, (message) => {
        this.#heard();
        const tell = /** @type {((data: unknown) => void) | undefined} */ (this.#on[kind]);
        tell?.(JSON.parse(/** @type {MessageEvent} */ (message).data));
      });
    }
    source.onopen = () => this.#heard();
    source.onerror = () => {
      this.#alarm ||= window.setTimeout(() => this.#on.connection(false), QUIET_MS);
      if (source.readyState === EventSource.CLOSED) void this.#askWhy();
    };
  }

  #heard() {
    clearTimeout(this.#alarm);
    this.#alarm = 0;
    this.#on.connection(true);
  }

  /** The answer was not a stream: an ordinary request tells the reason. */
  async #askWhy() {
    try {
      await getJson('/api/store');
    } catch (error) {
      if (error instanceof ApiError && !error.retryable) {
        clearTimeout(this.#alarm);
        this.#on.failed(error);
        return;
      }
    }
    setTimeout(() => this.#connect(), RETRY_MS);
  }
}
