"""One attempt to sign in, which the browser keeps in a sealed cookie while it is at the provider.

So any process of the desk can finish what another one began, and nothing is stored here.
"""

import base64
import hashlib
import json
import secrets
from dataclasses import asdict, dataclass
from typing import Self

from cryptography.fernet import InvalidToken, MultiFernet

ATTEMPT_S = 600
"""Seconds in which somebody has to sign in at the provider."""
_RANDOM_BYTES = 32


@dataclass(frozen=True, slots=True)
class SignInAttempt:
    """The secrets of one attempt.

    Attributes:
        state: binds the answer to this browser.
        nonce: binds the ID token to this attempt.
        verifier: of PKCE (RFC 7636); proves to the provider who began.
        next_path: the page to show afterwards.
    """

    state: str
    nonce: str
    verifier: str
    next_path: str

    @classmethod
    def begin(cls, next_path: str) -> Self:
        """A new attempt."""
        state, nonce, verifier = (secrets.token_urlsafe(_RANDOM_BYTES) for _ in range(3))
        return cls(state, nonce, verifier, next_path)

    @property
    def challenge(self) -> str:
        """The S256 challenge of the verifier."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    def sealed(self, cipher: MultiFernet, now_ms: int) -> str:
        """The value of the cookie."""
        text = json.dumps(asdict(self)).encode()
        return cipher.encrypt_at_time(text, now_ms // 1000).decode()

    @classmethod
    def opened(cls, cipher: MultiFernet, sealed: str, now_ms: int) -> Self | None:
        """The attempt in a cookie; None if it is not ours, or too old."""
        try:
            text = cipher.decrypt_at_time(sealed.encode(), ATTEMPT_S, now_ms // 1000)
            return cls(**json.loads(text))
        except (InvalidToken, ValueError, TypeError):
            return None
