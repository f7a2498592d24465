/** The answers of the desk's API, see `/api/openapi.yaml`. */

/** @typedef {'draft' | 'open' | 'live' | 'paused' | 'closed' | 'archived'} EventState */
/** @typedef {{tag: string, name: string, english_name: string}} Language */
/**
 * What the interpreter tells of its translation into a language.
 *
 * @typedef {object} Expectation
 * @property {'anything' | 'prepared_talk' | 'nothing'} translates
 * @property {'good' | 'gist' | 'poor' | 'not_measured'} quality
 * @property {number | null} chrf
 */
/** @typedef {Language & {expected: Expectation | null}} OfferedLanguage */
/** @typedef {'auto' | 'translate' | 'converse'} Interpreter */
/** @typedef {'auto' | 'left' | 'right' | 'both'} StereoInput */
/** @typedef {Language & {interpreter: Interpreter, always: boolean, voice: string | null,
 *   standby: 'warm' | 'cold', takeover_silence_s: number,
 *   relay_from: string | null, providers: string[]}} EventLanguage */
/** @typedef {{providers: string[], standby: 'warm' | 'cold', behind_s: number}} Failover */
/** @typedef {{id: string, languages: string[], message: string, hint: string,
 *   values?: Record<string, number>}} Warning */
/** @typedef {{text: string, translations: Record<string, string>}} Term */

/**
 * @typedef {object} DeskEvent
 * @property {string} id
 * @property {number} version `If-Match` takes it
 * @property {string} title
 * @property {EventState} state
 * @property {EventLanguage[]} languages
 * @property {string | null} source_language
 * @property {Term[]} glossary
 * @property {string[]} do_not_translate
 * @property {number | null} spend_cap_usd
 * @property {StereoInput} stereo_input
 * @property {boolean} downloads whether attendees may keep the captions as a file
 * @property {number} hold_back_s by which captions reach readers later
 * @property {number} floor_delay_ms by which listeners hear the floor later
 * @property {Failover} failover how its services take over from each other
 * @property {string} code what attendees type; empty for an event of an earlier version
 * @property {string | null} passcode
 * @property {string | null} starts_at ISO 8601
 * @property {string | null} ends_at ISO 8601
 * @property {string | null} conference id of its conference
 * @property {string | null} room
 * @property {string | null} time_zone an IANA name; null for that of the conference
 * @property {number | null} auto_open_minutes a draft opens this long before its planned start
 * @property {boolean} auto_live goes live at its planned start, once the speaker is connected
 * @property {string | null} notice
 * @property {Record<string, string>} notice_translations by language tag
 * @property {{text: string, translations: Record<string, string>} | null} pause_notice
 * @property {string | null} ai_notice null for the page's own sentence, empty for none
 * @property {Record<string, string>} ai_notice_translations an own sentence by language tag
 * @property {number | null} retention_days
 * @property {string | null} delete_at ISO 8601
 * @property {Record<string, number>} [alarm_limits]
 * @property {{attendee: string, stage: string}} links
 * @property {string} stage_key
 * @property {Warning[]} warnings
 */

/**
 * @typedef {object} FloorStatus
 * @property {boolean} publisher
 * @property {number} level_dbfs
 * @property {number} peak_dbfs
 * @property {boolean} clipping
 * @property {number} silent_ms
 * @property {number} frames_lost
 * @property {string} error
 * @property {string} reason
 * @property {'left' | 'right' | 'both'} stereo_taken
 * @property {string} stereo_faulty
 * @property {{measured_s: number, faults: string[], noise_dbfs: number, speech_dbfs: number}} microphone
 * @property {'main' | 'backup'} [input] that is heard
 * @property {'auto' | 'main' | 'backup'} [input_choice]
 * @property {'' | 'gone' | 'silent' | 'by_hand'} [input_reason] why another input is heard than usual
 * @property {boolean} [standby] whether the other input is connected
 * @property {number} [standby_level_dbfs]
 * @property {{name: string, level_dbfs: number, connected: boolean, loudest: boolean}[]} [microphones]
 *   those that are mixed
 * @property {string | null} language
 */

/**
 * @typedef {object} ChannelStatus
 * @property {string} channel
 * @property {'idle' | 'connecting' | 'live' | 'rotating' | 'retrying' | 'failed'} state
 * @property {string} reason
 * @property {number | null} lag_ms
 * @property {'' | 'translate' | 'converse' | 'transcribe'} interpreter
 * @property {string} [provider] who runs it
 * @property {boolean} [fallback] it has taken over from the preferred one
 * @property {string} [stands_by] who listens and would take over; empty for nobody
 * @property {number} dropped_ms interpreted sound that was skipped
 * @property {number} unsent_ms floor sound that did not reach the interpreter
 * @property {number} unusable_events answers of the interpreter that could not be used
 * @property {number} withheld_texts texts that were not shown because nobody had spoken
 * @property {number} glossary_said terms of the glossary that were said
 * @property {number} glossary_hits those said as the glossary wants
 * @property {number} cost_usd
 * @property {number} [level_dbfs] of what listeners hear
 * @property {number | null} [session_began_at_ms]
 * @property {number | null} [rotates_at_ms]
 * @property {number} [reconnects]
 * @property {string} [last_error]
 * @property {string} [last_error_reason] says what to do
 * @property {number | null} [last_error_at_ms]
 * @property {'ai' | 'human' | 'floor'} [on_air]
 * @property {string} [on_air_name] the human interpreter who has the channel
 * @property {'' | 'by_hand' | 'connection_lost' | 'human_silent'} [on_air_reason]
 * @property {string} [relay_from] the channel that is interpreted now; empty for the floor
 * @property {number} listeners
 * @property {number} readers
 */

/**
 * @typedef {object} EventStatus
 * @property {EventState} state
 * @property {number} position_ms
 * @property {number} cost_usd
 * @property {number | null} spend_cap_usd
 * @property {boolean} held
 * @property {{reviewers: number, corrections: number, hold_back_s: number}} [review]
 * @property {FloorStatus | null} floor
 * @property {ChannelStatus[]} channels
 */

/**
 * @typedef {object} StoreStatus
 * @property {boolean} ready whether a write and a read went through lately
 * @property {string} message what is wrong
 * @property {string} hint what to do about it
 * @property {number} errors
 * @property {number} waiting writes that the store has not taken yet
 * @property {number} lost writes that were given up
 * @property {number | null} free_bytes
 * @property {boolean} low_space
 */

export {};
