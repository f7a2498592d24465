"""The JSON of records and messages: the fields of a dataclass by their names."""

import json
from dataclasses import Field, asdict
from typing import Any, ClassVar, Self

from pydantic import ConfigDict, TypeAdapter, ValidationError

_READERS: dict[type, TypeAdapter[Any]] = {object: TypeAdapter(object)}
"""By record; they are made when the first one is read. With the first of all, pydantic looks for
plugins among the files of this installation, which must not block the event loop."""


class JsonForm:
    """A dataclass that is stored or sent as JSON. It is read by the types of its fields.

    Processes of two versions may share a bus. What a newer one has added is ignored. A field that
    an older one does not know gets its default.
    """

    __slots__ = ()
    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    def to_json(self) -> bytes:
        """The form on the bus. Half of a surrogate pair, which JSON can hold, becomes `?`."""
        text = json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))
        return text.encode(errors="replace")

    @classmethod
    def from_json(cls, data: bytes) -> Self:
        """Parse what `to_json` of any version wrote.

        Raises:
            ValueError: it is something else.
        """
        return cls.from_fields(json.loads(data))

    @classmethod
    def from_fields(cls, fields: object) -> Self:
        """Read JSON that was parsed already.

        Raises:
            ValueError: it is not an object, has none of the fields, or a value is not of its type.
        """
        if isinstance(fields, dict) and not cls.__dataclass_fields__.keys().isdisjoint(fields):
            reader = _READERS.get(cls) or _READERS.setdefault(cls, TypeAdapter(cls))
            try:
                read: Self = reader.validate_python(fields)
            except ValidationError:
                pass  # its message quotes the values
            else:
                return read
        raise ValueError(f"not the JSON of {cls.__name__}")


class StrictJsonForm(JsonForm):
    """A `JsonForm` that refuses fields which this version does not know."""

    __slots__ = ()
    __pydantic_config__: ClassVar = ConfigDict(extra="forbid")
