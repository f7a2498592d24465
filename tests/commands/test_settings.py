"""Settings are checked as a whole: each bad one is a sentence that names it, in every command."""

import sys
from pathlib import Path
from typing import Any

import pytest

from broadcaster.commands.demo import FIXED
from broadcaster.commands.settings import WrongSettings, settings_from, warnings
from broadcaster.config import Settings, variable
from broadcaster.from_settings import doubts, oidc_client
from tests.support.certificates import issue
from tests.support.processes import ran

BAD: dict[str, tuple[str, ...]] = {
    "host": ("300.1.1.1", "http://0.0.0.0", "0.0.0.0:8080", "*", "a b", "127.1", "host/x", "-a"),
    "port": ("abc", "-1", "65536", "80.5", "1e99", "٣٤x", "8080 8081"),
    "public_url": (
        "javascript:alert(1)",
        "htp://x",
        "talks.example",
        "https://",
        "https://talks example",
        "https://talks.example?x=1",
        "https://talks.example/?",
        "https://talks.example/#x",
        "https://user:pass@talks.example",
        "https://talks.example:99999",
        "https://talks.example:port",
        "ftp://talks.example",
        "//talks.example",
        "https://300.1.1.1",
        "https://a..b",
        'https://x"onload=1',
        "data:text/html,x",
        "https://talks.example/" + "a" * 300,
    ),
    "workers": ("0", "65", "-1", "two", "1.5"),
    "trusted_proxies": ("localhost", "10.0.0.0/33", "0.0.0.0/0", "::/0", "unix:/run/nginx"),
    "sign_in_header": ("two words", "Cookie", "authorization", "X-Forwarded-For", "X:Y", "a" * 65),
    "sign_in_groups_header": ("x y", "Host"),
    "sign_in_proxies": ("localhost", "0.0.0.0/0"),
    "sign_in_roles": ("ana", "ana=god", "=admin", "ana@x.example=stage", "group:=admin"),
    "oidc_issuer": (
        "login.example",
        "http://login.example",
        "ftp://login.example",
        "https://login.example?x=1",
        "https://login.example#x",
        "https://user:pass@login.example",
        "https://",
    ),
    "oidc_client_id": ("two words", "a" * 301, "ключ"),
    "oidc_client_secret": ("two words", "bell\x07", "ключ-ключ"),
    "oidc_groups_claim": ("two words", "a" * 201),
    "places_per_address": ("0", "-1", "1000001", "half"),
    "joins_per_address": ("0", "-1", "many"),
    "wrong_keys_per_address": ("0", "-1", "none"),
    "wrong_passcodes_per_address": ("0", "-1", "none"),
    "summary_url": (
        "localhost",
        "ftp://writer",
        "https://user:pass@writer.example",
        "https://w.example?x",
    ),
    "summary_model": ("two words",),
    "summary_key": ("two words", "ключ-ключ"),
    "recordings_gb": ("0", "-1", "nan", "inf", "1e9", "20 GB"),
    "s3_bucket": ("Talks", "a", "s3://talks", "talks/two words", "talks//x", "-talks"),
    "s3_endpoint": ("minio", "ftp://x", "https://", "https://key:secret@x", "https://x?y=1"),
    "s3_region": ("EU", "eu central", "a" * 41),
    "s3_access_key": ("two words", "a" * 201, "ключ"),
    "s3_secret_key": ("two words", "bell\x07", "ключ-ключ"),
    "goodbye_s": ("-1", "601", "nan", "inf", "10 s"),
    "metrics_port": ("0", "-1", "65001", "x"),
    "redis_url": (
        "localhost",
        "http://redis",
        "redis://",
        "redis://a:port",
        "redis://a b",
        "unix:",
    ),
    "admin_token": ("a", "fifteen-letters", "sixteen letters..", "a" * 20 + "\x01"),
    "api_key": ("sk with space", "sk-ключ", "sk-\x07bell"),
    "provider": ("someone-else", "Open AI", "7"),
    "fallback_providers": ("someone-else", "openai", "qwen=ftp://x", "local=http://u:p@h"),
    "fallback_keys": ("someone-else=sk", "sk-without-a-name"),
    "realtime_url": ("api.openai.com", "ftp://x", "https://", "https://u:p@h/v1", "https://a b"),
    "realtime_azure": ("perhaps", "2"),
    "translate_model": ("two words", "a" * 129),
    "converse_model": ("two words",),
    "transcribe_model": ("tab\tbed",),
    "extra_translate_languages": ("klingonese", "ar,??", "x"),
    "max_tempo": ("0.9", "1.6", "nan", "inf", "fast"),
    "lag_cap_ms": ("9999", "-1", "600001", "20s"),
    "on_demand": ("sometimes",),
    "linger_s": ("-1", "nan", "inf", "1e9", "1 minute"),
    "price_translate_per_min": ("-0.1", "nan", "inf", "free"),
    "price_audio_out_per_mtok": ("-1", "1e12"),
    "frame_ms": ("30", "0", "short", "60.5"),
    "ice_servers": ("stun", "turn:user@host", "http://stun", "stun:a@b@c"),
    "batched_sends": ("maybe",),
    "webrtc_port": ("-1", "65001", "udp"),
    "webrtc_addresses": ("300.0.0.1", "198.51.100.7,host", "198.51.100.7:9081", "0.0.0.0", "::"),
    "tls": ("https", "2"),
    "store_key": ("short", "x" * 31, "a" * 32 + ",short", "a b" * 20),
    "hsts_days": ("-1", "731", "a year"),
    "log_level": ("loud", "trace"),
    "log_json": ("json",),
}
GOOD: dict[str, tuple[Any, ...]] = {
    "host": ("0.0.0.0", "::", "[::1]", "localhost", "talks.example", "2001:db8::1", " 127.0.0.1 "),
    "port": ("0", "65535", " 80 "),
    "public_url": (
        "https://talks.example",
        "http://192.0.2.10:8080/",
        "https://[2001:db8::1]:8443",
        "https://vorträge.example",
        "HTTPS://talks.example/hall",
    ),
    "trusted_proxies": ("127.0.0.1", "10.0.0.0/8, fd00::/8 unix", "::1"),
    "places_per_address": ("1", "1000000"),
    "goodbye_s": ("0", "600", "0.5"),
    "redis_url": ("redis://h", "rediss://u:p@h:6380/1", "unix:///run/redis.sock", "redis://[::1]"),
    "admin_token": ("sixteen-letters.", "a/long&token=with#signs"),
    "store_key": ("a" * 32, f"{'a' * 32}, {'b' * 40}"),
    "hsts_days": ("0", "730"),
    "s3_bucket": ("talks", "talks.example/2026/autumn", "talks/"),
    "s3_endpoint": ("https://minio.example", "http://127.0.0.1:9000"),
    "provider": ("openai", "local"),
    "fallback_providers": ("qwen", "local=http://h:1/v1, gemini"),
    "fallback_keys": ("qwen=sk-1, azure=sk-2",),
    "realtime_url": ("wss://api.openai.com/v1/realtime", "https://h:1/v1?api-version=x"),
    "extra_translate_languages": ("ar, nl", "pt-BR,"),
    "linger_s": ("0", "86400"),
    "frame_ms": ("20", "40", "60"),
    "ice_servers": ("stun:a, turn:u:p@b:3478",),
    "webrtc_addresses": ("198.51.100.7, 2001:db8::1",),
    "log_level": ("DEBUG", "info"),
    "tls": ("on", "0", "True"),
}


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No `.env` file but the test's own."""
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in BAD.items() for value in values]
)
def test_a_bad_value_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(variable(name), value)
    with pytest.raises(WrongSettings) as wrong:
        settings_from()
    [sentence] = wrong.value.sentences
    assert sentence.startswith(variable(name))
    assert sentence.endswith((".", "?"))
    assert "Input should" not in sentence
    assert "Value error" not in sentence
    if name in {"admin_token", "api_key", "ice_servers", "store_key", "summary_key"} or (
        "_secret" in name
    ):
        assert f"“{value}" not in sentence
    assert "secret" not in sentence


def test_every_setting_has_bad_values_or_takes_any_path() -> None:
    prices = {name for name in Settings.model_fields if name.startswith("price_")}
    assert Settings.model_fields.keys() - BAD.keys() - prices == {
        "data_dir",
        "recordings_dir",
        "tls_cert",
        "tls_key",
    }


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in GOOD.items() for value in values]
)
def test_a_good_value_is_taken(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(variable(name), value)
    settings_from()


def test_all_bad_settings_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("port", "public_url", "frame_ms"):
        monkeypatch.setenv(variable(name), "x y")
    with pytest.raises(WrongSettings) as wrong:
        settings_from()
    assert len(wrong.value.sentences) == 3


def test_spaces_alone_are_no_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROADCASTER_PUBLIC_URL", "  ")
    assert settings_from().public_url is None


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"BROADCASTER_PORT=x y"])
def test_an_env_file_that_cannot_be_used(content: bytes) -> None:
    Path(".env").write_bytes(content)
    with pytest.raises(WrongSettings):
        settings_from()


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"metrics_port": 8080}, "BROADCASTER_METRICS_PORT"),
        ({"metrics_port": 8079, "workers": 2}, "BROADCASTER_METRICS_PORT"),
        ({"realtime_azure": True}, "BROADCASTER_REALTIME_AZURE"),
        ({"realtime_azure": True, "provider": "openai"}, "BROADCASTER_REALTIME_AZURE"),
        ({"provider": "azure"}, "BROADCASTER_PROVIDER is azure, but BROADCASTER_REALTIME_URL"),
        ({"sign_in_header": "X-Person"}, "BROADCASTER_SIGN_IN_PROXIES"),
        ({"sign_in_roles": "ana=admin"}, "BROADCASTER_SIGN_IN_HEADER"),
        ({"oidc_issuer": "https://login.example"}, "BROADCASTER_OIDC_CLIENT_ID and"),
        (
            {"oidc_issuer": "https://login.example", "oidc_client_id": "desk"},
            "^BROADCASTER_SIGN_IN_ROLES and BROADCASTER_PUBLIC_URL must be set",
        ),
        ({"oidc_client_secret": "x"}, "BROADCASTER_OIDC_ISSUER and BROADCASTER_OIDC_CLIENT_ID"),
        ({"tls_cert": Path("a")}, "BROADCASTER_TLS_KEY is missing"),
        ({"tls_key": Path("a")}, "BROADCASTER_TLS_CERT is missing"),
        ({"data_dir": Path(__file__)}, "BROADCASTER_DATA_DIR"),
    ],
)
def test_settings_that_contradict_each_other(given: dict[str, Any], named: str) -> None:
    with pytest.raises(WrongSettings, match=named):
        settings_from(**given)


def test_people_can_be_signed_in_by_openid_alone() -> None:
    given = {
        "oidc_issuer": "http://127.0.0.1:9000/realms/a/",
        "oidc_client_id": "desk",
        "oidc_client_secret": "very-secret",
        "sign_in_roles": "ana@talks.example=admin",
        "public_url": "http://127.0.0.1:8080",
    }
    client = oidc_client(settings_from(**given))
    assert client is not None
    assert client.redirect_uri == "http://127.0.0.1:8080/desk/oidc/callback"
    assert "very-secret" not in repr(client)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({}, False),
        ({"public_url": "http://192.0.2.10:8080"}, False),
        ({"public_url": "https://talks.example"}, True),
        ({"public_url": "https://talks.example", "tls": True}, False),
        ({"public_url": "https://talks.example", "trusted_proxies": "10.0.0.1"}, False),
    ],
)
def test_a_proxy_that_nobody_named_is_asked_for(given: dict[str, Any], *, named: bool) -> None:
    found = " ".join(doubts(settings_from(**given)))
    assert ("BROADCASTER_TRUSTED_PROXIES" in found) == named


def made(folder: Path, name: str, starts_days: int = -1, ends_days: int = 30) -> tuple[Path, Path]:
    """A certificate and its key as PEM files; the days count from now."""
    issued = issue(begins_days=starts_days, ends_days=ends_days)
    (folder / f"{name}-locked.pem").write_bytes(issued.key_pem(password=b"secret"))
    return issued.write(folder / f"{name}.pem", folder / f"{name}-key.pem")


@pytest.mark.parametrize(
    ("certificate", "key", "why"),
    [
        ("good.pem", "other-key.pem", "does not belong"),
        ("old.pem", "old-key.pem", "expired on"),
        ("early.pem", "early-key.pem", "valid only from"),
        ("missing.pem", "good-key.pem", "cannot be read"),
        ("good.pem", "missing.pem", "cannot be read"),
        (".", "good-key.pem", "cannot be read"),
        ("good-key.pem", "good.pem", "not the PEM file of a certificate"),
        ("good.pem", "good.pem", "not the PEM file of a private key"),
        ("garbage", "good-key.pem", "not the PEM file of a certificate"),
        ("good.pem", "garbage", "not the PEM file of a private key"),
        ("good.pem", "good-locked.pem", "encrypted"),
    ],
)
def test_a_certificate_that_cannot_be_used(
    tmp_path: Path, certificate: str, key: str, why: str
) -> None:
    made(tmp_path, "good")
    made(tmp_path, "other")
    made(tmp_path, "old", -20, -1)
    made(tmp_path, "early", 2)
    (tmp_path / "garbage").write_bytes(bytes(range(256)))
    with pytest.raises(WrongSettings, match=why) as wrong:
        settings_from(tls=True, tls_cert=tmp_path / certificate, tls_key=tmp_path / key)
    assert wrong.value.sentences[0].startswith("BROADCASTER_TLS_CERT and BROADCASTER_TLS_KEY: ")


def test_a_certificate_with_its_key(tmp_path: Path) -> None:
    certificate, key = made(tmp_path, "good")
    settings_from(tls=True, tls_cert=certificate, tls_key=key)


@pytest.mark.parametrize(
    ("misspelt", "meant"),
    [
        ("BROADCASTER_PROT", "BROADCASTER_PORT"),
        ("BROADCASTER_PUBLIC_ULR", "BROADCASTER_PUBLIC_URL"),
        ("BROADCASTER_PUBLICURL", "BROADCASTER_PUBLIC_URL"),
        ("BROADCASTER_ADMINTOKEN", "BROADCASTER_ADMIN_TOKEN"),
        ("BROADCASTER_ADMIN", "BROADCASTER_ADMIN_TOKEN"),
        ("BROADCASTER_REDIS", "BROADCASTER_REDIS_URL"),
        ("BROADCASTER_CERT", "BROADCASTER_TLS_CERT"),
        ("BROADCASTER_OPENAI_API_KEY", "BROADCASTER_API_KEY"),
        ("broadcaster_hots", "BROADCASTER_HOST"),
        ("BROADCSTER_PORT", "BROADCASTER_PORT"),
        ("BRAODCASTER_TLS_KEY", "BROADCASTER_TLS_KEY"),
        ("BROADCASTER__PORT", "BROADCASTER_PORT"),
    ],
)
def test_a_misspelt_variable_is_named_with_the_nearest(
    monkeypatch: pytest.MonkeyPatch, misspelt: str, meant: str
) -> None:
    monkeypatch.setenv(misspelt, "x")
    [text] = warnings(settings_from())
    assert text == f"{misspelt.upper()} is not a setting and is ignored. Did you mean {meant}?"


def test_a_variable_like_no_setting_points_to_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROADCASTER_ZZZZ", "x")
    [text] = warnings(settings_from())
    assert text.endswith('"broadcaster config" lists them all.')


@pytest.mark.parametrize(
    "given",
    [
        {"realtime_url": "https://hall.openai.azure.com"},
        {"tls": True, "public_url": "http://talks.example"},
    ],
)
def test_what_is_probably_not_meant_is_said(given: dict[str, Any]) -> None:
    assert len(warnings(settings_from(**given))) == 1


@pytest.mark.parametrize(("command", "code"), [("serve", 2), ("demo", 2), ("check", 1)])
@pytest.mark.parametrize(
    ("name", "value"), [("PUBLIC_URL", "javascript:x"), ("ADMIN_TOKEN", "a"), ("TLS_CERT", "a")]
)
def test_the_commands_say_the_same(command: str, code: int, name: str, value: str) -> None:
    answer = ran(
        [sys.executable, "-m", "broadcaster", command],
        {"PATH": "/usr/bin:/bin", f"BROADCASTER_{name}": value, "BROADCASTER_PRT": "1"},
    )
    assert answer.returncode == code
    text = answer.stdout + answer.stderr
    assert f"BROADCASTER_{name}" in text
    assert "Traceback" not in text
    assert "pydantic" not in text


@pytest.mark.parametrize("name", ["OPENAI_API_KEY", "BROADCASTER_API_KEY", "BROADCASTER_WORKERS"])
def test_the_demos_own_settings_hold_whatever_the_environment_says(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "3")
    monkeypatch.setenv("BROADCASTER_REDIS_URL", "redis://127.0.0.1:1")
    settings = settings_from(FIXED)
    for fixed, value in FIXED.items():
        field = fixed.removeprefix("BROADCASTER_").lower()
        assert getattr(settings, field) == value, fixed
