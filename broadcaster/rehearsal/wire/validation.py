"""Checking what a client sent, with errors worded like the real server's.

A `Shape` takes a value and its path, and returns the checked value or raises `Invalid`.
"""

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

Json = dict[str, Any]
Shape = Callable[[Any, str], Any]


class Invalid(Exception):
    """A client event that is answered with an `error` event. The session goes on.

    Args:
        code: stable identifier.
        message: a sentence.
        param: path of the field at fault.
        event_id: the client's own id of the event.
    """

    def __init__(
        self, code: str, message: str, param: str | None = None, event_id: str | None = None
    ) -> None:
        super().__init__(message)
        self.code, self.message, self.param, self.event_id = code, message, param, event_id

    def of_event(self, event_id: str | None) -> "Invalid":
        """The same, answering the client's event of this id."""
        return Invalid(self.code, self.message, self.param, event_id)


def check_event(text: str, events: Mapping[str, Shape]) -> tuple[str, str | None, Json]:
    """The type of a client event, the client's own id of it, and its checked fields.

    Args:
        text: the message.
        events: the endpoint's events by their type, see `event_shape`.

    Raises:
        Invalid: not a valid event of this endpoint.
    """
    event, event_id = _read_event(text)
    try:
        kind = event.get("type")
        return str(kind), event_id, _shape_of(kind, events)(event, "")
    except Invalid as error:
        raise error.of_event(event_id) from None


def _shape_of(kind: object, events: Mapping[str, Shape]) -> Shape:
    if kind is None:
        raise missing("type")
    if not isinstance(kind, str) or kind not in events:
        raise Invalid("invalid_event", f"Unknown event type: {str(kind)[:80]!r}.", "type")
    return events[kind]


def _read_event(text: str) -> tuple[Json, str | None]:
    try:
        event = json.loads(text)
    except (ValueError, RecursionError):
        raise Invalid("invalid_json", "The event is not valid JSON.") from None
    if not isinstance(event, dict):
        raise Invalid("invalid_event", "An event is a JSON object.")
    event_id = event.get("event_id")
    if event_id is not None and not isinstance(event_id, str):
        raise Invalid("invalid_type", "Invalid type for 'event_id': a string.", "event_id")
    return event, event_id


def missing(path: str) -> Invalid:
    """The error about a required field that is missing."""
    return Invalid("missing_required_parameter", f"Missing required parameter: '{path}'.", path)


def an_object(value: Any, path: str) -> Json:
    """Any JSON object."""
    if not isinstance(value, dict):
        raise Invalid("invalid_type", f"Invalid type for '{path}': an object.", path)
    return value


def refuse_unknown(value: Json, known: set[str], prefix: str) -> None:
    """Refuse fields that are not known. `prefix` is the object's path with a dot."""
    for key in value:
        if key not in known:
            path = f"{prefix}{key[:80]}"
            raise Invalid("unknown_parameter", f"Unknown parameter: '{path}'.", path)


def a_string(value: Any, path: str) -> str:
    """Any string."""
    if not isinstance(value, str):
        raise Invalid("invalid_type", f"Invalid type for '{path}': a string.", path)
    return value


def a_bool(value: Any, path: str) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise Invalid("invalid_type", f"Invalid type for '{path}': a boolean.", path)
    return value


def pcm16(value: Any, path: str) -> bytes:
    """PCM s16le in base64."""
    if not isinstance(value, str):
        raise Invalid("invalid_type", f"Invalid type for '{path}': a base64 string.", path)
    try:
        samples = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise Invalid("invalid_value", "The audio is not valid base64.", path) from None
    if len(samples) % 2:
        raise Invalid("invalid_value", "PCM16 has an even number of bytes.", path)
    return samples


def one_of(*values: object) -> Shape:
    """One of some constants."""

    def check(value: Any, path: str) -> Any:
        if isinstance(value, (dict, list)) or value not in values:
            names = ", ".join(repr(one) for one in values)
            message = f"Invalid value: {str(value)[:40]!r}. Supported values are: {names}."
            raise Invalid("invalid_value", message, path)
        return value

    return check


def number(lowest: float, highest: float, *, whole: bool = False) -> Shape:
    """A number in a range."""

    def check(value: Any, path: str) -> Any:
        kinds = int if whole else (int, float)
        if isinstance(value, bool) or not isinstance(value, kinds):
            raise Invalid("invalid_type", f"Invalid type for '{path}': a number.", path)
        if not lowest <= value <= highest:
            message = f"'{path}' is a number from {lowest:g} to {highest:g}."
            raise Invalid("invalid_value", message, path)
        return value

    return check


def optional(shape: Shape) -> Shape:
    """Null, or the shape."""
    return lambda value, path: None if value is None else shape(value, path)


def either(*shapes: Shape) -> Shape:
    """The first shape that fits. The last one raises the error."""

    def check(value: Any, path: str) -> Any:
        for shape in shapes[:-1]:
            try:
                return shape(value, path)
            except Invalid:
                continue
        return shapes[-1](value, path)

    return check


def list_of(shape: Shape, most: int) -> Shape:
    """A list of at most `most` values of this shape."""

    def check(value: Any, path: str) -> Any:
        if not isinstance(value, list) or len(value) > most:
            message = f"Invalid type for '{path}': a list of at most {most}."
            raise Invalid("invalid_type", message, path)
        return [shape(one, f"{path}[{at}]") for at, one in enumerate(value)]

    return check


def fields(required: Mapping[str, Shape], others: Mapping[str, Shape] | None = None) -> Shape:
    """An object with these fields and no others."""
    shapes = {**required, **(others or {})}

    def check(value: Any, path: str) -> Json:
        given, prefix = an_object(value, path), f"{path}." if path else ""
        refuse_unknown(given, set(shapes), prefix)
        for name in required:
            if name not in given:
                raise missing(f"{prefix}{name}")
        return {name: shapes[name](one, f"{prefix}{name}") for name, one in given.items()}

    return check


def event_shape(
    required: Mapping[str, Shape] | None = None, others: Mapping[str, Shape] | None = None
) -> Shape:
    """A client event with these fields."""
    envelope = {"type": a_string, "event_id": optional(a_string)}
    return fields(required or {}, {**envelope, **(others or {})})


def tagged(**by_type: Shape) -> Shape:
    """An object whose shape is chosen by its `type`."""

    def check(value: Any, path: str) -> Any:
        given = an_object(value, path)
        if "type" not in given:
            raise missing(f"{path}.type")
        one_of(*by_type)(given["type"], f"{path}.type")
        return by_type[given["type"]](given, path)

    return check


def string_map(most: int, key_length: int, value_length: int) -> Shape:
    """An object of at most `most` strings, with names and values of limited length."""

    def check(value: Any, path: str) -> Json:
        given = an_object(value, path)
        fits = len(given) <= most and all(
            isinstance(one, str) and len(name) <= key_length and len(one) <= value_length
            for name, one in given.items()
        )
        if not fits:
            message = (
                f"'{path}' has at most {most} strings of at most {value_length} characters, "
                f"with names of at most {key_length}."
            )
            raise Invalid("invalid_value", message, path)
        return given

    return check


def tag(value: Any, path: str) -> str:
    """A BCP 47 language tag."""
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*", value):
        raise Invalid("invalid_value", f"'{path}' is a language tag such as 'de'.", path)
    return value
