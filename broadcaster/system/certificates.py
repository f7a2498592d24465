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


def lan_address() -> str:
    """This machine's address on its network, 127.0.0.1 without a network; sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


def server_context(certificate: Path | None, key: Path | None, data_dir: Path) -> ssl.SSLContext:
    """A context for the server.

    Args:
        certificate: PEM chain; None uses a self-signed one in `data_dir`, made if needed.
        key: its PEM key.
        data_dir: folder of a self-signed certificate.

    Raises:
        OSError: a file cannot be read or written.
        ssl.SSLError: certificate and key do not belong together.
    """
    if certificate is None or key is None:
        certificate, key = _generated(data_dir / "tls")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    return context


def _generated(folder: Path) -> tuple[Path, Path]:
    folder.mkdir(parents=True, exist_ok=True)
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
