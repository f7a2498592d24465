"""Address of the Realtime server, credentials and deadlines."""

from dataclasses import dataclass, field

from yarl import URL

from broadcaster.realtime import wire

_TO_HTTP = {"http": "http", "https": "https", "ws": "http", "wss": "https"}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A Realtime server.

    Attributes:
        url: base of its API: `https://api.openai.com/v1`, `wss://…`, or on Azure
            `https://<resource>.openai.azure.com`, with or without `/openai/v1`.
        api_key: never shown; empty for a server that needs none.
        azure: the key travels in Azure's `api-key` header.
        model: translation model, on Azure the deployment's name.

    Raises:
        ValueError: the URL or the key is not valid; the text shows neither the key nor a password.
    """

    url: str = wire.DEFAULT_BASE_URL
    api_key: str = field(default="", repr=False)
    azure: bool = False
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

    @property
    def host(self) -> str:
        """Host name for messages."""
        return URL(self.url).host or ""

    def translations_url(self) -> URL:
        """Address of the translation WebSocket.

        The scheme is http or https, because the handshake is HTTP: `HTTPS_PROXY` of the environment
        then applies, which it does not for `wss`.
        """
        return self._url(wire.TRANSLATIONS_PATH).update_query(model=self.model)

    def conversation_url(self, model: str) -> URL:
        """Address of the conversation WebSocket for a model, on Azure a deployment."""
        return self._url(wire.REALTIME_PATH).update_query(model=model)

    def transcription_url(self) -> URL:
        """Address of the transcription WebSocket; the session's settings name the model."""
        return self._url(wire.REALTIME_PATH).update_query(intent=wire.TRANSCRIPTION_INTENT)

    def _url(self, endpoint: str) -> URL:
        base = URL(self.url)
        path = base.path.rstrip("/")
        for known in (wire.TRANSLATIONS_PATH, wire.REALTIME_PATH):
            path = path.removesuffix(known)
        if self.azure:
            path = path.removesuffix("/v1").removesuffix("/openai") + wire.AZURE_BASE_PATH
        elif not path:
            path = URL(wire.DEFAULT_BASE_URL).path
        scheme = _TO_HTTP[base.scheme]
        return base.with_scheme(scheme).with_path(path + endpoint, keep_query=True)

    def headers(self) -> dict[str, str]:
        """Headers that authorize us; without the beta header, which the endpoint refuses."""
        if not self.api_key:
            return {}
        if self.azure:
            return {"api-key": self.api_key}
        return {"Authorization": f"Bearer {self.api_key}"}


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
