"""TLS certificates: the organizer's own, or a self-signed one."""

import ipaddress
import os
import socket
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_VALID_DAYS = 365
_RENEW_BEFORE = timedelta(days=14)


_ELSEWHERE = {socket.AF_INET: "192.0.2.1", socket.AF_INET6: "2001:db8::1"}
"""Addresses of documentation (RFC 5737, RFC 3849), which lie beyond the network's router."""
_LOOPBACK = {socket.AF_INET: "127.0.0.1", socket.AF_INET6: "::1"}


def lan_address(family: socket.AddressFamily = socket.AF_INET) -> str:
    """This machine's address on its network; sends nothing.

    Args:
        family: IPv4 or IPv6.

    Returns:
        The loopback address of the family if the machine has no network of it.
    """
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((_ELSEWHERE[family], 9))
            return str(probe.getsockname()[0])
    except OSError:
        return _LOOPBACK[family]


def server_context(certificate: Path | None, key: Path | None, data_dir: Path) -> ssl.SSLContext:
    """A context for the server.

    Args:
        certificate: PEM chain; None uses a self-signed one in `data_dir`, made if needed.
        key: its PEM key.
        data_dir: folder of a self-signed certificate.

    Raises:
        OSError: the folder of a self-signed certificate cannot be written.
        ValueError: the organizer's certificate or key cannot be used; a sentence says why.
    """
    if certificate is None or key is None:
        certificate, key = _generated(generated_certificate(data_dir).parent)
    else:
        _check_dates(certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(certificate, key, _no_password)
    except ssl.SSLError as wrong:
        if wrong.reason == "KEY_VALUES_MISMATCH":
            raise ValueError(f"the key {key} does not belong to {certificate}") from None
        raise ValueError(f"{key} is not the PEM file of a private key") from None
    except OSError as wrong:
        raise ValueError(f"the key {key} cannot be read ({wrong.strerror})") from None
    return context


def generated_certificate(data_dir: Path) -> Path:
    """The file of the certificate that is made here when the organizer has none."""
    return data_dir / "tls" / "certificate.pem"


def is_self_signed(certificate: Path) -> bool:
    """Whether the first certificate of a PEM file names no issuer but itself."""
    first = x509.load_pem_x509_certificates(certificate.read_bytes())[0]
    return first.issuer == first.subject


def _no_password() -> str:
    """Without it OpenSSL would ask at the terminal and wait.

    Raises:
        ValueError: always.
    """
    raise ValueError("the key is encrypted: store it without a password")


def _check_dates(certificate: Path) -> None:
    """Read the organizer's certificate and check that it is valid today.

    Raises:
        ValueError: it is not, or is no certificate.
    """
    try:
        chain = x509.load_pem_x509_certificates(certificate.read_bytes())
    except OSError as wrong:
        raise ValueError(f"{certificate} cannot be read ({wrong.strerror})") from None
    except ValueError:
        raise ValueError(f"{certificate} is not the PEM file of a certificate") from None
    now = datetime.now(UTC)
    if chain[0].not_valid_after_utc < now:
        day = chain[0].not_valid_after_utc.date()
        raise ValueError(f"the certificate {certificate} expired on {day}; renew it")
    if chain[0].not_valid_before_utc > now:
        day = chain[0].not_valid_before_utc.date()
        raise ValueError(f"the certificate {certificate} is valid only from {day}; check the clock")


def _generated(folder: Path) -> tuple[Path, Path]:
    folder.mkdir(0o700, parents=True, exist_ok=True)
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    address = lan_address()
    if certificate.exists() and key.exists() and _still_good(certificate, address):
        return certificate, key
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Conference broadcaster")])
    names: list[x509.GeneralName] = [
        x509.DNSName("localhost"),
        x509.DNSName(socket.gethostname()),
        *(
            x509.IPAddress(ipaddress.ip_address(text))
            for text in dict.fromkeys(("127.0.0.1", "::1", address))
        ),
    ]
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=_VALID_DAYS))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(private, hashes.SHA256())
    )
    with os.fdopen(os.open(key, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(
            private.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
    certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    return certificate, key


def _still_good(certificate: Path, address: str) -> bool:
    known = x509.load_pem_x509_certificate(certificate.read_bytes())
    if known.not_valid_after_utc < datetime.now(UTC) + _RENEW_BEFORE:
        return False
    names = known.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return ipaddress.ip_address(address) in names.get_values_for_type(x509.IPAddress)
