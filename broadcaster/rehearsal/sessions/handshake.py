"""Accepting or refusing the handshake of a client.

Any non-empty key is accepted unless the server has one of its own, except three: `sk-wrong`,
`sk-quota` and `sk-busy` are refused as the real server refuses a wrong key, an account without
credit and too many requests. Planned faults refuse with the same answers.
"""

import hmac
from dataclasses import dataclass, replace

from aiohttp import web

from broadcaster.rehearsal.faults.catalogue import Fault
from broadcaster.rehearsal.wire import conversation as conversation_protocol
from broadcaster.rehearsal.wire import translation as translation_protocol

MAX_SESSIONS = 64
RETRY_AFTER_S = 2


@dataclass(frozen=True, slots=True)
class Refusal:
    """The HTTP answer to a client that gets no session.

    Attributes:
        status: HTTP status.
        kind: the error's `type`.
        code: stable identifier.
        message: a sentence.
        param: the query parameter at fault.
        retry_after_s: how long the client is asked to wait; None when waiting does not help.
    """

    status: int
    kind: str
    code: str
    message: str
    param: str | None = None
    retry_after_s: int | None = None

    def response(self) -> web.Response:
        """The answer for aiohttp."""
        error = {
            "message": self.message,
            "type": self.kind,
            "param": self.param,
            "code": self.code,
        }
        retry = {} if self.retry_after_s is None else {"Retry-After": str(self.retry_after_s)}
        return web.json_response({"error": error}, status=self.status, headers=retry)


_BAD_REQUEST = "invalid_request_error"
_NO_KEY = Refusal(
    401,
    _BAD_REQUEST,
    "missing_api_key",
    "You didn't provide an API key. Send it in the Authorization header as a Bearer token.",
)
_WRONG_KEY = Refusal(401, _BAD_REQUEST, "invalid_api_key", "Incorrect API key provided.")
_QUOTA = Refusal(
    429,
    "insufficient_quota",
    "insufficient_quota",
    "You exceeded your current quota, please check your plan and billing details.",
)
_BUSY = Refusal(
    429,
    "requests",
    "rate_limit_exceeded",
    "Rate limit reached, please try again later.",
    retry_after_s=RETRY_AFTER_S,
)
_OVERLOADED = Refusal(
    503,
    "server_error",
    "server_is_overloaded",
    "The server has too many sessions.",
    retry_after_s=RETRY_AFTER_S,
)
_BETA = Refusal(
    400, _BAD_REQUEST, "invalid_beta", "Realtime sessions are only available on the GA API."
)
_BETA_TRANSLATION = replace(_BETA, message="Translation sessions are only available on the GA API.")
_NO_MODEL = Refusal(
    400, _BAD_REQUEST, "missing_required_parameter", "You must provide a model parameter.", "model"
)
_WRONG_MODEL = Refusal(400, _BAD_REQUEST, "invalid_model", "", "model")
_BY_KEY = {"sk-wrong": _WRONG_KEY, "sk-quota": _QUOTA, "sk-busy": _BUSY}
_BY_FAULT = {
    "refuse_key": _WRONG_KEY,
    "refuse_quota": _QUOTA,
    "refuse_rate_limit": _BUSY,
    "refuse_overloaded": _OVERLOADED,
}
_MODELS = {
    "translation": (translation_protocol.MODEL,),
    "conversation": conversation_protocol.MODELS,
}


def endpoint_of(request: web.Request) -> str:
    """The endpoint at `/v1/realtime` a client asks for; with a model it is the conversation."""
    transcription = request.query.get("intent") == "transcription"
    return "transcription" if transcription and "model" not in request.query else "conversation"


def refusal(
    request: web.Request, endpoint: str, open_sessions: int, only_key: str | None = None
) -> Refusal | None:
    """Return the reason why the handshake fails; None if it succeeds.

    Args:
        request: the handshake.
        endpoint: as `endpoint_of` names it.
        open_sessions: sessions that the server has already.
        only_key: the key that is accepted; None if any is.
    """
    if (wrong := key_refusal(request, only_key)) is not None:
        return wrong
    if "OpenAI-Beta" in request.headers:
        return _BETA_TRANSLATION if endpoint == "translation" else _BETA
    if endpoint in _MODELS:
        model, models = request.query.get("model"), _MODELS[endpoint]
        if not model:
            return _NO_MODEL
        if model not in models:
            names = " or ".join(models)
            message = f"This model is not supported on this endpoint. Use {names}."
            return replace(_WRONG_MODEL, message=message)
    return _OVERLOADED if open_sessions >= MAX_SESSIONS else None


def key_refusal(request: web.Request, only_key: str | None) -> Refusal | None:
    """Return the reason why a request's key is refused; None if it is accepted.

    Args:
        request: any request.
        only_key: the key that is accepted; None if any is.
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    key = token.strip() if scheme.lower() == "bearer" else ""
    key = key or request.headers.get("api-key", "").strip()
    if not key:
        return _NO_KEY
    wrong = only_key is not None and not hmac.compare_digest(key.encode(), only_key.encode())
    return _BY_KEY.get(key, _WRONG_KEY) if wrong or key in _BY_KEY else None


def refusal_by(fault: Fault) -> Refusal:
    """The refusal that a fault of the handshake causes."""
    usual = _BY_FAULT[fault.name]
    if usual.retry_after_s is None:
        return usual
    return replace(usual, retry_after_s=fault.retry_after_s)
