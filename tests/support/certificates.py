"""Certificates and their keys, made for one test."""

import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

HOST = "127.0.0.2"
"""This machine, by an address that is not the usual one."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    def write(self, certificate: Path, key: Path) -> tuple[Path, Path]:
        """Write both as PEM files; returns their paths."""
        certificate.write_bytes(self.certificate.public_bytes(Encoding.PEM))
        key.write_bytes(self.key_pem())
        return certificate, key

    def key_pem(self, password: bytes = b"") -> bytes:
        """The key, encrypted if there is a password."""
        encryption = BestAvailableEncryption(password) if password else NoEncryption()
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)


def issue(
    name: str = "talks.example",
    issuer: str | None = None,
    *,
    begins_days: int = -1,
    ends_days: float = 30,
    addresses: Iterable[str] = (),
) -> Issued:
    """Make a P-256 certificate, signed by its own key.

    Args:
        name: whose it is.
        issuer: the authority that it names; None for itself.
        begins_days: from now; negative for the past.
        ends_days: from now.
        addresses: IP addresses of the server.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder(_named(name), _named(issuer or name), key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=begins_days))
        .not_valid_after(now + timedelta(days=ends_days))
    )
    if servers := [x509.IPAddress(ip_address(address)) for address in addresses]:
        builder = builder.add_extension(x509.SubjectAlternativeName(servers), critical=False)
    return Issued(builder.sign(key, hashes.SHA256()), key)


def server_context(folder: Path, ends_days: int, host: str = HOST) -> ssl.SSLContext:
    """A server's context with a new certificate, which is `chain.pem` in the folder.

    Args:
        folder: takes the certificate and its key.
        ends_days: from now, and an hour more; negative for one that has ended.
        host: IP address of the server.
    """
    issued = issue(begins_days=-100, ends_days=ends_days + 1 / 24, addresses=[host])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*issued.write(folder / "chain.pem", folder / "key.pem"))
    return context


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
