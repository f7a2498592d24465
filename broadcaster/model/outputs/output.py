"""A caption output: one channel's captions, sent to another program or service."""

import base64
import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Self

from cryptography.fernet import InvalidToken, MultiFernet

from broadcaster.model.records.json_form import StrictJsonForm

PURPOSE = b"broadcaster caption outputs"
"""The addresses and passwords of outputs are encrypted for this alone."""
SECRET_PREFIX = "whsec_"  # noqa: S105 - no secret
"""The beginning of a webhook's secret, by Standard Webhooks."""

SECRET_BYTES = 32

Options = Mapping[str, str | int]


def new_secret() -> str:
    """A secret for the receiver of a webhook."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


class OutputKind(StrEnum):
    """A program or service that takes captions, and the protocol it takes them by."""

    ZOOM = "zoom"
    """Closed captions of a Zoom meeting or webinar."""
    YOUTUBE = "youtube"
    """Captions of a YouTube live stream."""
    TEAMS = "teams"
    """CART captions of a Microsoft Teams meeting."""
    TCP = "tcp"
    """Lines of text over TCP, as caption encoders and CART software take them."""
    OBS = "obs"
    """A text source in OBS Studio."""
    VMIX = "vmix"
    """A text field of a title in vMix."""
    WEBHOOK = "webhook"
    """Other software: it is told what happens to the event, or gets the captions of a channel."""


ON_SCREEN = frozenset({OutputKind.OBS, OutputKind.VMIX})
"""Kinds that show the newest text while it grows; the others get each finished text once."""


@dataclass(frozen=True, slots=True)
class OutputTarget:
    """The secret part of an output.

    Attributes:
        address: where it sends, with the tokens in it.
        password: empty if there is no password.
    """

    address: str
    password: str = ""

    def sealed(self, cipher: MultiFernet) -> str:
        """The form in which it is stored."""
        return cipher.encrypt(json.dumps(asdict(self)).encode()).decode()

    @classmethod
    def opened(cls, cipher: MultiFernet, sealed: str) -> Self | None:
        """Parse what `sealed` made; None if another store key sealed it."""
        try:
            return cls(**json.loads(cipher.decrypt(sealed.encode())))
        except (InvalidToken, ValueError, TypeError):
            return None


@dataclass(frozen=True, slots=True)
class CaptionOutput(StrictJsonForm):
    """An output as it is stored.

    Attributes:
        id: unique within its event.
        event: id of the event.
        kind: how it sends.
        channel: whose captions: `floor` or a language of the event; empty for a webhook that is
            told what happens to the event.
        name: what the organizer calls it; may be empty.
        place: host and port of the address, which may be shown.
        sealed: an `OutputTarget`, encrypted; empty once the output is removed.
        target: counts the addresses that were set, from 1.
        after: id of the newest caption when the output was added; it sends what comes later.
        options: settings of its kind that are no secrets.
        again: counts how often the organizer has asked to send again what was given up.
        removed_at_ms: Unix time of its removal; None while it exists.
    """

    id: str
    event: str
    kind: OutputKind
    channel: str
    name: str
    place: str
    sealed: str
    target: int = 1
    after: str = ""
    options: Options = field(default_factory=dict)
    removed_at_ms: int | None = None
    again: int = 0
