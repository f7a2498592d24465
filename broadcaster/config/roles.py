"""The stages that a process can run, and the settings that only some of them read."""

from enum import StrEnum

from broadcaster.config.settings import Settings
from broadcaster.config.variables import variable


class Role(StrEnum):
    """A stage that a process can run."""

    FLOOR = "floor"
    BOOTHS = "booths"
    EDGE = "edge"
    DESK = "desk"
    ARCHIVE = "archive"


_FLOOR, _BOOTHS, _EDGE, _DESK, _ARCHIVE = (frozenset({role}) for role in Role)
USED_BY: dict[str, frozenset[Role]] = {
    "workers": _EDGE,
    "admin_token": _DESK | _EDGE,
    "store_key": _DESK,
    **dict.fromkeys(
        ("sign_in_header", "sign_in_groups_header", "sign_in_proxies", "sign_in_roles"),
        _DESK | _EDGE,
    ),
    **dict.fromkeys(
        ("oidc_issuer", "oidc_client_id", "oidc_client_secret", "oidc_groups_claim"),
        _DESK,
    ),
    "joins_per_address": _EDGE,
    "wrong_keys_per_address": _FLOOR | _EDGE | _DESK,
    "wrong_passcodes_per_address": _EDGE,
    "goodbye_s": _EDGE,
    "recordings_dir": _ARCHIVE | _DESK,
    "recordings_gb": _ARCHIVE,
    **dict.fromkeys(("summary_url", "summary_model", "summary_key"), _DESK),
    **dict.fromkeys(
        ("s3_bucket", "s3_endpoint", "s3_region", "s3_access_key", "s3_secret_key"), _ARCHIVE
    ),
    **dict.fromkeys(("provider", "realtime_url", "realtime_azure"), _BOOTHS | _EDGE | _DESK),
    "extra_translate_languages": _BOOTHS | _DESK,
    **dict.fromkeys(("api_key", "max_tempo", "lag_cap_ms", "on_demand", "linger_s"), _BOOTHS),
    **{
        name: _BOOTHS
        for name in Settings.model_fields
        if name.startswith(("price_", "fallback_")) or name.endswith("_model")
    },
    "frame_ms": _FLOOR | _BOOTHS | _EDGE,
    "ice_servers": _FLOOR,
    "batched_sends": _EDGE,
    "webrtc_port": _EDGE,
    "webrtc_addresses": _EDGE,
}
"""The settings that only some roles read; every role reads the others."""


def unused(settings: Settings, roles: frozenset[Role]) -> dict[str, str]:
    """Settings that were given and change nothing in a process of these roles.

    Returns:
        For each variable, sorted, why it changes nothing.
    """
    found: dict[str, str] = {}
    for name in sorted(settings.model_fields_set):
        readers = USED_BY.get(name, roles)
        if not readers & roles:
            found[variable(name)] = f"for {' and '.join(sorted(readers))} only"
        elif name in {"tls_cert", "tls_key", "hsts_days"} and not settings.tls:
            found[variable(name)] = "TLS is off"
        elif name.startswith("s3_") and not settings.s3_bucket:
            found[variable(name)] = f"{variable('s3_bucket')} is not set"
    return found
