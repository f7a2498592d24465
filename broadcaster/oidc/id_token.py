"""Checks an ID token: its signature, and that it is of this sign-in (OIDC Core 3.1.3.7)."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from joserfc import jws, jwt
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey, import_key

from broadcaster.oidc.client import OidcClient, not_accepted

SKEW_S = 60
KEY_TYPES: dict[str, type[RSAKey] | type[ECKey] | type[OKPKey]] = {
    "RS256": RSAKey,
    "PS256": RSAKey,
    "ES256": ECKey,
    "EdDSA": OKPKey,
}
"""The algorithms of signatures that are taken, all of them with a public key."""
_MOST_GROUPS = 1_000


@dataclass(frozen=True, slots=True)
class TokenHeader:
    """The header of an ID token, which nobody has checked yet.

    Attributes:
        algorithm: one of `KEY_TYPES`.
        key_id: of the provider's key; empty if it names none.
    """

    algorithm: str
    key_id: str


@dataclass(frozen=True, slots=True)
class SignedInPerson:
    """Somebody whom the provider has signed in.

    Attributes:
        name: their verified e-mail address. Without one it is `sub:` and their id at the provider,
            in which an @ is escaped, so that no rule takes it for an address.
        groups: theirs.
    """

    name: str
    groups: tuple[str, ...]

    @classmethod
    def of(cls, claims: dict[str, Any], groups_claim: str) -> "SignedInPerson":
        """The one that checked claims are about."""
        email, groups = claims.get("email"), claims.get(groups_claim)
        verified = claims.get("email_verified") is True
        if not verified or not isinstance(email, str) or email.strip().count("@") != 1:
            email = f"sub:{quote(claims['sub'], safe='|:')}"
        listed = groups if isinstance(groups, list) else [groups]
        texts = [one.strip() for one in listed[:_MOST_GROUPS] if isinstance(one, str)]
        return cls(email.strip(), tuple(texts))


def read_keys(entries: Sequence[Any]) -> tuple[Key, ...]:
    """The provider's keys that can check a signature, of the `keys` of a JSON Web Key Set."""
    found: list[Key] = []
    kinds = {kind.key_type for kind in KEY_TYPES.values()}
    for entry in entries:
        if not isinstance(entry, dict) or entry.get("kty") not in kinds:
            continue
        if entry.get("use", "sig") != "sig":
            continue
        try:
            with warnings.catch_warnings(action="error", category=SecurityWarning):
                found.append(import_key(entry))
        except (JoseError, SecurityWarning, ValueError, TypeError, KeyError):
            continue  # such as a curve or a length that we do not take
    return tuple(found)


def read_header(text: str) -> TokenHeader:
    """The header of an ID token.

    Raises:
        SignInFailed: `sign_in_failed`: it has none, or its algorithm is not taken.
    """
    try:
        header = jws.extract_compact(text.encode()).headers()
    except (JoseError, ValueError, TypeError, KeyError) as wrong:
        raise not_accepted("the provider's ID token cannot be read") from wrong
    algorithm, key_id = header.get("alg"), header.get("kid", "")
    if algorithm not in KEY_TYPES or not isinstance(key_id, str):
        taken = ", ".join(KEY_TYPES)
        raise not_accepted(f"the provider's ID token is not signed with one of {taken}")
    return TokenHeader(algorithm, key_id)


def choose_key(keys: Sequence[Key], header: TokenHeader) -> Key | None:
    """The key of a signature; None if it is not there, or if it could be one of several."""
    kind = KEY_TYPES[header.algorithm]
    fitting = [
        key
        for key in keys
        if isinstance(key, kind)
        and header.key_id in {"", key.kid}
        and key.alg in {None, header.algorithm}
    ]
    return fitting[0] if len(fitting) == 1 else None


def check_id_token(
    text: str, key: Key, header: TokenHeader, client: OidcClient, nonce: str, now_s: int
) -> dict[str, Any]:
    """Check an ID token.

    Args:
        text: as the provider gave it.
        key: that of the header.
        header: see `read_header`.
        client: for whom it must be.
        nonce: of the attempt.
        now_s: Unix time in seconds.

    Returns:
        Its claims.

    Raises:
        SignInFailed: `sign_in_failed`.
    """
    expected = jwt.JWTClaimsRegistry(
        now=now_s,
        leeway=SKEW_S,
        iss={"essential": True, "value": client.issuer},
        aud={"essential": True, "value": client.client_id},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True, "value": nonce},
    )
    allowed = [header.algorithm]
    registry = jws.JWSRegistry(algorithms=allowed, strict_check_header=False)
    try:
        with warnings.catch_warnings(action="ignore", category=SecurityWarning):
            claims = jwt.decode(text, key, allowed, registry).claims  # warns of the name EdDSA
        expected.validate(claims)
    except (JoseError, ValueError, TypeError, KeyError) as wrong:
        reason = wrong.error if isinstance(wrong, JoseError) else "unreadable"
        raise not_accepted(f"the provider's ID token is not valid: {reason}") from wrong
    if not _is_for(claims, client.client_id):
        raise not_accepted("the provider's ID token is for somebody else")
    return claims


def _is_for(claims: dict[str, Any], client_id: str) -> bool:
    """Whether the authorized party is this server; of several audiences it must be named."""
    audience, party = claims["aud"], claims.get("azp")
    if party is None:
        return not isinstance(audience, list) or len(audience) == 1
    return bool(party == client_id)
