"""Address of the Realtime server, credentials and deadlines."""

import re
from dataclasses import dataclass, field

from yarl import URL

from broadcaster.realtime import wire

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""A token of RFC 9110, which the name of a subprotocol has to be."""
_TO_HTTP = {"http": "http", "https": "https", "ws": "http", "wss": "https"}


@dataclass(frozen=True, slots=True)
class RealtimeApi:
    """The WebSockets of a provider, and how a client shows its key there.

    Attributes:
        url: base address that is used when the settings name none. Its path is taken for an
            address of theirs that has none.
        fixed_path: the base path that every address has; empty if the address decides.
        translations_path: of continuous interpretation, below the base path.
        realtime_path: of conversations and transcriptions, below the base path.
        languages_path: where it tells what it translates into, below the base path; empty if it
            does not.
        model_in_query: the query of a translation names the model.
        key_header: header that carries the key; empty if a subprotocol does.
        key_prefix: text before the key there.
        subprotocols: WebSocket subprotocols (RFC 6455) to offer, the best first.
        key_subprotocol: the beginning of one more, which ends with the key; empty for a header.
    """

    url: str = wire.DEFAULT_BASE_URL
    fixed_path: str = ""
    translations_path: str = wire.TRANSLATIONS_PATH
    realtime_path: str = wire.REALTIME_PATH
    languages_path: str = ""
    model_in_query: bool = True
    key_header: str = "Authorization"
    key_prefix: str = "Bearer "
    subprotocols: tuple[str, ...] = ()
    key_subprotocol: str = ""

    def path(self, given: str) -> str:
        """The base path of an address whose path is `given`."""
        path = given.rstrip("/")
        for known in (self.translations_path, self.realtime_path):
            path = path.removesuffix(known)
        if self.fixed_path:
            for part in reversed(self.fixed_path.strip("/").split("/")):
                path = path.removesuffix(f"/{part}")
            return path + self.fixed_path
        return path or URL(self.url).path.rstrip("/")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A Realtime server.

    Attributes:
        url: base of its API: `https://api.openai.com/v1`, `wss://…`, or on Azure
            `https://<resource>.openai.azure.com`, with or without `/openai/v1`.
        api_key: never shown; empty for a server that needs none.
        api: where its WebSockets are and how the key travels.
        model: translation model, on Azure the deployment's name.

    Raises:
        ValueError: the URL or the key is not valid; the text shows neither the key nor a password.
    """

    url: str = wire.DEFAULT_BASE_URL
    api_key: str = field(default="", repr=False)
    api: RealtimeApi = field(default_factory=RealtimeApi)
    model: str = wire.DEFAULT_MODEL

    def __post_init__(self) -> None:
        try:
            base = URL(self.url)
        except ValueError:
            raise ValueError("the Realtime server's URL is not a URL") from None
        if base.scheme not in _TO_HTTP or not base.host:
            raise ValueError("the Realtime server's URL starts with https://, wss://, http:// …")
        if base.user or base.password:
            raise ValueError("the Realtime server's URL holds a login; use the API key instead")
        if not (self.api_key.isascii() and self.api_key.isprintable()) or " " in self.api_key:
            raise ValueError("the API key holds characters that no key has; copy it again")
        if self.api.key_subprotocol and not _TOKEN.fullmatch(self.api_key or "-"):
            raise ValueError("the API key holds characters that no subprotocol has; copy it again")

    @property
    def host(self) -> str:
        """Host name for messages."""
        return URL(self.url).host or ""

    @property
    def is_local(self) -> bool:
        """Whether the server is on this machine, which a proxy elsewhere cannot reach."""
        return self.host in {"localhost", "127.0.0.1", "::1"}

    def translations_url(self) -> URL:
        """Address of the translation WebSocket.

        The scheme is http or https, because the handshake is HTTP: `HTTPS_PROXY` of the environment
        then applies, which it does not for `wss`.
        """
        url = self._url(self.api.translations_path)
        return url.update_query(model=self.model) if self.api.model_in_query else url

    def conversation_url(self, model: str) -> URL:
        """Address of the conversation WebSocket for a model, on Azure a deployment."""
        return self._url(self.api.realtime_path).update_query(model=model)

    def transcription_url(self) -> URL:
        """Address of the transcription WebSocket; the session's settings name the model."""
        return self._url(self.api.realtime_path).update_query(intent=wire.TRANSCRIPTION_INTENT)

    def languages_url(self) -> URL:
        """Address at which the server tells its languages, if the provider has `languages_path`."""
        return self._url(self.api.languages_path)

    def _url(self, endpoint: str) -> URL:
        base = URL(self.url)
        path = self.api.path(base.path) + endpoint
        return base.with_scheme(_TO_HTTP[base.scheme]).with_path(path, keep_query=True)

    def headers(self) -> dict[str, str]:
        """Headers that authorize us; without the beta header, which OpenAI refuses."""
        if not self.api_key or not self.api.key_header:
            return {}
        return {self.api.key_header: f"{self.api.key_prefix}{self.api_key}"}

    def subprotocols(self) -> tuple[str, ...]:
        """The subprotocols to offer; one may authorize us."""
        offered = self.api.subprotocols
        if not self.api_key or not self.api.key_subprotocol:
            return offered
        return (*offered, f"{self.api.key_subprotocol}{self.api_key}")


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Deadlines for the server.

    Attributes:
        connect_s: until `session.created`, from the first packet.
        configure_s: until our settings are confirmed.
        silence_s: without any event while an answer is due.
        goodbye_s: until the socket's closing handshake is complete.
    """

    connect_s: float = 10.0
    configure_s: float = 5.0
    silence_s: float = 5.0
    goodbye_s: float = 1.0
