"""The server's side of DTLS-SRTP (RFC 5764) without I/O: datagrams in, datagrams and keys out."""

import datetime as dt
import secrets
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from OpenSSL import SSL
from pylibsrtp import Policy

MAX_DATAGRAM_BYTES = 4096
"""Longest flight; ours with an elliptic-curve certificate is about 900 bytes."""
VALID_DAYS = 365
_HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha-256": hashes.SHA256(),
    "sha-384": hashes.SHA384(),
    "sha-512": hashes.SHA512(),
}
_CIPHERS = (
    b"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:"
    b"ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA"
)
_EXPORTER = b"EXTRACTOR-dtls_srtp"
"""Label of the keying material (RFC 5764 section 4.2)."""


@dataclass(frozen=True, slots=True)
class SrtpProfile:
    """A protection profile (RFC 5764 section 4.1.2, RFC 7714 section 14.2).

    Attributes:
        name: OpenSSL's.
        number: libsrtp's.
        key_bytes: length of a master key.
        salt_bytes: length of a master salt.
    """

    name: bytes
    number: int
    key_bytes: int
    salt_bytes: int


PROFILES = (
    SrtpProfile(b"SRTP_AEAD_AES_128_GCM", Policy.SRTP_PROFILE_AEAD_AES_128_GCM, 16, 12),
    SrtpProfile(b"SRTP_AEAD_AES_256_GCM", Policy.SRTP_PROFILE_AEAD_AES_256_GCM, 32, 12),
    SrtpProfile(b"SRTP_AES128_CM_SHA1_80", Policy.SRTP_PROFILE_AES128_CM_SHA1_80, 16, 14),
)
"""Offered profiles, the cheapest first."""


@dataclass(frozen=True, slots=True)
class SrtpKeys:
    """Master key and salt, concatenated, of each direction; not for logs."""

    profile: SrtpProfile
    ours: bytes
    theirs: bytes


class DtlsFailed(Exception):
    """The handshake cannot succeed, or the session is broken."""


class DtlsServer:
    """Makes sessions with one certificate, which is created with it."""

    def __init__(self) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _self_signed(key)
        self.fingerprint = f"sha-256 {_digest(certificate, 'sha-256')}"
        """For the SDP answer (RFC 8122 section 5)."""
        self._context = SSL.Context(SSL.DTLS_METHOD)
        self._context.set_options(SSL.OP_NO_TICKET)
        # The fingerprint in its offer identifies a peer, not a chain of certificates.
        self._context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, lambda *_: True)
        self._context.use_certificate(certificate)
        self._context.use_privatekey(key)
        self._context.set_cipher_list(_CIPHERS)
        self._context.set_tlsext_use_srtp(b":".join(profile.name for profile in PROFILES))

    def session(self, fingerprints: Iterable[str]) -> "DtlsSession":
        """A session that waits for the hello of a peer.

        Args:
            fingerprints: `<hash> <hex>` of the peer's certificates, from its offer; the one it
                shows must match by every hash that is named (RFC 8122 section 5).
        """
        return DtlsSession(SSL.Connection(self._context, None), tuple(fingerprints))


class DtlsSession:
    """One peer's handshake, and the end of its session."""

    def __init__(self, connection: SSL.Connection, fingerprints: tuple[str, ...]) -> None:
        self._connection = connection
        self._fingerprints = fingerprints
        connection.set_accept_state()
        self.keys: SrtpKeys | None = None
        """Set when the handshake is complete and the certificate is one of the offer's."""
        self.closed = False
        """Whether the session was closed, by the peer or by us."""

    def receive(self, datagram: bytes) -> None:
        """Take a datagram from the peer; the answer is in `outgoing`.

        Raises:
            DtlsFailed: this handshake will not succeed, or the session is broken.
        """
        self._connection.bio_write(datagram)
        try:
            if self.keys is None:
                self._connection.do_handshake()
                self.keys = self._agreed()
            else:
                while True:  # a datagram can hold many records; unread ones would stay in memory
                    self._connection.recv(MAX_DATAGRAM_BYTES)
        except SSL.WantReadError:
            return
        except SSL.ZeroReturnError:
            self.closed = True
        except SSL.Error as failed:
            raise DtlsFailed("DTLS failed") from failed

    def retransmit(self) -> None:
        """Put a lost flight into `outgoing` again when it is due (RFC 6347 section 4.2.4).

        Raises:
            DtlsFailed: the peer has not answered often enough.
        """
        if self._connection.DTLSv1_get_timeout() == 0:
            try:
                self._connection.DTLSv1_handle_timeout()
            except SSL.Error as failed:
                raise DtlsFailed("DTLS failed") from failed

    def outgoing(self) -> bytes:
        """Return the next datagram to send; empty if nothing waits."""
        try:
            return self._connection.bio_read(MAX_DATAGRAM_BYTES)
        except SSL.WantReadError:
            return b""

    def close(self) -> None:
        """Close the session; `outgoing` then has the `close_notify`."""
        if self.keys is not None and not self.closed:
            self.closed = True
            with suppress(SSL.Error):  # after a fatal alert there is no session to close
                self._connection.shutdown()

    def _agreed(self) -> SrtpKeys:
        certificate = self._connection.get_peer_certificate(as_cryptography=True)
        assert certificate is not None, "VERIFY_FAIL_IF_NO_PEER_CERT"
        offered = [fingerprint.lower() for fingerprint in self._fingerprints]
        for name in {fingerprint.partition(" ")[0] for fingerprint in offered}:
            if f"{name} {_digest(certificate, name).lower()}" not in offered:
                raise DtlsFailed("the certificate is not one of the offer's")
        chosen = self._connection.get_selected_srtp_profile()
        profile = next((profile for profile in PROFILES if profile.name == chosen), None)
        if profile is None:
            raise DtlsFailed("no protection profile is shared")
        key, salt = profile.key_bytes, profile.salt_bytes
        material = self._connection.export_keying_material(_EXPORTER, 2 * (key + salt))
        keys = material[:key], material[key : 2 * key]
        salts = material[2 * key : 2 * key + salt], material[2 * key + salt :]
        return SrtpKeys(profile, ours=keys[1] + salts[1], theirs=keys[0] + salts[0])


def _digest(certificate: x509.Certificate, name: str) -> str:
    return certificate.fingerprint(_HASHES[name]).hex(":").upper()


def _self_signed(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, secrets.token_hex(8))])
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=VALID_DAYS))
        .sign(key, hashes.SHA256())
    )
