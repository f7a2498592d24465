"""Makes, compares and stores keys and tokens."""

import hashlib
import hmac
import os
import secrets
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

STORE_KEY_FILE = "store-key"
_TOKEN_BYTES = 18
_STORE_KEY_BYTES = 32


def new_key() -> str:
    """A key that goes into links: 144 random bits, URL-safe."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def same(given: str, expected: str) -> bool:
    """Compare secrets in constant time; `given` may be invalid UTF-8, as clients send it."""
    return hmac.compare_digest(
        given.encode(errors="surrogateescape"), expected.encode(errors="surrogateescape")
    )


def bearer(header: str) -> str:
    """Return the token of an `Authorization: Bearer …` header (RFC 6750 §2.1), or ""."""
    scheme, _, token = header.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def cookie_value(token: str) -> str:
    """The value of the cookie that a browser keeps instead of the token."""
    return hmac.new(token.encode(), b"broadcaster desk session", hashlib.sha256).hexdigest()


def admin_token(data_dir: Path) -> tuple[str, bool]:
    """Return the organizer's token of this installation. The first call makes it.

    Returns:
        The token, and whether it was made just now.

    Raises:
        OSError: `data_dir` cannot be written.
    """
    return _kept(_admin_file(data_dir), new_key())


def kept_admin_token(data_dir: Path) -> str:
    """Return the organizer's token that was made in this folder; empty if it cannot be read."""
    try:
        return _admin_file(data_dir).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def store_key(data_dir: Path) -> str:
    """Return the key that seals stage keys in this installation. The first call makes it.

    Raises:
        OSError: `data_dir` cannot be written.
    """
    return _kept(data_dir / STORE_KEY_FILE, secrets.token_urlsafe(_STORE_KEY_BYTES))[0]


def _admin_file(data_dir: Path) -> Path:
    return data_dir / "admin-token"


def _kept(path: Path, new: str) -> tuple[str, bool]:
    """Return the secret in a file, and whether it is `new`, written because there was none."""
    path.parent.mkdir(0o700, parents=True, exist_ok=True)
    if path.exists() and (kept := path.read_text().strip()):
        return kept, False  # without writing: the disk may be full
    made = False
    with NamedTemporaryFile("w", dir=path.parent, prefix=f".{path.name}-") as file:  # mode 0600
        file.write(new + "\n")
        file.flush()
        if path.exists() and not path.read_text().strip():
            path.unlink()
        with suppress(FileExistsError):
            os.link(file.name, path)
            made = True
    return path.read_text().strip(), made
