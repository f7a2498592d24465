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
