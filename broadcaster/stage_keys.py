"""Stage keys as they are stored: a reader of the database cannot speak into an event.

A stored stage key is `v1:HASH:SEALED`. Every process can compare a speaker's key with the hash.
Only the desk has the store keys, with which it opens what is sealed and shows the speaker's link
again. Records of earlier versions hold the key itself; the desk seals them when it starts.
"""

import base64
import hashlib
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from broadcaster.auth import same

_FORM = "v1"
_PURPOSE = b"broadcaster stage keys"


def is_stage_key(given: str, stored: str) -> bool:
    """Whether a speaker's key is the one that was stored, in constant time.

    Args:
        given: as the client sent it; may be invalid UTF-8.
        stored: from the event's record, of this or an earlier version.
    """
    parts = _parts(stored)
    if not given or not stored:
        return False
    return same(given, stored) if parts is None else same(_hash(given), parts[0])


class StageKeyring:
    """Seals stage keys and opens them again.

    Args:
        store_keys: secrets of the organizer; the first seals, and all open.
    """

    def __init__(self, store_keys: Sequence[str]) -> None:
        self._store_keys = tuple(dict.fromkeys(store_keys))
        ciphers = [_cipher(one, _PURPOSE) for one in self._store_keys]
        self._first = ciphers[0]
        self._all = MultiFernet(ciphers)

    def cipher(self, purpose: bytes) -> MultiFernet:
        """A cipher for something else, under the same store keys.

        Args:
            purpose: one purpose cannot open what another one sealed.
        """
        return MultiFernet([_cipher(one, purpose) for one in self._store_keys])

    def first_cipher(self, purpose: bytes) -> Fernet:
        """The one that `cipher` seals with."""
        return _cipher(self._store_keys[0], purpose)

    def seal(self, key: str) -> str:
        """The form in which a stage key is stored."""
        return f"{_FORM}:{_hash(key)}:{self._first.encrypt(key.encode()).decode()}"

    def open(self, stored: str) -> str | None:
        """The stage key, or None if it was sealed with none of the store keys."""
        parts = _parts(stored)
        if parts is None:
            return stored
        return _opened(self._all, parts[1])

    def reseal(self, stored: str) -> str:
        """The stage key, sealed with the first store key; unchanged if no store key opens it."""
        parts = _parts(stored)
        if parts is not None and _opened(self._first, parts[1]) is not None:
            return stored
        key = self.open(stored)
        return stored if key is None else self.seal(key)


def _parts(stored: str) -> tuple[str, str] | None:
    """Hash and sealed key; None for a key that an earlier version stored."""
    form, _, rest = stored.partition(":")
    digest, _, sealed = rest.partition(":")
    return (digest, sealed) if form == _FORM and sealed else None


def _opened(cipher: Fernet | MultiFernet, sealed: str) -> str | None:
    try:
        return cipher.decrypt(sealed.encode()).decode()
    except (InvalidToken, ValueError):
        return None


def _hash(key: str) -> str:
    # A key has 144 random bits: nobody can try them all, so the hash needs no salt.
    return hashlib.sha256(key.encode(errors="surrogateescape")).hexdigest()


def _cipher(store_key: str, purpose: bytes) -> Fernet:
    derived = HKDF(hashes.SHA256(), 32, salt=None, info=purpose).derive(store_key.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
