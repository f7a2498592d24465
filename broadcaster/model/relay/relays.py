"""The relays of an event, and the rule that each channel comes from the floor in the end."""

from collections.abc import Iterable, Sequence

from broadcaster.errors import DomainError
from broadcaster.model.event import Channel, Event


class BadRelay(DomainError):
    """A channel cannot be interpreted from the channel that was given.

    Args:
        message: says which, and why.
        hint: says what to do.
    """

    def __init__(self, message: str, hint: str) -> None:
        super().__init__("bad_relay", message, hint)


def relays(event: Event) -> frozenset[str]:
    """The channels from which others are interpreted."""
    return frozenset(channel.relay_from for channel in event.channels if channel.relay_from)


def with_relays(event: Event, languages: Iterable[str]) -> set[str]:
    """The languages, their relays, the relays of these, and so on."""
    relay_of = _relay_of(event.channels)
    return {one for language in languages for one in _way_to_floor(language, relay_of)}


def check_relays(channels: Sequence[Channel]) -> None:
    """Check that each channel's sound comes from the floor in the end.

    Raises:
        BadRelay: one would be interpreted from itself, or from a channel that does not exist.
    """
    relay_of = _relay_of(channels)
    for language, relay in relay_of.items():
        if relay and relay not in relay_of:
            raise BadRelay(
                f"{language} cannot be interpreted from {relay}, which the event does not have",
                f"Add {relay} to the event, or let {language} be interpreted from the floor.",
            )
        way = _way_to_floor(language, relay_of)
        if relay_of[way[-1]]:
            circle = " from ".join([*way, relay_of[way[-1]]])
            raise BadRelay(
                f"the relays make a circle: {circle}",
                "Let one of these channels be interpreted from the floor.",
            )


def _relay_of(channels: Iterable[Channel]) -> dict[str, str]:
    return {channel.language: channel.relay_from for channel in channels}


def _way_to_floor(language: str, relay_of: dict[str, str]) -> list[str]:
    """A channel, its relay and so on, up to one interpreted from the floor or met before."""
    way = [language]
    while (following := relay_of.get(way[-1], "")) and following not in way:
        way.append(following)
    return way
