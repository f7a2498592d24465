"""The way of attendees into an event: the short code that they type, and its passcode."""

import hashlib
import hmac
import secrets
from contextlib import suppress
from dataclasses import dataclass, field

from broadcaster.errors import VersionConflict
from broadcaster.model import keys
from broadcaster.model.ports import Bus

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L and O, which look like 1 and 0, and no U."""
CODE_LENGTH = 6
_LOOK_ALIKES = str.maketrans("OIL", "011")
_SEPARATORS = str.maketrans("", "", " -‐–_.\t")


def new_code() -> str:
    """A random code. It has a letter and a digit, so that it is no word and no address."""
    while True:
        code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
        if not code.isdigit() and not code.isalpha():
            return code


async def take_code(bus: Bus, owner: str) -> str:
    """Take a code that nothing has or had.

    Args:
        bus: has the records of codes.
        owner: what the code leads to, as its record says it.

    Raises:
        BusUnavailable: the broker does not answer.
    """
    while True:
        code = new_code()
        with suppress(VersionConflict):
            await bus.put(keys.code_record(code), owner.encode(), 0)
            return code


def code_of(typed: str) -> str | None:
    """The code that somebody typed, None if it cannot be one.

    Case, spaces and hyphens do not matter. O is taken for 0, and I and L for 1.
    """
    code = typed.translate(_SEPARATORS).upper().translate(_LOOK_ALIKES)
    possible = len(code) == CODE_LENGTH and set(code) <= set(ALPHABET)
    return code if possible else None


@dataclass(frozen=True, slots=True)
class Passcode:
    """A passcode, stored in clear: whoever reads the store reads the captions as well.

    Attributes:
        text: as the organizer wrote it.
        secret: random. Tokens are made of it, so a token cannot be guessed although a passcode can.
    """

    text: str = field(repr=False)
    secret: str = field(repr=False)

    def is_text(self, given: str) -> bool:
        """Whether it is what somebody typed, in constant time; case does not matter."""
        return _same(given.strip().casefold(), self.text.casefold())

    def is_token(self, given: str) -> bool:
        """Whether it is the token, in constant time."""
        return _same(given, self.token())

    def token(self) -> str:
        """The proof of a client that knew it; void when the organizer changes the passcode."""
        return hmac.new(self.secret.encode(), b"broadcaster attendee", hashlib.sha256).hexdigest()


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(
        given.encode(errors="surrogateescape"), expected.encode(errors="surrogateescape")
    )
