"""Names on the bus. No other module knows their spelling; those of recordings have their own."""


def floor_pcm(event: str) -> str:
    """Topic of the floor's PCM frames, 20 ms each."""
    return f"pcm.{event}"


def relay_pcm(event: str, channel: str) -> str:
    """Topic of the PCM frames of a channel from which others are interpreted, 20 ms each."""
    return f"pcm.{event}.{channel}"


def opus(event: str, channel: str) -> str:
    """Topic of the Opus frames of one channel, or of one of its variants by `str`."""
    return f"opus.{event}.{channel}"


def status(event: str) -> str:
    """Topic of once-a-second status messages of one event."""
    return f"status.{event}"


BOOTH_PROCESSES = "booths"
"""Topic on which each booth process reports its booths."""


def edge(edge_id: str) -> str:
    """Topic of what other edge processes ask of one, and of what they answer it."""
    return f"edge.{edge_id}"


def captions(event: str, channel: str) -> str:
    """Stream of one channel's captions."""
    return f"{all_captions(event)}{channel}"


def all_captions(event: str) -> str:
    """The beginning of the names of all caption streams of one event."""
    return f"captions.{event}."


EVENT_RECORDS = "event."
"""Prefix of all event records."""


def event_record(event: str) -> str:
    """Record of one event."""
    return f"{EVENT_RECORDS}{event}"


CONFERENCE_RECORDS = "conference."
"""Prefix of all conference records."""


def conference_record(conference: str) -> str:
    """Record of one conference."""
    return f"{CONFERENCE_RECORDS}{conference}"


def programme_lease(conference: str) -> str:
    """Lease of the process that imports a programme into a conference."""
    return f"programme.{conference}"


CODE_RECORDS = "code."
"""Prefix of the records of all join codes."""


def code_record(code: str) -> str:
    """Record of a join code: the id of the one event, or `conference_in_code`, that has it."""
    return f"{CODE_RECORDS}{code}"


def conference_in_code(conference: str) -> str:
    """A conference in the record of its join code; no event has such an id."""
    return f"c/{conference}"


def floor_lease(event: str) -> str:
    """Lease of the process that takes this event's floor."""
    return f"floor.{event}"


def floor_asks(event: str) -> str:
    """Topic on which a process asks the one that has this event's floor to give it up."""
    return f"floor.asks.{event}"


def booth_lease(event: str, channel: str) -> str:
    """Lease of the process that runs this booth."""
    return f"booth.{event}.{channel}"


def progress_record(event: str, channel: str) -> str:
    """Record of how far a channel is interpreted: `{"done_until": position, "sound_until"}`."""
    return f"{progress_records(event)}{channel}"


def progress_records(event: str) -> str:
    """Prefix of the records of all channels of one event."""
    return f"progress.{event}."


def review_record(event: str, caption: str) -> str:
    """Record of a caption that was revised."""
    return f"{review_records(event)}{caption}"


def replacements_record(event: str) -> str:
    """Record of the words that are replaced in an event's next captions."""
    return f"replacements.{event}"


def review_records(event: str) -> str:
    """Prefix of the records of all revised captions of one event."""
    return f"review.{event}."


NOTHING = "nothing."
"""A beginning of names that nothing has."""
LOG_RECORDS = "log."
"""Prefix of the logs of all events, and of the installation's."""


def log_record(event: str | None) -> str:
    """Record of an event's log; None for the log of the installation."""
    return f"{LOG_RECORDS}{event if event is not None else '-'}"


ALARM_RECORDS = "alarms."
"""Prefix of the records of the alarms of all events."""
ALARMS_LEASE = "alarms"
"""Lease of the process that raises and clears the alarms of events."""


def alarms_record(event: str) -> str:
    """Record of an event's alarms, and of what was seen of its speaker and booths."""
    return f"{ALARM_RECORDS}{event}"


OUTPUT_RECORDS = "output."
"""Prefix of the records of the caption outputs of all events."""
OUTPUT_PROGRESS_RECORDS = "output-progress."
"""Prefix of the records of how far each of them has come."""


def output_records(event: str) -> str:
    """Prefix of the records of the caption outputs of one event."""
    return f"{OUTPUT_RECORDS}{event}."


def output_record(event: str, output: str) -> str:
    """Record of a caption output: where its captions go."""
    return f"{output_records(event)}{output}"


def output_progress_records(event: str) -> str:
    """Prefix of the records of how far the outputs of one event have come."""
    return f"{OUTPUT_PROGRESS_RECORDS}{event}."


def output_progress_record(event: str, output: str) -> str:
    """Record of how far one output has come."""
    return f"{output_progress_records(event)}{output}"


def output_lease(event: str, output: str) -> str:
    """Lease of the process that sends this output."""
    return f"output.{event}.{output}"


def output_tests(event: str) -> str:
    """Topic of orders to send a test line to an output."""
    return f"output.tests.{event}"


def output_test_answer(test: str) -> str:
    """Topic of the answer to one such order."""
    return f"output.tests.answer.{test}"


HAPPENINGS_LEASE = "happenings"
"""Lease of the process that writes what happens to events."""
TOLD_RECORDS = "told."
"""Prefix of the records of what was written of all events."""


def told_record(event: str) -> str:
    """Record of what was written into the stream of an event's happenings."""
    return f"{TOLD_RECORDS}{event}"


def happenings(event: str) -> str:
    """Stream of what happens to an event, for other software."""
    return f"{all_happenings(event)}all"


def all_happenings(event: str) -> str:
    """The beginning of the name of that stream."""
    return f"happenings.{event}."


SPENT_RECORDS = "spent."
"""Prefix of the records of the spending of all events."""
SCHEDULE_LEASE = "schedule"
"""Lease of the process that opens events and takes them live by their plan."""
RETENTION_LEASE = "retention"
"""Lease of the process that deletes events when their retention has passed."""


def spent_record(event: str) -> str:
    """Record of an event's spending: `{channel: {"ended_usd", "running_usd"}}`."""
    return f"{SPENT_RECORDS}{event}"


TOKEN_RECORDS = "token."  # noqa: S105 - no secret
"""Prefix of the records of all tokens."""


def token_record(token_id: str) -> str:
    """Record of what is stored of a token."""
    return f"{TOKEN_RECORDS}{token_id}"


CHECK_RECORDS = "check."
"""Prefix of the records of the last sound checks of all events."""
ENGINE_ORDERS = "engines.orders"
"""Topic of orders to try an event's engines."""


def check_record(event: str) -> str:
    """Record of the last sound check of an event."""
    return f"{CHECK_RECORDS}{event}"


def engine_answers(check: str) -> str:
    """Topic of what the processes that run booths answer to one check."""
    return f"engines.answers.{check}"


TRIAL_ORDERS = "trials.orders"
"""Topic of orders to interpret a floor's last seconds for the desk."""


def trial_record(event: str) -> str:
    """Record of an event's last trial, without what was said."""
    return f"trial.{event}"


def trial_answers(trial: str) -> str:
    """Topic of what the process that carries out a trial answers."""
    return f"trials.answers.{trial}"


def heard_asks(event: str) -> str:
    """Topic of asks for the last seconds of a speaker's sound."""
    return f"heard.{event}"


def heard_answer(ask: str) -> str:
    """Topic of the answer to one ask."""
    return f"heard.answer.{ask}"


ANNOUNCEMENT_RECORDS = "announcements."
"""Prefix of the records of the announcements of all events."""
ANNOUNCEMENTS_SEEN = "seen.announcements"
"""Topic on which edge processes report how many phones got announcements."""


SCREEN_RECORDS = "screens."
"""Prefix of the records of the settings of all screens."""
SCREENS_OPEN = "open.screens"
"""Topic on which edge processes report the screens that are connected."""


def screens_record(event: str) -> str:
    """Record of the desk's settings of an event's screens."""
    return f"{SCREEN_RECORDS}{event}"


def inputs_record(event: str) -> str:
    """Record of the rules by which an input of an event's floor is heard."""
    return f"inputs.{event}"


TRANSLATION_ORDERS = "translations.orders"
"""Topic of orders to translate an announcement."""


def translation_record(event: str) -> str:
    """Record of the id of the newest order that a process has taken for an event."""
    return f"translation.{event}"


def translation_answers(order: str) -> str:
    """Topic of what the process that carries out an order answers."""
    return f"translations.answers.{order}"


def announcements_record(event: str) -> str:
    """Record of an event's announcements."""
    return f"{ANNOUNCEMENT_RECORDS}{event}"


SPEECH_RECORDS = "speech."
"""Prefix of the records of what was spoken of all events' announcements."""


def speech_records(event: str) -> str:
    """Prefix of those of one event."""
    return f"{SPEECH_RECORDS}{event}."


def speech_record(event: str, channel: str) -> str:
    """Record of which announcements a channel has spoken, see `ChannelSpeech`."""
    return f"{speech_records(event)}{channel}"


ON_AIR_RECORDS = "onair."
"""Prefix of the records of all channels that human interpreters have used."""


def on_air_records(event: str) -> str:
    """Prefix of those of one event."""
    return f"{ON_AIR_RECORDS}{event}."


def on_air_record(event: str, channel: str) -> str:
    """Record of the human interpreter who should be heard on a channel, see `OnAir`."""
    return f"{on_air_records(event)}{channel}"


def microphones_records(event: str) -> str:
    """Prefix of the records of the microphones of all channels of one event."""
    return f"microphones.{event}."


def microphones_record(event: str, channel: str) -> str:
    """Record of the newest microphone of each human interpreter of a channel."""
    return f"{microphones_records(event)}{channel}"


def interpreter_pcm(event: str, channel: str) -> str:
    """Topic of the PCM frames, 20 ms each, of the human interpreter on air."""
    return f"human.{event}.{channel}"


def interpreter_full_band(event: str, channel: str) -> str:
    """Topic of the same sound for listeners: PCM frames at `FULL_BAND_HZ`, 20 ms each."""
    return f"human48.{event}.{channel}"


def crib(event: str, channel: str) -> str:
    """Topic of the AI's text for a channel's consoles while a human interpreter is on air.

    A message is `{"text", "position"}`, with the event-clock sample at which it was written.
    """
    return f"crib.{event}.{channel}"


CONSOLE_RECORDS = "console."
"""Prefix of the records of the messages of all channels."""


def console_records(event: str) -> str:
    """Prefix of those of one event."""
    return f"{CONSOLE_RECORDS}{event}."


def console_record(event: str, channel: str) -> str:
    """Record of the newest messages of a channel's human interpreters and the technician."""
    return f"{console_records(event)}{channel}"


def console_presence(event: str, channel: str) -> str:
    """Topic on which the consoles of a channel say that they are open."""
    return f"console.presence.{event}.{channel}"


def slow_down_record(event: str) -> str:
    """Record of the last signal to the speaker to slow down."""
    return f"slowdown.{event}"


SAMPLES_LEASE = "samples"
"""Lease of the process that samples the status of live events."""


def samples(event: str) -> str:
    """Stream of an event's status, one sample a second, for its report."""
    return f"{all_samples(event)}all"


def all_samples(event: str) -> str:
    """The beginning of the name of that stream."""
    return f"samples.{event}."
