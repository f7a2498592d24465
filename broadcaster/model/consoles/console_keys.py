"""Names on the bus of human interpreters: their turns, sound and messages."""

ON_AIR_RECORDS = "onair."
"""Prefix of the records of all channels that human interpreters have used."""
CONSOLE_RECORDS = "console."
"""Prefix of the records of the messages of all channels."""


def on_air_records(event: str) -> str:
    """Prefix of the records of the channels of one event that they have used."""
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


def console_records(event: str) -> str:
    """Prefix of the records of the messages of one event's channels."""
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
