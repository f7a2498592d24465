"""The channels that a rack plays, and where each of them goes."""

import re
import ssl
from dataclasses import dataclass, field

from yarl import URL

from broadcaster.model.event import SLUG

SHORTEST_BUFFER_MS = 100
LONGEST_BUFFER_MS = 2_000
LONGEST_DELAY_MS = 5_000
_MOST_OUTPUTS = 64
_CHANNEL = re.compile(r"([A-Za-z0-9-]+(?:\+[a-z]+)*)(?:=([0-9]+(?:,[0-9]+)*))?")
_DELAY = re.compile(r"([A-Za-z0-9-]+(?:\+[a-z]+)*)=([0-9]+)ms")


class WrongRackPlan(ValueError):
    """The words of a command do not say which channel goes where."""


@dataclass(frozen=True, slots=True)
class RackChannel:
    """One channel of the event.

    Attributes:
        name: its id in the server's addresses, also of a variant: `es`, `es+floor`.
        outputs: numbers of the card's outputs that play it, from 1.
        delay_ms: how much later it is played than the others.
    """

    name: str
    outputs: tuple[int, ...]
    delay_ms: int = 0


@dataclass(frozen=True, slots=True)
class RackPlan:
    """The event, and the channels that are played.

    Attributes:
        event: the attendees' link, https://host/e/event.
        channels: in the order in which they were named.
        buffer_ms: sound that is held back for the jitter of the network.
        passcode: of the event; empty if it needs none.
        trust: which certificates to trust; True for those of this machine.
    """

    event: URL
    channels: tuple[RackChannel, ...]
    buffer_ms: int
    passcode: str = field(default="", repr=False)
    trust: ssl.SSLContext | bool = True


def event_link(text: str) -> URL:
    """The attendees' link, without its query.

    Raises:
        WrongRackPlan: it is another address.
    """
    try:
        url = URL(text)
    except ValueError:
        url = URL()
    is_event = url.parts[1:2] == ("e",) and len(url.parts) == 3  # noqa: PLR2004
    if url.scheme not in {"http", "https"} or not url.host or not is_event:
        raise WrongRackPlan(f"{text[:100]} is not a link like https://talks.example/e/keynote.")
    if not SLUG.fullmatch(url.parts[2]):
        raise WrongRackPlan(f"“{url.parts[2][:40]}” is not an event's id.")
    return url.with_query(None).with_fragment(None)


def rack_channels(words: tuple[str, ...], delays: tuple[str, ...]) -> tuple[RackChannel, ...]:
    """Channels and their outputs.

    Args:
        words: `es=3`, `es=3,4`, or `es` for the output after those of the channel before it.
        delays: `es=250ms`.

    Raises:
        WrongRackPlan: they cannot be read, or contradict each other.
    """
    if not words:
        raise WrongRackPlan("Name the channels to play: floor, es, es=3 for output 3.")
    delay_ms = dict(map(_read_delay, delays))
    channels: list[RackChannel] = []
    last = 0
    for word in words:
        name, outputs = _read_channel(word, last)
        last = outputs[-1]
        channels.append(RackChannel(name, outputs, delay_ms.pop(name, 0)))
    taken = [output for channel in channels for output in channel.outputs]
    if twice := {output for output in taken if taken.count(output) > 1}:
        raise WrongRackPlan(f"Output {min(twice)} has two channels; one output plays one.")
    if len({channel.name for channel in channels}) < len(channels):
        raise WrongRackPlan("A channel is named twice; give it several outputs: es=1,2.")
    if delay_ms:
        raise WrongRackPlan(f"--delay names {min(delay_ms)}, which is not played.")
    return tuple(channels)


def _read_channel(word: str, last: int) -> tuple[str, tuple[int, ...]]:
    match = _CHANNEL.fullmatch(word)
    if match is None:
        raise WrongRackPlan(f"“{word[:40]}” is not a channel like es, es=3 or es=3,4.")
    outputs = tuple(map(int, match[2].split(","))) if match[2] else (last + 1,)
    if not all(1 <= output <= _MOST_OUTPUTS for output in outputs):
        raise WrongRackPlan(f"Outputs are counted from 1 to {_MOST_OUTPUTS}: {word[:40]}.")
    return match[1], outputs


def _read_delay(text: str) -> tuple[str, int]:
    match = _DELAY.fullmatch(text)
    if match is None or int(match[2]) > LONGEST_DELAY_MS:
        raise WrongRackPlan(
            f"“{text[:40]}” is not a delay like es=250ms, at most {LONGEST_DELAY_MS} ms."
        )
    return match[1], int(match[2])
