"""Error codes of the Realtime endpoints, and what to tell the organizer about them.

They are OpenAI's and Azure's documented codes, and those of compatible servers.
"""

from typing import NamedTuple


class Advice(NamedTuple):
    """A sentence about what happened, and the next step."""

    message: str
    hint: str


_NO_CREDIT = Advice(
    "The interpreter server's account has no credit left.",
    "Check the credit and the spending limit of the provider's account. The booth keeps trying.",
)
NO_KEY = Advice(
    "The interpreter server asks for an API key and got none.",
    "Set a valid API key for this server and restart.",
)
WRONG_KEY = Advice("The interpreter server does not accept the API key.", NO_KEY.hint)
URL_HINT = "Check the server's URL and the model or deployment name."
WRONG_KEY_CODES = ("invalid_api_key", "incorrect_api_key", "invalid_authentication")
NO_KEY_CODES = ("missing_api_key", "no_api_key", "api_key_required")
NO_CREDIT_CODES = (
    "insufficient_quota",
    "insufficient_credits",
    "insufficient_balance",
    "billing_not_active",
    "payment_required",
)
FATAL = {
    **dict.fromkeys(WRONG_KEY_CODES, WRONG_KEY),
    **dict.fromkeys(NO_KEY_CODES, NO_KEY),
    **dict.fromkeys(NO_CREDIT_CODES, _NO_CREDIT),
    "billing_hard_limit_reached": Advice(
        "The interpreter server's account has reached its spending limit.", _NO_CREDIT.hint
    ),
    "account_deactivated": Advice(
        "The interpreter server's account is deactivated.",
        "Reactivate the account at the provider or use another API key.",
    ),
    "model_not_found": Advice("The interpreter server does not have the model.", URL_HINT),
    "model_load_error": Advice("The interpreter server cannot load the model.", URL_HINT),
}
TRANSIENT = {
    "session_expired": Advice(
        "The interpreter session reached its maximum duration.", "The booth opens a new session."
    ),
    "rate_limit_exceeded": Advice(
        "The interpreter server's rate limit is reached.",
        "Run fewer languages at once or raise the account's limits.",
    ),
    "inference_rate_limit_exceeded": Advice(
        "The interpreter server's rate limit is reached.",
        "Run fewer languages at once or raise the deployment's limits.",
    ),
    "session_limit_reached": Advice(
        "The interpreter server has no free session.",
        "Run fewer languages at once or give the server more capacity.",
    ),
    "slow_down": Advice(
        "The interpreter server asks for fewer requests.", "The booth tries again more slowly."
    ),
    "server_is_overloaded": Advice(
        "The interpreter server is overloaded.", "The booth tries again automatically."
    ),
}
SESSION_ENDING = frozenset({*FATAL, "session_expired"})
"""Errors after which a live session is over; every other error event leaves it open."""
COMMIT_EMPTY = "input_audio_buffer_commit_empty"
"""The server got no sound since the last commit."""
ONE_AT_A_TIME = "conversation_already_has_active_response"
"""The server does not take several responses at once."""
RESPONSE_TIMEOUT = "response_timeout"
"""Our own: a response was not complete in time."""
RESPONSE_TOO_LONG = "response_too_long"
"""Our own: a response said far more than it was given."""
BUSY = frozenset(
    {
        "rate_limit_exceeded",
        "inference_rate_limit_exceeded",
        "slow_down",
        "server_is_overloaded",
    }
)
"""Codes that say “ask again later”."""

REFUSED_STATUS = {
    400: ("bad_request", Advice("The interpreter server refuses the request.", URL_HINT)),
    401: ("invalid_api_key", WRONG_KEY),
    402: ("insufficient_quota", _NO_CREDIT),
    403: (
        "access_denied",
        Advice(
            "The interpreter server denies access.",
            "Check the key's permissions and whether the provider serves this region.",
        ),
    ),
    404: ("not_found", Advice("The interpreter server has no such endpoint.", URL_HINT)),
    407: (
        "proxy_refused",
        Advice("The network's proxy asks for a login.", "Check the proxy settings."),
    ),
}
"""HTTP statuses that end it, with the code used when the body names none."""
STATUS_AS_CODE = {
    status: code for status, (code, _) in REFUSED_STATUS.items() if status in (401, 402)
}
"""HTTP statuses that compatible servers write where the code belongs, and the code they mean."""
CLOSE_CODES = {3000: "invalid_api_key", 4401: "invalid_api_key", 4402: "insufficient_quota"}
"""Close codes with a meaning of their own, for a close without a reason.

3000 is registered as “unauthorized”; 4401 and 4402 are HTTP statuses in the range for private use.
"""
