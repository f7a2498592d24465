"""Types of single settings, each checked when it is read; a sentence says what it must be.

A sentence begins with a verb, because the name of the setting is put in front of it.
"""

import ipaddress
import re
from enum import IntEnum
from typing import Annotated

from pydantic import AfterValidator, SecretStr
from yarl import URL

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
"""Hosts that only programs on this machine can reach."""
SHORTEST_TOKEN = 16
"""Characters of an organizer's token; a shorter one can be guessed."""
SHORTEST_STORE_KEY = 32
"""Characters of a store key, which somebody with the database could try to guess at leisure."""
_LONGEST_URL = 300
"""Characters of an address that a QR code shows well."""
_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_HOST_NAME = re.compile(rf"(?=.{{1,253}}$){_LABEL}(?:\.{_LABEL})*\.?")
_REDIS_SCHEMES = frozenset({"redis", "rediss", "unix"})
_OTHER_HEADERS = frozenset(
    {"authorization", "cookie", "host", "origin", "forwarded", "x-forwarded-for", "user-agent"}
)
"""Headers that clients set, or that mean something else."""
_MODEL = re.compile(r"[^\s\x00-\x1f\x7f]{1,128}")


class FrameMs(IntEnum):
    """The possible lengths of a channel's Opus packets, in milliseconds."""

    SHORT = 20
    MIDDLE = 40
    LONG = 60


def is_address(text: str) -> bool:
    """Whether it is an IPv4 or IPv6 address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def is_host(text: str) -> bool:
    """Whether it is an address, or can be the name of a machine."""
    if is_address(text):
        return True
    try:
        ascii_text = text.encode("idna").decode()
    except UnicodeError:
        return False
    all_digits = ascii_text.replace(".", "").isdecimal()  # such as 300.1.1.1
    return bool(_HOST_NAME.fullmatch(ascii_text)) and not all_digits


def _header_name(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9-]{0,64}", text) or text.casefold() in _OTHER_HEADERS:
        raise ValueError(
            "must be the name of a header that the proxy sets itself, such as X-Forwarded-Email"
        )
    return text


def _listening_host(text: str) -> str:
    host = text.removeprefix("[").removesuffix("]") if text.startswith("[") else text
    if not is_host(host):
        raise ValueError(
            "must be an address of this machine, such as 0.0.0.0, :: or 192.0.2.10. "
            "The port goes into BROADCASTER_PORT"
        )
    return host


def _address(text: str, schemes: frozenset[str]) -> URL:
    """Parse a URL with a host.

    Raises:
        ValueError: it is not an address, or has a login or characters that are not part of a URL.
    """
    url = URL(text)
    if url.scheme not in schemes or re.search(r"[\s\x00-\x1f\x7f<>\"\\^`{|}]", text):
        raise ValueError("not an address of these schemes")
    if not url.host or not is_host(url.host) or url.port == 0:
        raise ValueError("no host or port that can exist")
    return url


def _is_plain_address(text: str) -> bool:
    """Whether it is an http or https address without a login, a query and a fragment."""
    try:
        url = _address(text, frozenset({"http", "https"}))
    except ValueError:
        return False
    return not (url.user or url.password or {"?", "#"} & set(text))


def _public_url(text: str) -> str:
    if not _is_plain_address(text) or len(text) > _LONGEST_URL:
        raise ValueError(
            "must be http:// or https:// and the host that phones open, "
            "such as https://talks.example"
        )
    return text.rstrip("/")


def _realtime_url(text: str) -> str:
    try:
        url = _address(text, frozenset({"http", "https", "ws", "wss"}))
    except ValueError:
        url = None
    if url is None or "#" in text:
        raise ValueError(
            "must be the https:// address of the Realtime service, such as "
            "https://api.openai.com/v1"
        )
    if url.user or url.password:
        raise ValueError("must not hold a login. Set the key as BROADCASTER_API_KEY instead")
    return text


def _service_url(text: str) -> str:
    if text and not _is_plain_address(text):
        raise ValueError(
            "must be the address of the service without /chat/completions and without a login, "
            "such as https://api.openai.com/v1"
        )
    return text


def _provider(text: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_-]{0,31}", text):
        raise ValueError("must be the name of a provider, such as openai")
    return text


def _redis_url(text: str) -> str:
    try:
        url = URL(text)
        good = url.scheme in _REDIS_SCHEMES and not re.search(r"\s", text)
        if url.scheme == "unix":
            good = good and len(url.path) > 1
        else:
            good = good and bool(url.host) and is_host(url.host or "") and url.port != 0
    except ValueError:
        good = False
    if not good:
        raise ValueError("must be redis://host:6379, rediss://host:6379 or unix:///path")
    return text


def _admin_token(token: SecretStr) -> SecretStr:
    text = token.get_secret_value()
    if len(text) < SHORTEST_TOKEN:
        raise ValueError(
            f"must have at least {SHORTEST_TOKEN} characters, because it opens the desk to "
            "everybody who guesses it. Unset it to have a good one made"
        )
    if not text.isprintable() or " " in text:
        raise ValueError("must have no spaces or control characters. Copy it again")
    return token


def _store_keys(keys: SecretStr) -> SecretStr:
    for one in store_keys(keys):
        if len(one) < SHORTEST_STORE_KEY or not one.isprintable() or " " in one:
            raise ValueError(
                f"must be a key of at least {SHORTEST_STORE_KEY} characters without spaces, or "
                "several with commas between them. Make one: openssl rand -base64 32"
            )
    return keys


def store_keys(keys: SecretStr) -> list[str]:
    """The keys of a setting, in its order."""
    return [one.strip() for one in keys.get_secret_value().split(",")]


def _addresses(text: str) -> str:
    for one in text.replace(",", " ").split():
        if not is_address(one) or ipaddress.ip_address(one).is_unspecified:
            raise ValueError(
                f"must be IP addresses with commas between them, such as 198.51.100.7; "
                f"“{one[:60]}” is not one that listeners can reach"
            )
    return text


def _networks(text: str) -> str:
    for one in text.replace(",", " ").split():
        if one == "unix":
            continue
        try:
            network = ipaddress.ip_network(one, strict=False)
        except ValueError:
            network = None
        if network is None or network.prefixlen == 0:
            raise ValueError(
                "must be the addresses or networks of your proxies with commas between them, "
                f"such as 127.0.0.1 or 10.0.0.0/8, or unix; “{one[:60]}” is not one"
            )
    return text


def _model(text: str) -> str:
    if not _MODEL.fullmatch(text):
        raise ValueError("must be the name of a model, which has no spaces")
    return text


def is_private_on_the_way(url: URL) -> bool:
    """Whether nobody between this server and an address can read or change what is sent."""
    return url.scheme == "https" or (url.scheme == "http" and url.host in LOOPBACK)


def _issuer(text: str) -> str:
    if not text:
        return text
    try:
        url = _address(text, frozenset({"http", "https"}))
    except ValueError:
        url = None
    if (
        url is None
        or not is_private_on_the_way(url)
        or url.user
        or url.password
        or {"?", "#"} & set(text)
    ):
        raise ValueError(
            "must be the https:// address that the provider's discovery document has as issuer, "
            "such as https://login.example/realms/talks"
        )
    return text


def _client_id(text: str) -> str:
    if not re.fullmatch(r"[\x21-\x7e]{0,300}", text):
        raise ValueError("must be the client id that the provider shows, without spaces")
    return text


def _client_secret(given: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[\x21-\x7e]{1,1000}", given.get_secret_value()):
        raise ValueError("must be what the provider shows, without spaces. Copy it again")
    return given


def _claim_name(text: str) -> str:
    if not re.fullmatch(r"[\x21-\x7e]{1,200}", text):
        raise ValueError("must be the name of a claim without spaces, such as groups")
    return text


def _bucket_name(text: str) -> str:
    if text and not re.fullmatch(
        r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9._-]{1,100}){0,5}/?", text
    ):
        raise ValueError(
            "must be the name of a bucket, perhaps with a folder in it, such as talks or talks/2026"
        )
    return text.rstrip("/")


def _bucket_endpoint(text: str) -> str:
    if text and not _is_plain_address(text):
        raise ValueError("must be the https:// address of the service, without a bucket or a key")
    return text.rstrip("/")


def _region_name(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9-]{1,40}", text):
        raise ValueError("must be the name of a region, such as eu-central-1")
    return text


def _access_key(text: str) -> str:
    if not re.fullmatch(r"[\x21-\x7e]{0,200}", text):
        raise ValueError("must be what the service shows, without spaces. Copy it again")
    return text


ListeningHost = Annotated[str, AfterValidator(_listening_host)]
PublicUrl = Annotated[str, AfterValidator(_public_url)]
ProviderName = Annotated[str, AfterValidator(_provider)]
RealtimeUrl = Annotated[str, AfterValidator(_realtime_url)]
RedisUrl = Annotated[str, AfterValidator(_redis_url)]
AdminToken = Annotated[SecretStr, AfterValidator(_admin_token)]
ServiceUrl = Annotated[str, AfterValidator(_service_url)]
StoreKeys = Annotated[SecretStr, AfterValidator(_store_keys)]
IssuerUrl = Annotated[str, AfterValidator(_issuer)]
ClientId = Annotated[str, AfterValidator(_client_id)]
ClientSecret = Annotated[SecretStr, AfterValidator(_client_secret)]
ClaimName = Annotated[str, AfterValidator(_claim_name)]
HeaderName = Annotated[str, AfterValidator(_header_name)]
Networks = Annotated[str, AfterValidator(_networks)]
IpAddresses = Annotated[str, AfterValidator(_addresses)]
BucketName = Annotated[str, AfterValidator(_bucket_name)]
BucketEndpoint = Annotated[str, AfterValidator(_bucket_endpoint)]
RegionName = Annotated[str, AfterValidator(_region_name)]
AccessKey = Annotated[str, AfterValidator(_access_key)]
ModelName = Annotated[str, AfterValidator(_model)]
