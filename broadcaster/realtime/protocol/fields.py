"""Reads fields of server events without trusting any of them."""

import base64
from collections.abc import Mapping

from broadcaster.realtime import wire
from broadcaster.realtime.session_events import Usage

_DAY_S = 86_400
_STANDARD_ALPHABET = str.maketrans("-_", "+/")


class Malformed(ValueError):
    """An event is not what its type promises; the text says how, without its content."""


def mapping(value: object) -> Mapping[str, object]:
    """An object, or an empty one."""
    return value if isinstance(value, dict) else {}


def whole_number(value: object) -> int | None:
    """An integer, or None."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def seconds_of(value: object) -> float | None:
    """A duration, or None."""
    return float(value) if isinstance(value, int | float) and 0 <= value <= _DAY_S else None


def string(value: object) -> str:
    """A string that can be encoded, or an empty one; JSON can hold lone surrogates."""
    return value.encode(errors="replace").decode() if isinstance(value, str) else ""


def text_of(event: Mapping[str, object], field: str = "delta") -> str:
    """The event's text, possibly empty.

    Raises:
        Malformed: it has none.
    """
    if not isinstance(event.get(field), str):
        raise Malformed("no text where text belongs")
    return string(event[field])


def pcm_of(event: Mapping[str, object]) -> bytes:
    """The sound of an audio delta, possibly with half a sample at its end.

    Raises:
        Malformed: it is not base64, or says that it is not mono 24 kHz.
    """
    for key, ours in (("sample_rate", wire.SAMPLE_RATE_HZ), ("channels", 1)):
        if event.get(key) not in (None, ours):
            raise Malformed("sound that is not mono at 24 kHz")
    text = text_of(event)
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return _decoded(text)


def _decoded(text: str) -> bytes:
    """Base64 as other encoders write it: with line breaks, URL-safe, without padding.

    Raises:
        Malformed: it is not base64 in any of these forms.
    """
    digits = "".join(text.split()).translate(_STANDARD_ALPHABET).rstrip("=")
    try:
        return base64.b64decode(digits + "=" * (-len(digits) % 4), validate=True)
    except ValueError:
        raise Malformed("sound that cannot be decoded") from None


def usage_of(value: object) -> Usage:
    """Return the `usage` of a response. A missing or unusable count is 0."""
    usage = mapping(value)
    taken = mapping(usage.get("input_token_details"))
    cached = mapping(taken.get("cached_tokens_details"))
    given = mapping(usage.get("output_token_details"))

    def count(details: Mapping[str, object], key: str) -> int:
        return max(whole_number(details.get(key)) or 0, 0)

    return Usage(
        input_text=count(taken, "text_tokens"),
        input_audio=count(taken, "audio_tokens"),
        cached_text=count(cached, "text_tokens"),
        cached_audio=count(cached, "audio_tokens"),
        output_text=count(given, "text_tokens"),
        output_audio=count(given, "audio_tokens"),
    )
