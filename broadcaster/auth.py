"""Keys and tokens: made, compared and kept."""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

_TOKEN_BYTES = 18


def new_key() -> str:
    """A key that goes into links: 144 random bits, URL-safe."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def same(given: str, expected: str) -> bool:
    """Compare secrets in constant time."""
    return hmac.compare_digest(given.encode(), expected.encode())


def bearer(header: str) -> str:
    """The token of an `Authorization: Bearer …` header (RFC 6750 §2.1), empty if there is none."""
    scheme, _, token = header.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def cookie_value(token: str) -> str:
    """What a browser keeps instead of the token itself."""
    return hmac.new(token.encode(), b"broadcaster desk session", hashlib.sha256).hexdigest()


def admin_token(data_dir: Path) -> tuple[str, bool]:
    """The organizer's token of this installation, made at the first call.

    Returns:
        The token, and whether it was made just now.

    Raises:
        OSError: `data_dir` cannot be written.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    path = data_dir / "admin-token"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip(), False
    token = new_key()
    with os.fdopen(descriptor, "w") as file:
        file.write(token + "\n")
    return token, True
