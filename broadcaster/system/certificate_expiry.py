"""Reads again and again when the organizer's certificate expires: renewals replace the file."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

from cryptography import x509

log = logging.getLogger(__name__)

READ_EVERY_S = 3600.0


class CertificateExpiry:
    """The end of a certificate's validity.

    Args:
        certificate: PEM chain; None for a server without TLS, or with its own certificate.
    """

    def __init__(self, certificate: Path | None) -> None:
        self._certificate = certificate
        self._expires_at_ms: int | None = None

    def known_ms(self) -> int | None:
        """Unix time in milliseconds, as the file said last; None while that is not known."""
        return self._expires_at_ms

    async def keep_reading(self, sleep: Callable[[float], Awaitable[None]]) -> None:
        """Read the file once an hour until cancelled."""
        while True:
            if self._certificate is not None:
                try:
                    self._expires_at_ms = await asyncio.to_thread(_expiry_ms, self._certificate)
                except (OSError, ValueError):
                    log.warning("the certificate %s cannot be read any more", self._certificate)
            await sleep(READ_EVERY_S)


def _expiry_ms(certificate: Path) -> int:
    """When the first certificate of a PEM file expires.

    Raises:
        OSError: it cannot be read.
        ValueError: it is not a PEM file of a certificate.
    """
    first = x509.load_pem_x509_certificates(certificate.read_bytes())[0]
    return int(first.not_valid_after_utc.timestamp() * 1000)
