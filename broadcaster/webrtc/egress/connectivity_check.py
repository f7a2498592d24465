"""ICE connectivity checks and their answers: the STUN exchange of an ICE-lite port (RFC 8489).

`aioice` has all of STUN, but takes five times as long. Thousands of listeners check us every few
seconds.
"""

import hmac
import secrets
import socket
import struct
import zlib
from dataclasses import dataclass, field

_HEADER = struct.Struct("!HHI12s")
_ATTRIBUTE = struct.Struct("!HH")
_ADDRESS = struct.Struct("!HHBBH")
_REQUEST, _SUCCESS = 0x0001, 0x0101
_COOKIE = 0x2112A442
_USERNAME, _INTEGRITY, _XOR_ADDRESS = 0x0006, 0x0008, 0x0020
_PRIORITY, _USE_CANDIDATE = 0x0024, 0x0025
_FINGERPRINT, _ICE_CONTROLLED = 0x8028, 0x8029
_FINGERPRINT_XOR = 0x5354554E
_SHA1_BYTES, _INTEGRITY_BYTES, _FINGERPRINT_BYTES = 20, 24, 8
_IPV4, _IPV6 = 1, 2
_PEER_REFLEXIVE = 110 << 24 | 65_535 << 8 | 255
"""Priority of a candidate that was not announced (RFC 8445 section 5.1.2)."""


@dataclass(frozen=True, slots=True)
class ConnectivityCheck:
    """A binding request with a user name and a signature (RFC 8445 section 7.2.4).

    Attributes:
        transaction: its id.
        ufrag: which of our sessions it is for; the first half of the user name.
        nominates: whether the sender selects this pair of addresses.
        signed: what the signature covers, with the length that the signer saw.
        signature: HMAC-SHA1 of `signed`.
    """

    transaction: bytes
    ufrag: str
    nominates: bool
    signed: bytes
    signature: bytes

    @classmethod
    def parse(cls, datagram: bytes) -> "ConnectivityCheck | None":
        """Read a datagram; None when it is not a check. What follows the signature is ignored."""
        size = len(datagram)
        if size < _HEADER.size:
            return None
        kind, length, cookie, transaction = _HEADER.unpack_from(datagram)
        if kind != _REQUEST or cookie != _COOKIE or length != size - _HEADER.size:
            return None
        username, nominates, place = b"", False, _HEADER.size
        while place + _ATTRIBUTE.size <= size:
            attribute, length = _ATTRIBUTE.unpack_from(datagram, place)
            value = datagram[place + _ATTRIBUTE.size : place + _ATTRIBUTE.size + length]
            if attribute == _INTEGRITY:
                covered = place - _HEADER.size + _INTEGRITY_BYTES
                signed = datagram[:2] + covered.to_bytes(2, "big") + datagram[4:place]
                ufrag = username.partition(b":")[0].decode("ascii", "replace")
                return cls(transaction, ufrag, nominates, signed, value)
            if attribute == _USERNAME:
                username = value
            elif attribute == _USE_CANDIDATE:
                nominates = True
            place += _ATTRIBUTE.size + (length + 3 & ~3)
        return None

    def is_signed_with(self, pwd: bytes) -> bool:
        """Whether the sender knows the password of the session it is for."""
        return hmac.compare_digest(self.signature, hmac.digest(pwd, self.signed, "sha1"))

    def answer(self, source: tuple[str, int], pwd: bytes) -> bytes:
        """The success response.

        Args:
            source: where the check came from.
            pwd: the password it was signed with.
        """
        return _signed(_SUCCESS, self.transaction, _address(source, self.transaction), pwd)


@dataclass(frozen=True, slots=True)
class Challenge:
    """A check of our own: does the peer really receive at this address?

    Without it a forged source address would make us flood a third party.

    Attributes:
        source: the address.
        transaction: id of the request.
    """

    source: tuple[str, int]
    transaction: bytes = field(default_factory=lambda: secrets.token_bytes(12))

    def request(self, username: str, pwd: str) -> bytes:
        """The binding request.

        Args:
            username: `<theirs>:<ours>`.
            pwd: theirs.
        """
        name = username.encode()
        attributes = _ATTRIBUTE.pack(_USERNAME, len(name)) + name + bytes(-len(name) % 4)
        attributes += _ATTRIBUTE.pack(_PRIORITY, 4) + _PEER_REFLEXIVE.to_bytes(4, "big")
        attributes += _ATTRIBUTE.pack(_ICE_CONTROLLED, 8) + bytes(8)
        return _signed(_REQUEST, self.transaction, attributes, pwd.encode())

    def is_met_by(self, datagram: bytes, source: tuple[str, int]) -> bool:
        """Whether this is the answer; only the peer knows the transaction."""
        if source != self.source or len(datagram) < _HEADER.size:
            return False
        kind, _, cookie, transaction = _HEADER.unpack_from(datagram)
        same = hmac.compare_digest(transaction, self.transaction)
        return bool(kind == _SUCCESS and cookie == _COOKIE and same)


def answer_to_anybody(datagram: bytes, source: tuple[str, int]) -> bytes | None:
    """The answer of a STUN server without passwords (RFC 8489 section 12).

    A page that has lost its network asks by this whether we can be reached again. The question has
    no attributes, or only a fingerprint, as browsers send it. The answer is 12 or 24 bytes longer
    than the header, so it is of little use for flooding others.

    Args:
        datagram: of a stranger.
        source: where it came from.

    Returns:
        None when it is another datagram.
    """
    size = len(datagram)
    if size not in {_HEADER.size, _HEADER.size + _FINGERPRINT_BYTES}:
        return None
    kind, length, cookie, transaction = _HEADER.unpack_from(datagram)
    if kind != _REQUEST or length != size - _HEADER.size or cookie != _COOKIE:
        return None
    address = _address(source, transaction)
    return _HEADER.pack(_SUCCESS, len(address), _COOKIE, transaction) + address


def _address(source: tuple[str, int], transaction: bytes) -> bytes:
    """The attribute that says where a request came from (RFC 8489 section 14.2)."""
    host, port = source
    family, number = (_IPV6, socket.AF_INET6) if ":" in host else (_IPV4, socket.AF_INET)
    packed = socket.inet_pton(number, host)
    mask = (_COOKIE.to_bytes(4, "big") + transaction)[: len(packed)]
    masked = int.from_bytes(packed, "big") ^ int.from_bytes(mask, "big")
    address = _ADDRESS.pack(_XOR_ADDRESS, 4 + len(packed), 0, family, port ^ _COOKIE >> 16)
    return address + masked.to_bytes(len(packed), "big")


def _signed(kind: int, transaction: bytes, attributes: bytes, pwd: bytes) -> bytes:
    """A message with its signature and fingerprint (RFC 8489 sections 14.5 and 14.7)."""
    length = len(attributes) + _INTEGRITY_BYTES
    covered = _HEADER.pack(kind, length, _COOKIE, transaction) + attributes
    signature = _ATTRIBUTE.pack(_INTEGRITY, _SHA1_BYTES) + hmac.digest(pwd, covered, "sha1")
    header = _HEADER.pack(kind, length + _FINGERPRINT_BYTES, _COOKIE, transaction)
    message = header + attributes + signature
    fingerprint = zlib.crc32(message) ^ _FINGERPRINT_XOR
    return message + _ATTRIBUTE.pack(_FINGERPRINT, 4) + fingerprint.to_bytes(4, "big")
