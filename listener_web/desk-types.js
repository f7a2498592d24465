/** What the desk's API answers, see `/api/openapi.yaml`. */

/** @typedef {'draft' | 'open' | 'live' | 'paused' | 'closed'} EventState */
/** @typedef {{tag: string, name: string, english_name: string}} Language */

/**
 * @typedef {object} DeskEvent
 * @property {string} id
 * @property {string} title
 * @property {EventState} state
 * @property {Language[]} languages
 * @property {{attendee: string, stage: string}} links
 * @property {string} stage_key
 */

/**
 * @typedef {object} FloorStatus
 * @property {boolean} publisher
 * @property {number} level_dbfs
 * @property {number} peak_dbfs
 * @property {boolean} clipping
 * @property {number} silent_ms
 * @property {number} frames_lost
 */

/**
 * @typedef {object} ChannelStatus
 * @property {string} channel
 * @property {'idle' | 'connecting' | 'live' | 'rotating' | 'retrying' | 'failed'} state
 * @property {string} reason
 * @property {number | null} lag_ms
 * @property {number} listeners
 * @property {number} readers
 */

/**
 * @typedef {object} EventStatus
 * @property {EventState} state
 * @property {number} position_ms
 * @property {FloorStatus | null} floor
 * @property {ChannelStatus[]} channels
 */

export {};
