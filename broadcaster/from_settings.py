"""Turns `Settings` into each part's own configuration: the only module that knows both."""

import ssl
from functools import partial
from pathlib import Path

import aiohttp

from broadcaster import auth, provider_settings
from broadcaster.access.role_rules import RoleRules
from broadcaster.archive.upload.bucket import BucketAddress
from broadcaster.booths.demand.costs import sessions_cost_usd
from broadcaster.booths.dependencies import BoothDependencies
from broadcaster.booths.playout.catch_up import CatchUpLimits
from broadcaster.config import Settings, variable
from broadcaster.desk.summary.chat import ChatService
from broadcaster.model.audio import ms_to_samples
from broadcaster.model.ports import Bus, Clock
from broadcaster.oidc.client import OidcClient
from broadcaster.os_errors import DATA_DIR, blaming
from broadcaster.setting_types import LOOPBACK, store_keys
from broadcaster.sockets.acceptor import AcceptorSettings
from broadcaster.stage_keys import StageKeyring
from broadcaster.system import certificates, open_files
from broadcaster.web.access.proxy_sign_in import ProxySignIn
from broadcaster.web.client_limits import AddressLimits
from broadcaster.web.clients import TrustedProxies
from broadcaster.webrtc.egress.port import EgressSettings
from broadcaster.webrtc.ice import IceServer
from broadcaster.webrtc.ingest import IngestSettings

BACKLOG = 4096
"""Connections the kernel queues while many phones join at once."""
LAST_BYTES_ALONE_S = 0.5


def tls_context(settings: Settings) -> ssl.SSLContext | None:
    """The context for https, None for http.

    Raises:
        SettingUnusable: the folder of a certificate made here cannot be written.
        ValueError: the organizer's certificate or key cannot be used.
    """
    if not settings.tls:
        return None
    with blaming(DATA_DIR, settings.data_dir):
        return certificates.server_context(settings.tls_cert, settings.tls_key, settings.data_dir)


def problems(settings: Settings) -> list[str]:
    """Problems of the settings as a whole; each on its own is valid.

    `serve` and `check` ask it first. It reads files and changes nothing.

    Returns:
        A sentence for each problem that says what to do.
    """
    found = provider_settings.problems(settings)
    if settings.tls and settings.tls_cert is not None:
        try:
            tls_context(settings)
        except ValueError as wrong:
            found.append(f"BROADCASTER_TLS_CERT and BROADCASTER_TLS_KEY: {wrong}.")
    try:
        ingest_settings(settings)
    except ValueError as wrong:
        found.append(f"{variable('ice_servers')}: {wrong}.")
    found += _sign_in_problems(settings)
    if settings.data_dir.exists() and not settings.data_dir.is_dir():
        found.append(
            f"BROADCASTER_DATA_DIR: {settings.data_dir} is a file. Name a folder; it is made "
            "if it does not exist."
        )
    if settings.recordings_dir is not None and settings.recordings_dir.is_file():
        found.append(
            f"{variable('recordings_dir')}: {settings.recordings_dir} is a file. Name a folder."
        )
    if bool(settings.s3_access_key) != (settings.s3_secret_key is not None):
        found.append(
            f"{variable('s3_access_key')} and {variable('s3_secret_key')} go together: set both, "
            "or neither."
        )
    first = settings.metrics_port
    if first is not None and first <= settings.port < first + settings.workers:
        found.append(
            f"BROADCASTER_METRICS_PORT: port {settings.port} is BROADCASTER_PORT, too. "
            "Choose another one for the metrics."
        )
    return found


def doubts(settings: Settings) -> list[str]:
    """Probable mistakes that a server can run with.

    Returns:
        A sentence for each that says what to do.
    """
    found = provider_settings.doubts(settings)
    if settings.tls and (settings.public_url or "").startswith("http://"):
        found.append(
            "BROADCASTER_PUBLIC_URL begins with http://, but BROADCASTER_TLS is on. Phones play "
            "their best sound only over https: let the links begin with https://."
        )
    proxied = (settings.public_url or "").startswith("https://") and not settings.tls
    if proxied and not settings.trusted_proxies:
        found.append(
            "BROADCASTER_PUBLIC_URL is https, and BROADCASTER_TLS is off, so a proxy is in front. "
            "Name it in BROADCASTER_TRUSTED_PROXIES, or all listeners count as one address."
        )
    if settings.s3_bucket and settings.s3_endpoint.startswith("http://"):
        found.append(
            "BROADCASTER_S3_ENDPOINT begins with http://: on the way to the bucket everybody can "
            "hear the recordings. Let it begin with https://."
        )
    return found


def _sign_in_problems(settings: Settings) -> list[str]:
    try:
        proxy_sign_in(settings)
    except ValueError as wrong:
        return [f"BROADCASTER_SIGN_IN_ROLES: {wrong}."]
    by_header, by_oidc = ("sign_in_header", "sign_in_proxies"), ("oidc_issuer", "oidc_client_id")
    used = [names for names in (by_header, by_oidc) if any(getattr(settings, n) for n in names)]
    if settings.oidc_client_secret and by_oidc not in used:
        used.append(by_oidc)
    if settings.sign_in_roles and not used:
        used.append(by_header)
    found = []
    for names in used:
        more = ("sign_in_roles", "public_url") if names is by_oidc else ("sign_in_roles",)
        needed = {variable(name): bool(getattr(settings, name)) for name in (*names, *more)}
        missing = " and ".join(name for name, given in needed.items() if not given)
        if missing:
            found.append(f"{missing} must be set, too. Set all of {', '.join(needed)}, or none.")
    return found


def oidc_client(settings: Settings) -> OidcClient | None:
    """This server as its OpenID provider knows it; None without a provider."""
    if not settings.oidc_issuer:
        return None
    secret = settings.oidc_client_secret
    return OidcClient(
        settings.oidc_issuer,
        settings.oidc_client_id,
        secret.get_secret_value() if secret else "",
        settings.oidc_groups_claim,
        f"{settings.public_url}/desk/oidc/callback",
    )


def proxy_sign_in(settings: Settings) -> ProxySignIn:
    """Return what signs people in by a proxy's header, if that is set.

    Raises:
        ValueError: the roles are not written as they should be.
    """
    rules = RoleRules.parse(settings.sign_in_roles)
    proxies = TrustedProxies.parse(settings.sign_in_proxies)
    return ProxySignIn(settings.sign_in_header, settings.sign_in_groups_header, proxies, rules)


def ingest_settings(settings: Settings) -> IngestSettings:
    """Return the settings of the speakers' connections.

    Raises:
        ValueError: an ICE server is not written as it should be.
    """
    texts = settings.ice_servers.get_secret_value().split(",")
    servers = tuple(IceServer.parse(text) for text in texts if text.strip())
    return IngestSettings(servers, loopback=settings.host in LOOPBACK)


def booth_dependencies(
    settings: Settings, bus: Bus, clock: Clock, http: aiohttp.ClientSession
) -> BoothDependencies:
    """The tools of booths: engines, their prices, the limits of catching up."""
    limits = CatchUpLimits(max_tempo=settings.max_tempo, lag_cap_ms=settings.lag_cap_ms)
    return BoothDependencies(
        bus=bus,
        clock=clock,
        engines=provider_settings.engines(settings, http),
        price=partial(sessions_cost_usd, provider_settings.prices(settings)),
        limits=limits,
        fallbacks=provider_settings.fallbacks(settings, http),
        frame_samples=ms_to_samples(settings.frame_ms),
    )


def recordings_folder(settings: Settings) -> Path:
    """The folder of all recordings."""
    return settings.recordings_dir or settings.data_dir / "recordings"


def bucket_address(settings: Settings) -> BucketAddress | None:
    """Where copies of recordings go; None for nowhere."""
    if not settings.s3_bucket:
        return None
    bucket, _, folder = settings.s3_bucket.partition("/")
    secret = settings.s3_secret_key
    return BucketAddress(
        bucket,
        f"{folder}/" if folder else "",
        settings.s3_endpoint,
        settings.s3_region,
        settings.s3_access_key,
        secret.get_secret_value() if secret else "",
    )


def stage_keyring(settings: Settings) -> StageKeyring:
    """The desk's store keys: those that are set, and the one in the data folder if there is one.

    Raises:
        SettingUnusable: it has to be made, and the data folder cannot be written.
    """
    given = store_keys(settings.store_key) if settings.store_key else []
    with blaming(DATA_DIR, settings.data_dir):
        if not given or (settings.data_dir / auth.STORE_KEY_FILE).exists():
            given.append(auth.store_key(settings.data_dir))
    return StageKeyring(given)


def strict_transport(settings: Settings) -> str | None:
    """The header that makes browsers insist on https (RFC 6797); None to send none.

    Only an organizer's certificate that a browser can trust is a reason: behind a self-signed one
    the browser would allow nobody to go on.
    """
    if not settings.tls or settings.tls_cert is None or not settings.hsts_days:
        return None
    if certificates.is_self_signed(settings.tls_cert):
        return None
    return f"max-age={settings.hsts_days * 24 * 3600}"


def own_certificate(settings: Settings) -> str:
    """File of the self-signed certificate of this server, which its own programs trust.

    Empty if others vouch for its certificate, or it has none. The file is read, which blocks.
    """
    if not settings.tls:
        return ""
    if settings.tls_cert is None:
        return str(certificates.generated_certificate(settings.data_dir))
    return str(settings.tls_cert) if certificates.is_self_signed(settings.tls_cert) else ""


def egress_settings(settings: Settings) -> EgressSettings:
    """Return the settings of the port for WebRTC listeners."""
    announced = tuple(settings.webrtc_addresses.replace(",", " ").split())
    return EgressSettings(settings.webrtc_port, announced, loopback=settings.host in LOOPBACK)


def acceptor_settings(
    settings: Settings, tls: ssl.SSLContext | None, *, reuse_port: bool
) -> AcceptorSettings:
    """Return the settings of the HTTP acceptor.

    Args:
        settings: host and port.
        tls: serve https with it.
        reuse_port: whether other processes listen on the same port.
    """
    return AcceptorSettings(
        settings.host, settings.port, tls, BACKLOG, open_files.connections(), reuse_port=reuse_port
    )


def address_limits(settings: Settings) -> AddressLimits:
    """Return the limits of one client address; a hall is behind one, so half of all is its own."""
    places = settings.places_per_address
    peers = egress_settings(settings).max_peers
    return AddressLimits(
        connections=places or -(-open_files.connections() // 2),
        webrtc_sessions=places or -(-peers // 2),
        joins=settings.joins_per_address,
        wrong_keys=settings.wrong_keys_per_address,
        wrong_passcodes=settings.wrong_passcodes_per_address,
    )


def last_bytes_s(settings: Settings) -> float | None:
    """Seconds in which clients read their last bytes when the process stops; None for the usual.

    Without Redis everybody waits for the next start, so one client that reads nothing must not
    hold it up.
    """
    return None if settings.redis_url else LAST_BYTES_ALONE_S


def goodbye_s(settings: Settings) -> float:
    """Seconds over which listeners are sent away; without Redis there is no other process."""
    return settings.goodbye_s if settings.redis_url else 0.0


def summary_service(
    settings: Settings, http: aiohttp.ClientSession, clock: Clock
) -> ChatService | None:
    """The service that writes summaries; None if summaries are off."""
    if not settings.summary_url or settings.summary_model is None:
        return None
    return ChatService(
        http, clock, settings.summary_url, settings.summary_key, settings.summary_model
    )
