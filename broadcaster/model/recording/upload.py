"""The copies of an event's recordings in a bucket: how far they are, and the report of it."""

import json
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from broadcaster.model.records.json_form import StrictJsonForm

STATE_FILE = "upload.json"
"""Name of the file in a part's folder that says which of its files have been copied."""


class UploadState(StrEnum):
    """The state of the copies.

    `failed`: the bucket takes nothing at the moment, and it is tried again.
    """

    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class UploadReport(StrictJsonForm):
    """How the copying of an event's finished parts goes.

    Attributes:
        state: see `UploadState`.
        bucket: its name.
        sent_bytes: that have arrived.
        total_bytes: of all finished parts.
        reason: the service's code for why it failed, such as `AccessDenied`.
        failures: attempts in a row that have failed, since something arrived last.
    """

    state: UploadState
    bucket: str
    sent_bytes: int
    total_bytes: int
    reason: str = ""
    failures: int = 0

    def body(self) -> dict[str, Any]:
        """The form in the API."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class CopiesLeft:
    """The copies of deleted recordings that are still in the bucket.

    Attributes:
        bucket: its name.
        parts: whose copies are still to be deleted.
        reason: the service's code for why it does not delete them.
    """

    bucket: str
    parts: int = 0
    reason: str = ""

    def to_json(self) -> bytes:
        """The form of its record on the bus."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_json(cls, data: bytes) -> "CopiesLeft":
        """Parse what `to_json` wrote.

        Raises:
            ValueError: it did not.
        """
        try:
            return cls(**json.loads(data))
        except TypeError as wrong:
            raise ValueError("not a report of copies that are left") from wrong


@dataclass(slots=True)
class PartUpload:
    """The files of a part that have been copied: the content of its `STATE_FILE`.

    Attributes:
        bucket: name of the bucket. Another one has nothing of it.
        sent: names of the files that have arrived.
        begun: by the name of a file, the id of the upload that goes on.
    """

    bucket: str
    sent: set[str] = field(default_factory=set)
    begun: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> bytes:
        """The content of the file."""
        body = {"bucket": self.bucket, "sent": sorted(self.sent), "begun": self.begun}
        return json.dumps(body).encode()

    @classmethod
    def from_json(cls, data: bytes, bucket: str = "") -> "PartUpload":
        """Parse what `to_json` wrote; empty if it is damaged, or not about `bucket`, if given."""
        try:
            raw = json.loads(data)
            if bucket in {raw["bucket"], ""}:
                return cls(raw["bucket"], set(raw["sent"]), dict(raw["begun"]))
        except (KeyError, TypeError, ValueError):
            pass
        return cls(bucket)
