"""Names on the bus of what the stages share: events, sound, captions, figures.

Names of what a wing of the model describes are in that wing, such as `consoles/console_keys.py`. No
other module knows the spelling of any.
"""


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


def speakers_record(event: str) -> str:
    """Record of whose turn it was to speak, by the names of the microphones."""
    return f"speakers.{event}"


SAMPLES_LEASE = "samples"
"""Lease of the process that samples the status of live events."""


def samples(event: str) -> str:
    """Stream of an event's status, one sample a second, for its report."""
    return f"{all_samples(event)}all"


def all_samples(event: str) -> str:
    """The beginning of the name of that stream."""
    return f"samples.{event}."
