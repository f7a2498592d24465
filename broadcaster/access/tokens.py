"""Tokens: what is stored of one, and the text that its holder has.

The text is `cbt_ID_SECRET`. Its secret has 144 random bits and is shown once. The store has an HMAC
of it under a salt of its own, so whoever reads the store has no token.
"""

import hashlib
import hmac
import json
import re
import secrets
from dataclasses import asdict, dataclass, replace
from typing import Any

from broadcaster.access.identity import Identity
from broadcaster.access.roles import AccessRole
from broadcaster.access.scope import Scope
from broadcaster.auth import same

_TEXT = re.compile(r"cbt_([0-9a-f]{12})_([A-Za-z0-9_-]{24})")
_ID_BYTES = 6
_SECRET_BYTES = 18
_SALT_BYTES = 16


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it is stored.

    Attributes:
        id: part of its text, and of its address.
        name: whose it is or what it is for, as its creator wrote it.
        role: see `AccessRole`.
        scopes: see `Scope`.
        subject: see `Identity`.
        created_at_ms: Unix time.
        created_by: name of the one that created it.
        salt: hexadecimal.
        digest: HMAC-SHA256 of its secret under the salt, hexadecimal. Empty for the rest of a token
            of an event that was deleted, which fits nothing.
        expires_at_ms: Unix time; None for never.
        revoked_at_ms: Unix time; None if it is not revoked.
        used_at_ms: Unix time of its last use, a minute off at most; None if there was none.
        session: whether it is only in the cookie of a browser that signed in.
        makers: subjects of those that made it: the holder of the token that made it is the last,
            before that the one that made that token, and so on. Empty if an admin made it.
    """

    id: str
    name: str
    role: AccessRole
    scopes: tuple[Scope, ...]
    subject: str
    created_at_ms: int
    created_by: str
    salt: str = ""
    digest: str = ""
    expires_at_ms: int | None = None
    revoked_at_ms: int | None = None
    used_at_ms: int | None = None
    session: bool = False
    makers: tuple[str, ...] = ()

    def is_secret(self, secret: str) -> bool:
        """Whether it is its secret, in constant time."""
        return bool(self.digest) and same(_digest(self.salt, secret), self.digest)

    def is_expired(self, now_ms: int) -> bool:
        """Whether its time has passed."""
        return self.expires_at_ms is not None and self.expires_at_ms <= now_ms

    def is_void(self, now_ms: int) -> bool:
        """Whether it opens nothing any more."""
        return self.revoked_at_ms is not None or self.is_expired(now_ms)

    def void_since_ms(self, now_ms: int) -> int | None:
        """Unix time since which it is void; None if it is valid."""
        times = [at for at in (self.revoked_at_ms, self.expires_at_ms) if at is not None]
        ended = [at for at in times if at <= now_ms]
        return min(ended) if ended else None

    def identity(self) -> Identity:
        """The one that has it."""
        return Identity(self.role, self.name, self.subject, self.scopes, self.id)

    def is_only_of(self, event_id: str) -> bool:
        """Whether it is for this event and for nothing else."""
        return bool(self.scopes) and all(scope.is_of(event_id) for scope in self.scopes)

    def without_event(self, event_id: str, now_ms: int) -> "Token":
        """The token once an event is deleted. Of one that was for nothing else an id is left."""
        left = tuple(scope for scope in self.scopes if not scope.is_of(event_id))
        if left or not self.scopes:
            return replace(self, scopes=left)
        return Token(self.id, "", self.role, self.scopes, "", 0, "", revoked_at_ms=now_ms)

    def without_conference(self, conference_id: str, now_ms: int) -> "Token":
        """The token once a conference is deleted, revoked if it was for nothing else.

        So a later conference with the same id is not opened by it.
        """
        gone = Scope("conference", conference_id)
        left = tuple(scope for scope in self.scopes if scope != gone)
        if left or not self.scopes:
            return replace(self, scopes=left)
        return self if self.revoked_at_ms is not None else replace(self, revoked_at_ms=now_ms)

    def to_json(self) -> bytes:
        """The form of its record on the bus."""
        raw = asdict(self) | {"scopes": [str(scope) for scope in self.scopes]}
        if not self.makers:
            del raw["makers"]  # versions before this field read the others
        return json.dumps(raw, ensure_ascii=False).encode()

    @classmethod
    def from_json(cls, data: bytes) -> "Token":
        """Parse what `to_json` wrote.

        Raises:
            ValueError, TypeError, KeyError: it did not.
        """
        raw: dict[str, Any] = json.loads(data)
        raw["role"] = AccessRole(raw["role"])
        raw["scopes"] = tuple(Scope.parse(text) for text in raw["scopes"])
        raw["makers"] = tuple(raw.get("makers", ()))
        return cls(**raw)


def with_secret(token: Token) -> tuple[Token, str]:
    """A token with a new id and secret, and its text. The text is stored nowhere."""
    token_id, secret = secrets.token_hex(_ID_BYTES), secrets.token_urlsafe(_SECRET_BYTES)
    salt = secrets.token_hex(_SALT_BYTES)
    made = replace(token, id=token_id, salt=salt, digest=_digest(salt, secret))
    return replace(made, subject=token.subject or f"token:{token_id}"), f"cbt_{token_id}_{secret}"


def parts_of(text: str) -> tuple[str, str] | None:
    """Id and secret of a token's text; None if it has not that form."""
    match = _TEXT.fullmatch(text)
    return (match[1], match[2]) if match else None


def _digest(salt: str, secret: str) -> str:
    return hmac.new(bytes.fromhex(salt), secret.encode(), hashlib.sha256).hexdigest()
