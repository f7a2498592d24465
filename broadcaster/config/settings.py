"""Settings: environment variables `BROADCASTER_…` (and `OPENAI_API_KEY`), or a `.env` file."""

from pathlib import Path
from typing import Any, Literal, Self

from pydantic import AliasChoices, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from broadcaster.setting_types import (
    AccessKey,
    AdminToken,
    BucketEndpoint,
    BucketName,
    ClaimName,
    ClientId,
    ClientSecret,
    FrameMs,
    HeaderName,
    IpAddresses,
    IssuerUrl,
    ListeningHost,
    ModelName,
    Networks,
    ProviderName,
    PublicUrl,
    RealtimeUrl,
    RedisUrl,
    RegionName,
    ServiceUrl,
    StoreKeys,
)

PREFIX = "BROADCASTER_"
ENV_FILE = ".env"


class Settings(BaseSettings):
    """Everything that can be set; `broadcaster config` prints it with these descriptions."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=ENV_FILE,
        env_ignore_empty=True,
        extra="ignore",
        allow_inf_nan=False,
    )

    host: ListeningHost = Field(
        "127.0.0.1",
        description="Address to listen on; 0.0.0.0 for the network, :: for its IPv6 too",
    )
    port: int = Field(8080, ge=0, le=65535, description="TCP port; 0 picks a free one")
    public_url: PublicUrl | None = Field(
        None,
        description="How phones reach this server, for links and QR codes: https://talks.example",
    )
    workers: int = Field(
        1, ge=1, le=64, description="Edge processes that share the port: one for each core"
    )
    trusted_proxies: Networks = Field(
        "",
        description=(
            "Proxies in front whose X-Forwarded-For, X-Forwarded-Proto and Forwarded are "
            "believed: addresses, networks or unix, with commas"
        ),
    )
    sign_in_header: HeaderName = Field(
        "",
        description=(
            "Header in which a proxy names who is signed in, such as X-Forwarded-Email; unset for "
            "no sign-in by a proxy"
        ),
    )
    sign_in_groups_header: HeaderName = Field(
        "", description="Header in which that proxy names their groups, with commas"
    )
    sign_in_proxies: Networks = Field(
        "",
        description=(
            "Proxies whose sign-in header is believed: addresses, networks or unix, with commas"
        ),
    )
    sign_in_roles: str = Field(
        "",
        description=(
            "People who may enter by that header or by OpenID Connect: ana@talks.example=admin, "
            "@talks.example=reviewer, group:av-team=technician"
        ),
    )
    oidc_issuer: IssuerUrl = Field(
        "", description="OpenID provider that signs people in: its issuer, https://login.example"
    )
    oidc_client_id: ClientId = Field("", description="This server's client id at that provider")
    oidc_client_secret: ClientSecret | None = Field(
        None, description="Its secret at that provider; unset for a public client"
    )
    oidc_groups_claim: ClaimName = Field(
        "groups", description="Claim of the ID token that has somebody's groups"
    )
    places_per_address: int | None = Field(
        None,
        ge=1,
        le=1_000_000,
        description=(
            "Connections, and WebRTC listeners, of one address in a process; unset for half of all"
        ),
    )
    joins_per_address: int = Field(
        5_000,
        ge=1,
        le=1_000_000,
        description="Listeners and readers of one address that may join within ten seconds",
    )
    wrong_keys_per_address: int = Field(
        60,
        ge=1,
        le=1_000_000,
        description="Wrong keys that one address may send within a minute",
    )
    wrong_passcodes_per_address: int = Field(
        600,
        ge=1,
        le=1_000_000,
        description=(
            "Wrong passcodes of an event, and wrong short codes, that one address may send within "
            "a minute"
        ),
    )
    goodbye_s: float = Field(
        10.0,
        ge=0,
        le=600,
        description=(
            "Seconds over which a process that stops sends its listeners to other ones; at once "
            "without Redis"
        ),
    )
    metrics_port: int | None = Field(
        None,
        ge=1,
        le=65_000,
        description="A second port for Prometheus; each worker has its own, counted up from it",
    )
    data_dir: Path = Field(
        Path("data"),
        description="Folder of the embedded database, the organizer's token and certificates",
    )
    recordings_dir: Path | None = Field(None, description="Folder of recordings; unset, data_dir")
    summary_url: ServiceUrl = Field(
        "",
        description=(
            "Service of chat completions that summarises closed events whose organizer wants it: "
            "https://api.openai.com/v1; unset for none"
        ),
    )
    summary_model: ModelName | None = Field(None, description="Its model that writes summaries")
    summary_key: ClientSecret | None = Field(
        None, description="Its key; unset for a service without one"
    )
    recordings_gb: float = Field(
        20.0, gt=0, le=1_000_000, description="Gigabytes that all recordings may take on the disk"
    )
    s3_bucket: BucketName = Field(
        "",
        description=(
            "S3-compatible bucket that gets a copy of finished recordings, and a folder in it: "
            "talks/2026; unset for none"
        ),
    )
    s3_endpoint: BucketEndpoint = Field(
        "", description="Address of that service, such as https://minio.example; unset, Amazon's"
    )
    s3_region: RegionName = Field("us-east-1", description="Region of that service")
    s3_access_key: AccessKey = Field(
        "", description="Access key for the bucket; unset, the one that the machine has at Amazon"
    )
    s3_secret_key: ClientSecret | None = Field(None, description="Its secret key")
    redis_url: RedisUrl | None = Field(
        None,
        description="Redis that connects several processes: redis://host; unset for one process",
    )
    admin_token: AdminToken | None = Field(
        None,
        description="The organizer's token, from 16 characters; unset, the first start makes one",
    )
    store_key: StoreKeys | None = Field(
        None,
        description="Encrypts stage keys, from 32 characters; unset, a file in the data folder",
    )
    api_key: SecretStr | None = Field(
        None,
        validation_alias=AliasChoices("BROADCASTER_API_KEY", "OPENAI_API_KEY"),
        description="Key of the Realtime service; never leaves the server (also OPENAI_API_KEY)",
    )
    provider: ProviderName | None = Field(
        None,
        description="Service that interprets, see docs/providers.md; unset, by address, or openai",
    )
    realtime_url: RealtimeUrl | None = Field(
        None,
        description="Base address of the service, or of a compatible one; unset, the provider's",
    )
    realtime_azure: bool = Field(
        default=False,
        description="The provider is azure, which takes the key in an api-key header",
    )
    fallback_providers: str = Field(
        "",
        description="Take over from the provider, in this order: `local=http://host:8090/v1, qwen`",
    )
    fallback_keys: SecretStr = Field(
        SecretStr(""), description="Keys of the fallback providers: `qwen=key, openai=key`"
    )
    translate_model: ModelName | None = Field(
        None, description="Continuous interpreter, or Azure's deployment; unset, the provider's"
    )
    converse_model: ModelName | None = Field(
        None,
        description="Interprets phrase by phrase, or Azure's deployment; unset, the provider's",
    )
    transcribe_model: ModelName | None = Field(
        None, description="Captions of the original, or Azure's deployment; unset, the provider's"
    )
    extra_translate_languages: str = Field(
        "",
        description=(
            "Use the continuous interpreter for these languages too, not only for its documented "
            "ones; for example `ar,nl`"
        ),
    )
    max_tempo: float = Field(
        1.25, ge=1.0, le=1.5, description="Fastest speech of a channel that is behind; 1 for never"
    )
    lag_cap_ms: int = Field(
        20_000,
        ge=10_000,
        le=600_000,
        description="A channel further behind than this skips, with a mark",
    )
    on_demand: bool = Field(
        default=True,
        description="Interpret only what somebody hears or reads; off interprets all languages",
    )
    linger_s: float = Field(
        60.0,
        ge=0,
        le=86_400,
        description="Seconds that interpretation goes on after the last listener has left",
    )
    price_translate_per_min: float | None = Field(
        None, ge=0, le=10_000, description="USD per minute of sound sent to a translation"
    )
    price_transcribe_per_min: float | None = Field(
        None, ge=0, le=10_000, description="USD per minute of sound sent to the source captions"
    )
    price_text_in_per_mtok: float | None = Field(
        None, ge=0, le=10_000, description="USD per million text tokens a conversation reads"
    )
    price_text_cached_per_mtok: float | None = Field(
        None, ge=0, le=10_000, description="USD per million cached text tokens a conversation reads"
    )
    price_text_out_per_mtok: float | None = Field(
        None, ge=0, le=10_000, description="USD per million text tokens a conversation writes"
    )
    price_audio_in_per_mtok: float | None = Field(
        None, ge=0, le=10_000, description="USD per million audio tokens a conversation hears"
    )
    price_audio_cached_per_mtok: float | None = Field(
        None,
        ge=0,
        le=10_000,
        description="USD per million cached audio tokens a conversation hears",
    )
    price_audio_out_per_mtok: float | None = Field(
        None, ge=0, le=10_000, description="USD per million audio tokens a conversation speaks"
    )
    frame_ms: FrameMs = Field(
        FrameMs.LONG,
        description="Milliseconds of sound in a packet: 20, 40 or 60; short ones cost more",
    )
    ice_servers: SecretStr = Field(
        SecretStr(""),
        description="For speakers behind NAT, separated by commas: stun:host, turn:user:key@host",
    )
    batched_sends: bool = Field(
        default=True,
        description="Write to many listeners in one system call, where the kernel has io_uring",
    )
    webrtc_port: int = Field(
        0,
        ge=0,
        le=65_000,
        description="UDP port of all WebRTC listeners; workers count up from it; 0 for a free one",
    )
    webrtc_addresses: IpAddresses = Field(
        "",
        description="Public addresses of that port behind a NAT or a container, with commas",
    )
    tls: bool = Field(
        default=False,
        description="Serve https, with tls_cert and tls_key or with a generated certificate",
    )
    tls_cert: Path | None = Field(None, description="PEM file with the certificate chain")
    tls_key: Path | None = Field(None, description="PEM file with the certificate's private key")
    hsts_days: int = Field(
        30,
        ge=0,
        le=730,
        description="Days that browsers insist on https, with your own certificate; 0 for never",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="debug, info, warning or error"
    )
    log_json: bool = Field(default=False, description="Log JSON lines instead of text")

    @model_validator(mode="before")
    @classmethod
    def _strip(cls, given: dict[str, Any]) -> dict[str, Any]:
        """Take spaces off; what has nothing else is not set."""
        stripped = {n: v.strip() if isinstance(v, str) else v for n, v in given.items()}
        return {name: value for name, value in stripped.items() if value != "" or not given[name]}

    @field_validator("log_level", mode="before")
    @classmethod
    def _lower(cls, given: Any) -> Any:
        return given.lower() if isinstance(given, str) else given

    @model_validator(mode="after")
    def _check_summary(self) -> Self:
        if bool(self.summary_url) != (self.summary_model is not None):
            raise ValueError(
                "set both BROADCASTER_SUMMARY_URL and BROADCASTER_SUMMARY_MODEL, or neither"
            )
        return self

    @model_validator(mode="after")
    def _check_certificate(self) -> Self:
        if (self.tls_cert is None) != (self.tls_key is None):
            given, missing = ("CERT", "KEY") if self.tls_key is None else ("KEY", "CERT")
            raise ValueError(
                f"BROADCASTER_TLS_{missing} is missing: set both BROADCASTER_TLS_CERT and "
                f"BROADCASTER_TLS_KEY, or neither; only BROADCASTER_TLS_{given} is set"
            )
        return self
