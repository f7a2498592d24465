"""The meaning of each failure, decided in one place."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from broadcaster.errors import InterpreterFailed
from broadcaster.realtime import failures

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
KEY = "sk-proj-abc_DEF-0123456789"


def refusal(
    status: int, code: str | None = None, message: str = "", **headers: str
) -> InterpreterFailed:
    body = json.dumps({"error": {"type": "x_error", "code": code, "message": message}}).encode()
    return failures.from_handshake(status, headers, body, now=NOW)


@pytest.mark.parametrize(
    ("status", "code", "error", "retryable"),
    [
        (400, "invalid_model", "invalid_model", False),
        (400, None, "bad_request", False),
        (400, "OperationNotSupported", "OperationNotSupported", False),
        (401, "invalid_api_key", "invalid_api_key", False),
        (401, None, "invalid_api_key", False),
        (403, None, "access_denied", False),
        (404, None, "not_found", False),
        (407, None, "proxy_refused", False),
        (302, None, "http_302", False),
        (200, None, "http_200", False),
        (429, None, "rate_limit_exceeded", True),
        (429, "slow_down", "slow_down", True),
        (429, "insufficient_quota", "insufficient_quota", False),
        (429, "billing_hard_limit_reached", "billing_hard_limit_reached", False),
        (403, "account_deactivated", "account_deactivated", False),
        (500, None, "http_500", True),
        (503, "server_is_overloaded", "server_is_overloaded", True),
        (408, None, "http_408", True),
        (402, None, "insufficient_quota", False),
        (402, "rate_limit_exceeded", "insufficient_quota", False),
        (402, "payment_required", "payment_required", False),
        (429, "billing_not_active", "billing_not_active", False),
        (400, "missing_api_key", "missing_api_key", False),
    ],
)
def test_handshakes(
    status: int,
    code: str | None,
    error: str,
    retryable: bool,  # noqa: FBT001
) -> None:
    failure = refusal(status, code)
    assert (failure.error, failure.retryable) == (error, retryable)
    assert failure.message.endswith(".")
    assert failure.hint


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"error": 7}', b"\xff" * 9, b"[" * 9000, b"<html>"], ids=range(7)
)
def test_a_handshake_body_may_be_anything(body: bytes) -> None:
    assert failures.from_handshake(401, {}, body, now=NOW).error == "invalid_api_key"
    assert failures.from_handshake(503, {}, body, now=NOW).retryable


def test_a_code_that_is_not_an_identifier_is_not_repeated() -> None:
    assert refusal(400, KEY).error == "bad_request"
    assert refusal(400, "0123456789abcdef0123456789abcdef").error == "bad_request"
    assert refusal(400, "a b\n").error == "bad_request"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        (" 1.5 ", 1.5),
        ("0", 0.0),
        ("999999", failures.MAX_RETRY_AFTER_S),
        (format_datetime(NOW + timedelta(seconds=30), usegmt=True), 30.0),
        (format_datetime(NOW - timedelta(seconds=30), usegmt=True), 0.0),
        ("Sun, 22 Nov 2026 12:00:09 -0000", 9.0),
        ("", None),
        ("-3", None),
        ("nan", None),
        ("soon", None),
        ("Sun, 99 Foo 2026 12:00:09 GMT", None),
    ],
)
def test_retry_after(value: str, seconds: float | None) -> None:
    assert failures.retry_after_s(value, NOW) == seconds


@pytest.mark.parametrize(
    ("milliseconds", "seconds", "wait_s"),
    [
        ("1500", "7", 1.5),
        ("0", "7", 0.0),
        (" 250.5 ", None, 0.2505),
        ("9" * 400, "7", failures.MAX_RETRY_AFTER_S),
        ("-1", "7", 7.0),
        ("-1", None, None),
        ("soon", "7", 7.0),
        ("nan", "7", 7.0),
        ("inf", "7", 7.0),
        ("", "7", 7.0),
        ("1,5", format_datetime(NOW + timedelta(seconds=30), usegmt=True), 30.0),
        (None, "Sunday, 22-Nov-26 12:00:09 GMT", 9.0),
        (None, "Sun Nov 22 12:00:09 2026", 9.0),
        (None, "9" * 400, failures.MAX_RETRY_AFTER_S),
        (None, "Sun, 22 Nov 2026 12:00:09 +9999999999", None),
        (None, "-7", None),
        (None, "\x00", None),
        (None, None, None),
    ],
)
@pytest.mark.parametrize(
    "names", [("retry-after-ms", "Retry-After"), ("Retry-After-Ms", "RETRY-AFTER")]
)
def test_milliseconds_count_before_seconds(
    names: tuple[str, str], milliseconds: str | None, seconds: str | None, wait_s: float | None
) -> None:
    values = zip(names, (milliseconds, seconds), strict=True)
    headers = {name: value for name, value in values if value is not None}
    assert refusal(429, **headers).retry_after_s == wait_s


BILLING = refusal(429, "insufficient_quota")
KEY_HINT = refusal(401).hint


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"Payment Required",
        b'{"error": {"code": 402, "message": "Insufficient credits"}}',
        b'{"error": {"code": "402"}}',
        b'{"error": {"type": "rate_limit_exceeded"}}',
        b'{"detail": "Insufficient Balance"}',
    ],
)
def test_payment_required_is_about_billing(body: bytes) -> None:
    failure = failures.from_handshake(402, {"Retry-After": "1"}, body, now=NOW)
    assert (failure.message, failure.hint) == (BILLING.message, BILLING.hint)
    assert (failure.retryable, failure.retry_after_s) == (False, None)


@pytest.mark.parametrize(
    "error",
    [
        {"code": 402},
        {"code": "402", "message": "m"},
        {"type": "insufficient_credits"},
        {"code": "payment_required"},
    ],
)
@pytest.mark.parametrize("configuring", [True, False])
def test_error_events_about_billing(error: dict[str, object], *, configuring: bool) -> None:
    failure = failures.from_error_event(error, configuring=configuring)
    assert (failure.hint, failure.retryable) == (BILLING.hint, False)


TEXTS_ABOUT_THE_KEY = [
    "Missing bearer or basic authentication in header",
    "You didn't provide an API key. You need to provide your API key in an Authorization header.",
    "No API key provided",
    "Incorrect API key provided: sk-abc. You can obtain an API key from the console.",
    "API key not valid. Please pass a valid API key.",
    "An API key is required",
    "The api-key header is missing.",
    "Invalid API key",
]


@pytest.mark.parametrize("text", TEXTS_ABOUT_THE_KEY)
@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_refusal_about_the_key_says_so(status: int, text: str) -> None:
    failure = refusal(status, None, text)
    assert (failure.error, failure.hint, failure.retryable) == ("invalid_api_key", KEY_HINT, False)


@pytest.mark.parametrize("text", TEXTS_ABOUT_THE_KEY)
def test_an_event_or_a_close_about_the_key_says_so(text: str) -> None:
    error = {"type": "invalid_request_error", "code": None, "message": text}
    for failure in (
        failures.from_error_event(error, configuring=True),
        failures.from_close(1008, text),
    ):
        assert (failure.error, failure.hint) == ("invalid_api_key", KEY_HINT)


@pytest.mark.parametrize("status", [401, 403])
def test_without_a_key_the_advice_is_to_set_one(status: int) -> None:
    failure = failures.from_handshake(status, {}, b"", now=NOW, has_key=False)
    assert (failure.error, failure.hint) == ("invalid_api_key", KEY_HINT)
    assert "got none" in failure.message


@pytest.mark.parametrize(
    "text",
    [
        "Your project does not have access to this model.",
        "Invalid value: 'xx'. Supported values are: 'de'.",
        "Unknown parameter: 'session.audio'.",
        "There is no credit on this account",
    ],
)
def test_other_refusals_are_not_about_the_key(text: str) -> None:
    assert refusal(400, None, text).error == "bad_request"
    assert refusal(403, None, text).error == "access_denied"


def test_only_failures_worth_retrying_carry_a_wait() -> None:
    assert refusal(429, **{"Retry-After": "3"}).retry_after_s == 3.0
    assert refusal(503, **{"Retry-After": "4"}).retry_after_s == 4.0
    assert refusal(429, "insufficient_quota", **{"Retry-After": "3"}).retry_after_s is None


def test_the_servers_explanation_is_shown_without_key_and_trimmed() -> None:
    azure_key = "0123456789abcdef" * 5
    failure = refusal(400, None, f"bad\n\x07model {KEY} {azure_key} " + "x y " * 200)
    assert "bad model … …" in failure.message
    assert KEY not in failure.message
    assert azure_key not in failure.message
    assert len(failure.message) < 300


@pytest.mark.parametrize(
    ("error", "expected", "retryable"),
    [
        (
            {
                "type": "invalid_request_error",
                "code": "invalid_value",
                "message": "Invalid value: 'xx'. Supported values are: …",
                "param": "session.audio.output.language",
            },
            "unsupported_language",
            False,
        ),
        (
            {
                "type": "invalid_request_error",
                "code": "invalid_value",
                "message": "unsupported language xx",
            },
            "unsupported_language",
            False,
        ),
        (
            {"type": "invalid_request_error", "code": "unknown_parameter", "message": "m"},
            "unknown_parameter",
            False,
        ),
        ({"type": "insufficient_quota", "message": "m"}, "insufficient_quota", False),
        (
            {"type": "invalid_request_error", "code": "rate_limit_exceeded"},
            "rate_limit_exceeded",
            True,
        ),
        ({"type": "server_error", "code": None, "message": "m"}, "server_error", True),
        ({}, "server_error", True),
    ],
)
def test_errors_while_configuring(
    error: dict[str, object],
    expected: str,
    retryable: bool,  # noqa: FBT001
) -> None:
    failure = failures.from_error_event(error, configuring=True)
    assert (failure.error, failure.retryable) == (expected, retryable)


def test_a_live_sessions_errors_are_not_quoted() -> None:
    spoken = {"type": "invalid_request_error", "code": "content", "message": "you said: hello"}
    failure = failures.from_error_event(spoken, configuring=False)
    assert "hello" not in failure.message + failure.hint


@pytest.mark.parametrize(
    ("code", "reason", "error", "retryable"),
    [
        (None, "", "session_dropped", True),
        (1006, "", "session_dropped", True),
        (1011, "keepalive ping timeout", "session_dropped", True),
        (1001, "Your session hit the maximum duration of 60 minutes.", "session_expired", True),
        (1001, "session_expired", "session_expired", True),
        (3000, "invalid_request_error.invalid_api_key", "invalid_api_key", False),
        (4000, "insufficient_quota", "insufficient_quota", False),
        (3000, "", "invalid_api_key", False),
        (4402, " ", "insufficient_quota", False),
        (4402, "too many sessions", "session_dropped", True),
        (0, "", "session_dropped", True),
    ],
)
def test_closes(
    code: int | None,
    reason: str,
    error: str,
    retryable: bool,  # noqa: FBT001
) -> None:
    failure = failures.from_close(code, reason)
    assert (failure.error, failure.retryable) == (error, retryable)


def test_a_close_shows_its_code_and_its_reason_without_a_key() -> None:
    message = failures.from_close(1011, f"upstream\n\x07failed {KEY}").message
    assert "1011" in message
    assert "upstream failed …" in message
    assert KEY not in message
    assert "says" not in failures.from_close(1011).message


@pytest.mark.parametrize(
    ("status", "details", "reason", "rate_limited", "ends"),
    [
        ("failed", {"error": {"code": "inference_rate_limit_exceeded"}}, None, True, False),
        ("failed", {"error": {"code": "rate_limit_exceeded"}}, None, True, False),
        (
            "failed",
            {"error": {"type": "server_is_overloaded"}},
            "server_is_overloaded",
            True,
            False,
        ),
        ("failed", {"error": {"type": "insufficient_quota"}}, "insufficient_quota", False, True),
        ("failed", {"error": {"code": "session_expired"}}, None, False, True),
        ("failed", {"error": {"code": KEY, "type": "x_error"}}, "x_error", False, False),
        ("failed", {"error": "boom"}, "response_failed", False, False),
        ("incomplete", {"reason": "content_filter"}, "content_filter", False, False),
        ("cancelled", {"reason": ["x"]}, "response_cancelled", False, False),
        (KEY, {}, "response_failed", False, False),
    ],
)
def test_responses(
    status: str, details: dict[str, object], reason: str | None, *, rate_limited: bool, ends: bool
) -> None:
    failure = failures.from_response(status, details)
    error = details.get("error")
    assert failure.reason == (reason or (error["code"] if isinstance(error, dict) else ""))
    assert failure.rate_limited == rate_limited
    assert (failure.ends_session is not None) == ends


@pytest.mark.parametrize(
    ("error", "retryable"),
    [
        ({"type": "model_load_error", "message": "m"}, False),
        ({"type": "invalid_request_error", "code": "model_not_found"}, False),
        ({"type": "session_limit_reached"}, True),
    ],
)
def test_compatible_servers(error: dict[str, object], *, retryable: bool) -> None:
    failure = failures.from_error_event(error, configuring=True)
    assert failure.retryable == retryable
    assert failure.hint
