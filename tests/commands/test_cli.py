"""The command line, as people type it."""

import asyncio
import re
import signal
import socket
import ssl
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp
import pytest

from broadcaster.commands.settings import settings_from
from broadcaster.config import USED_BY, Role, Settings, unused
from tests.commands.usage import usage
from tests.support.deadline import deadline
from tests.support.processes import broadcaster, ran, started

COMMAND = [sys.executable, "-m", "broadcaster"]


def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return ran([*COMMAND, *words], {"PATH": "/usr/bin:/bin", **environment})


def test_help_names_every_command() -> None:
    text = run("--help").stdout
    for command in (
        "serve",
        "demo",
        "check",
        "publish",
        "loadtest",
        "backup",
        "restore",
        "config",
        "events",
    ):
        assert command in text


def test_config_shows_every_setting_but_no_secret(tmp_path: Path) -> None:
    given = {
        "OPENAI_API_KEY": "sk-secret",
        "BROADCASTER_ICE_SERVERS": "turn:me:pass@t",
        "COLUMNS": "200",  # read when the program is imported
    }
    shown = subprocess.run(
        [*COMMAND, "config"], env=given, capture_output=True, text=True, check=True
    ).stdout
    for name in Settings.model_fields:
        assert f"BROADCASTER_{name.upper()}" in shown
    assert "sk-secret" not in shown
    assert "pass@t" not in shown


def test_a_wrong_setting_is_named() -> None:
    answer = run("serve", BROADCASTER_PORT="abc")
    assert answer.returncode == 2
    assert "BROADCASTER_PORT" in answer.stderr
    assert "Traceback" not in answer.stderr


@pytest.mark.parametrize("frame_ms", ["30", "80", "short"])
def test_a_length_that_packets_cannot_have_is_refused(frame_ms: str) -> None:
    answer = usage("serve", BROADCASTER_FRAME_MS=frame_ms)
    assert answer.exit_code == 2
    assert f"BROADCASTER_FRAME_MS “{frame_ms}” must be 20, 40 or 60" in answer.stderr


def test_roles_need_redis(tmp_path: Path) -> None:
    answer = usage("serve", "--role", "edge", BROADCASTER_DATA_DIR=str(tmp_path))
    assert answer.exit_code == 2
    assert "BROADCASTER_REDIS_URL" in answer.stderr


def test_check_says_what_to_do(tmp_path: Path) -> None:
    answer = run(
        "check",
        BROADCASTER_DATA_DIR=str(tmp_path),
        BROADCASTER_PORT="0",
        BROADCASTER_REALTIME_URL="http://127.0.0.1:9/v1",
        BROADCASTER_REDIS_URL="redis://:hidden@127.0.0.1:9",
    )
    assert answer.returncode == 1
    assert "✗ Interpreter: there is no key. Set OPENAI_API_KEY" in answer.stdout
    assert "✗ Bus:" in answer.stdout
    assert "✓ Port:" in answer.stdout
    assert "! HTTPS:" in answer.stdout
    assert " Open files: " in answer.stdout
    assert " Accept queue: " in answer.stdout
    assert "hidden" not in answer.stdout + answer.stderr


async def test_few_open_files_are_explained(tmp_path: Path) -> None:
    environment = {"BROADCASTER_DATA_DIR": str(tmp_path), "BROADCASTER_PORT": "0"}
    command = ["/bin/sh", "-c", 'ulimit -n 1000 && exec "$@"', "sh", *COMMAND]
    async with started([*command, "serve"], environment) as process:
        await process.line("may open 1000 files here, enough for 800 listeners.*LimitNOFILE=")
    async with started([*command, "check"], environment) as process:
        await process.line("! Open files: 1000, enough for 800 listeners.*LimitNOFILE=")


async def test_the_soft_limit_of_open_files_is_raised(tmp_path: Path) -> None:
    soft = ["/bin/sh", "-c", 'ulimit -S -n 500 && exec "$@"', "sh", *COMMAND, "serve"]
    environment = {"BROADCASTER_DATA_DIR": str(tmp_path), "BROADCASTER_PORT": "0"}
    async with started(soft, environment) as process:
        await process.line("serving")
        limits = await asyncio.to_thread(Path(f"/proc/{process.process.pid}/limits").read_text)
    line = next(line for line in limits.splitlines() if line.startswith("Max open files"))
    words = line.split()
    assert words[3] == words[4] != "500"


async def test_a_port_in_use_is_explained(tmp_path: Path) -> None:
    async with broadcaster(tmp_path / "a") as (url, _):
        port = url.rpartition(":")[2]
        answer = await asyncio.to_thread(
            run, "serve", BROADCASTER_DATA_DIR=str(tmp_path / "b"), BROADCASTER_PORT=port
        )
    assert answer.returncode == 1
    assert "choose another --port" in answer.stderr
    assert "Traceback" not in answer.stderr


async def test_the_first_start_prints_a_ready_link(tmp_path: Path) -> None:
    environment = {"BROADCASTER_DATA_DIR": str(tmp_path), "BROADCASTER_PORT": "0"}
    links = []
    for _ in range(2):
        async with started([*COMMAND, "serve"], environment) as process:
            links.append((await process.line(r"(http://\S+/desk\?token=\S+)"))[1])
            async with aiohttp.ClientSession() as http:
                async with http.get(links[-1], allow_redirects=False) as answer:
                    assert answer.status == 303
    tokens = {link.partition("token=")[2] for link in links}
    assert len(tokens) == 1, "the token is kept over a restart"
    assert (tmp_path / "admin-token").stat().st_mode & 0o077 == 0


async def test_https_with_a_certificate_made_here(tmp_path: Path) -> None:
    async with broadcaster(tmp_path, tls="true") as (url, _):
        assert url.startswith("https://")
        trust = ssl.create_default_context(cafile=tmp_path / "tls" / "certificate.pem")
        connector = aiohttp.TCPConnector(ssl=trust)
        async with aiohttp.ClientSession(connector=connector) as http:
            async with http.get(f"{url}/healthz") as answer:
                assert await answer.json() == {"status": "ok"}
            async with http.get(f"{url}/desk") as answer:
                assert "default-src 'self'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_a_signal_ends_it_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    async with broadcaster(tmp_path) as (_, process):
        process.process.send_signal(number)
        await process.line("Stopping")
        async with deadline():
            await process.process.wait()
    assert process.process.returncode == 0
    assert not [line for line in process.lines if "Traceback" in line]


def test_a_variable_that_is_no_setting_is_named() -> None:
    answer = usage("config", BROADCASTER_PROT="80", BROADCASTER_STAGE_KEY="key")
    assert answer.exit_code == 0
    assert "BROADCASTER_PROT is not a setting" in answer.stderr
    assert "Did you mean BROADCASTER_PORT?" in answer.stderr
    assert "STAGE_KEY" not in answer.stderr


def test_a_certificate_needs_its_key(tmp_path: Path) -> None:
    answer = usage("serve", "--tls", BROADCASTER_TLS_CERT=str(tmp_path / "chain.pem"))
    assert answer.exit_code == 2
    assert "set both BROADCASTER_TLS_CERT and BROADCASTER_TLS_KEY, or neither" in answer.stderr


def test_settings_that_these_roles_do_not_read_are_named() -> None:
    settings = settings_from(workers=2, linger_s=5, tls_cert=Path("a"), tls_key=Path("b"))
    assert unused(settings, frozenset({Role.FLOOR, Role.DESK})) == {
        "BROADCASTER_LINGER_S": "for booths only",
        "BROADCASTER_TLS_CERT": "TLS is off",
        "BROADCASTER_TLS_KEY": "TLS is off",
        "BROADCASTER_WORKERS": "for edge only",
    }
    assert not unused(settings.model_copy(update={"tls": True}), frozenset(Role))


def test_every_setting_of_some_roles_is_a_setting() -> None:
    assert USED_BY.keys() <= Settings.model_fields.keys()


async def test_serve_says_which_settings_it_does_not_use(tmp_path: Path) -> None:
    async with broadcaster(tmp_path, tls_cert="a.pem", tls_key="b.pem") as (_, process):
        await process.line(r"set, but not used here: BROADCASTER_TLS_CERT \(TLS is off\)")


@pytest.mark.parametrize(
    ("host", "link", "answers"),
    [
        ("::", r"http://\d+\.\d+\.\d+\.\d+:\d+", ["127.0.0.1", "[::1]"]),
        ("::1", r"http://\[::1\]:\d+", ["[::1]"]),
        ("[::1]", r"http://\[::1\]:\d+", ["[::1]"]),
        ("0.0.0.0", r"http://\d+\.\d+\.\d+\.\d+:\d+", ["127.0.0.1"]),
        ("localhost", r"http://localhost:\d+", ["127.0.0.1"]),
    ],
)
async def test_the_link_leads_to_the_sockets(
    tmp_path: Path, host: str, link: str, answers: list[str]
) -> None:
    async with broadcaster(tmp_path, host=host) as (url, _), aiohttp.ClientSession() as http:
        assert re.fullmatch(link, url)
        port = url.rpartition(":")[2]
        for address in [*answers, url.removeprefix("http://").rpartition(":")[0]]:
            async with http.get(f"http://{address}:{port}/healthz") as answer:
                assert answer.status == 200


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"HOST": "192.0.2.77"}, "is not an address of this machine. Set BROADCASTER_HOST"),
        ({"HOST": "no-such-name.invalid"}, "is not an address of this machine"),
        ({"DATA_DIR": "/dev/null/data"}, "Set BROADCASTER_DATA_DIR to a folder"),
        ({"DATA_DIR": "/proc/data"}, "BROADCASTER_DATA_DIR"),
    ],
)
def test_what_the_system_refuses_names_the_setting(
    environment: dict[str, str], sentence: str
) -> None:
    given = {f"BROADCASTER_{name}": value for name, value in environment.items()}
    with TemporaryDirectory() as folder:
        answer = run("serve", **{"BROADCASTER_PORT": "0", "BROADCASTER_DATA_DIR": folder, **given})
    assert answer.returncode == 1
    assert sentence in answer.stderr
    assert "Traceback" not in answer.stderr


@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM])
def test_each_port_in_use_names_its_setting(tmp_path: Path, kind: int) -> None:
    name = "METRICS_PORT" if kind == socket.SOCK_STREAM else "WEBRTC_PORT"
    with socket.socket(type=kind) as taken:
        taken.bind(("127.0.0.1", 0))
        given = {"BROADCASTER_PORT": "0", f"BROADCASTER_{name}": str(taken.getsockname()[1])}
        answer = run("serve", BROADCASTER_DATA_DIR=str(tmp_path), **given)
    assert answer.returncode == 1
    assert f"choose another port (BROADCASTER_{name})" in answer.stderr
