"""The settings of a server that signs people in by OpenID Connect."""

from typing import Any

from tests.support.oidc_provider import (
    CLIENT_ID,
    CLIENT_SECRET,
    TestProvider,
)

RULES = "ana@talks.example=organizer, group:av=technician, sub:4711=reviewer, @evil.example=admin"


def settings_of(theirs: TestProvider, port: int) -> dict[str, Any]:
    return {
        "port": port,
        "public_url": f"http://127.0.0.1:{port}",
        "oidc_issuer": theirs.issuer,
        "oidc_client_id": CLIENT_ID,
        "oidc_client_secret": CLIENT_SECRET,
        "sign_in_roles": RULES,
    }
