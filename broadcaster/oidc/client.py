"""This server as its OpenID provider knows it, and the error of a sign-in."""

from dataclasses import dataclass, field

from yarl import URL

from broadcaster.errors import BroadcasterError
from broadcaster.setting_types import LOOPBACK


@dataclass(frozen=True, slots=True)
class OidcClient:
    """The registration at the provider.

    Attributes:
        issuer: address of the provider, as its discovery document and its tokens name it.
        client_id: given by the provider.
        client_secret: given by the provider; empty for a public client.
        groups_claim: the claim of the ID token that has somebody's groups.
        redirect_uri: the address to which the provider sends browsers back.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    groups_claim: str
    redirect_uri: str

    @property
    def provider(self) -> str:
        """The host of the provider, by which people read of it."""
        return URL(self.issuer).host or ""

    @property
    def is_local(self) -> bool:
        """Whether the provider is on this machine, so that plain http is safe."""
        return self.provider in LOOPBACK


class SignInFailed(BroadcasterError):
    """A sign-in by the provider did not succeed.

    Args:
        error: stable identifier.
        message: what is wrong, a sentence without secrets.
        hint: what to do about it, a sentence.
    """

    def __init__(self, error: str, message: str, hint: str) -> None:
        super().__init__(message, hint=hint)
        self.error = error


def unavailable(client: OidcClient, why: str) -> SignInFailed:
    """The provider does not answer as it should."""
    return SignInFailed(
        "provider_unavailable",
        f"{client.provider} {why}",
        "Try again in a minute, or sign in with a token. `broadcaster check` says more.",
    )


def not_accepted(why: str) -> SignInFailed:
    """An answer of the provider, or what a browser brought of it, is not accepted."""
    return SignInFailed("sign_in_failed", why, "Begin again with the button on the desk.")
