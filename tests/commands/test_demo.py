"""`broadcaster demo` on machines that are not as it expects."""

import asyncio
import socket
import sys
from pathlib import Path

import pytest
from aiohttp import web

from broadcaster.commands import demo
from broadcaster.commands.demo import FIXED, go_live, ignored, own_address, speaker
from broadcaster.commands.settings import settings_from
from broadcaster.errors import BroadcasterError
from broadcaster.rehearsal import serving, talk
from broadcaster.sockets.listening import BoundAddress
from tests.commands.usage import usage
from tests.support.certificates import issue
from tests.support.web import on_loopback

HERE = [BoundAddress(socket.AF_INET, "127.0.0.1", 8080)]


@pytest.mark.parametrize("name", ["espeakng_loader", "pocketsphinx"])
def test_each_missing_engine_is_named_with_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(serving, "find_spec", lambda one: None if one == name else one)
    answer = usage("demo", BROADCASTER_PORT="0")
    assert answer.exit_code == 1
    assert f"engines are not installed ({name})" in answer.stderr
    assert f"Install them: {sys.executable} -m pip install" in answer.stderr


def test_a_demo_uses_no_service_of_the_organizer_and_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Settings of the real server are often exported in the same terminal."""
    monkeypatch.chdir(tmp_path)
    given = {
        "BROADCASTER_FALLBACK_KEYS": "openai=sk-secret",
        "BROADCASTER_FALLBACK_PROVIDERS": "openai",
        "BROADCASTER_PROVIDER": "qwen",
        "BROADCASTER_RECORDINGS_DIR": str(tmp_path),
        "BROADCASTER_REDIS_URL": "redis://127.0.0.1:1",
        "BROADCASTER_S3_BUCKET": "talks",
        "BROADCASTER_TLS_CERT": "chain.pem",
        "BROADCASTER_TLS_KEY": "key.pem",
        "OPENAI_API_KEY": "sk-secret",
    }
    assert not ignored(settings_from(FIXED)), "nothing is set"
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    settings = settings_from(FIXED)
    assert settings.provider == "local"
    assert not settings.fallback_providers
    assert not settings.s3_bucket
    assert settings.redis_url is None
    assert settings.recordings_dir is None
    assert settings.api_key is not None
    assert settings.api_key.get_secret_value() == "rehearsal"
    assert ignored(settings) == sorted(given)
    assert set(given) - set(ignored(settings.model_copy(update={"tls": True}))) == {
        "BROADCASTER_TLS_CERT",
        "BROADCASTER_TLS_KEY",
    }


def test_its_own_programs_use_the_name_of_the_organizers_certificate(tmp_path: Path) -> None:
    plain = settings_from(FIXED)
    assert own_address(plain, HERE) == ("http://127.0.0.1:8080", None)
    made = plain.model_copy(update={"tls": True, "data_dir": tmp_path})
    assert own_address(made, HERE) == (
        "https://127.0.0.1:8080",
        tmp_path / "tls" / "certificate.pem",
    )
    chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    theirs = {"tls_cert": chain, "tls_key": key, "public_url": "https://talks.example"}
    named = made.model_copy(update=theirs)
    issue().write(chain, key)
    assert own_address(named, HERE) == ("https://talks.example", chain)
    issue(issuer="An authority").write(chain, key)
    assert own_address(named, HERE) == ("https://talks.example", None)


async def test_a_server_that_it_does_not_reach_is_explained() -> None:
    await asyncio.to_thread(talk.load)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        with pytest.raises(BroadcasterError, match="does not reach its own server") as failed:
            await go_live(address, "token", None)
    assert "BROADCASTER_PUBLIC_URL" in failed.value.advice()


async def test_a_talk_that_nobody_takes_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "START_S", 0.1)
    await asyncio.to_thread(talk.load)
    async with on_loopback(web.Application()) as url:
        with pytest.raises(BroadcasterError, match="could not be published"):
            async with speaker(f"{url}/whip/demo", "key", None):
                pass


def test_a_machine_without_a_network_says_that_no_phone_reaches_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("broadcaster.system.certificates.lan_address", lambda: "127.0.0.1")
    monkeypatch.setattr(serving, "find_spec", lambda _: None)
    assert "no phone reaches it" in usage("demo", "--lan").stderr
    assert "no phone" not in usage("demo").stderr
