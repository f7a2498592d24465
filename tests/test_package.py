"""The delivery: the wheel with its pages, and the containers' commands."""

import asyncio
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import aiohttp
import pytest
import yaml

from broadcaster.web.assets import CONTENT_TYPES
from tests.support.processes import started
from tests.support.redis_server import RedisServer

ROOT = Path(__file__).parents[1]
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of the sources."""
    folder = tmp_path_factory.mktemp("wheel")
    anywhere = shutil.ignore_patterns(".venv", ".git", "node_modules", "__pycache__")

    def ignored(path: str, names: list[str]) -> set[str]:
        """The data folder is that of a server; `listener_web/` has one of this name, too."""
        return anywhere(path, names) | ({"data"} if Path(path) == ROOT else set())

    shutil.copytree(ROOT, folder / "source", ignore=ignored)
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    subprocess.run(command, cwd=folder / "source", check=True, capture_output=True, timeout=120)
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_what_is_served(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    pages = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "listener_web").glob("*/**/*")
        if "node_modules" not in path.parts
        and (path.suffix in CONTENT_TYPES or path.name.startswith("OFL-"))
    }
    assert "listener_web/player/player.js" in pages
    assert "listener_web/fonts/lexend-latin-400.woff2" in pages
    assert "listener_web/i18n/organizer/en.json" in pages
    assert {f"broadcaster/{name}" for name in pages} <= names
    assert "broadcaster/desk/openapi.yaml" in names
    assert "broadcaster/rehearsal/talk/talk.flac" in names
    assert not [name for name in names if "node_modules" in name or name.startswith("tests/")]


async def test_the_wheel_serves_its_pages(wheel: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    await asyncio.to_thread(zipfile.ZipFile(wheel).extractall, site)
    environment = {"BROADCASTER_DATA_DIR": str(tmp_path), "BROADCASTER_PORT": "0"}
    code = (
        f"import sys; sys.path.insert(0, {str(site)!r});"
        "from broadcaster.commands.cli import main; main()"
    )
    async with started([sys.executable, "-P", "-c", code, "serve"], environment) as process:
        url = (await process.line(r"serving (\S+)"))[1]
        async with aiohttp.ClientSession(url) as http:
            for path in ("/desk", "/e/any", "/stage/any", "/static/attendee/attendee.js"):
                async with http.get(path) as answer:
                    assert answer.status == 200, path
            async with http.get("/static/package.json") as answer:
                assert answer.status == 404


def test_compose_is_valid() -> None:
    docker = subprocess.run(["docker", "compose", "version"], capture_output=True, check=False)
    compose = ["docker", "compose"] if docker.returncode == 0 else ["docker-compose"]
    subprocess.run([*compose, "config", "--quiet"], cwd=ROOT, check=True, timeout=60)


async def test_the_commands_of_compose_run(tmp_path: Path) -> None:
    redis = RedisServer(tmp_path)
    await asyncio.to_thread(redis.start)
    try:
        for name in ("stage", "edge", "edge-2"):
            service = COMPOSE["services"][name]
            environment = {
                "BROADCASTER_DATA_DIR": str(tmp_path / name),
                "BROADCASTER_PORT": "0",
                "BROADCASTER_REDIS_URL": redis.url,
                "BROADCASTER_PUBLIC_URL": "",
                "BROADCASTER_ADMIN_TOKEN": "",
            }
            command = [sys.executable, "-m", "broadcaster", *service["command"]]
            async with started(command, environment) as process:
                url = (await process.line(r"serving (\S+)"))[1]
                async with aiohttp.ClientSession(url) as http, http.get("/readyz") as answer:
                    assert answer.status == 200, name
    finally:
        await asyncio.to_thread(redis.stop)


def test_the_compose_command_of_redis_is_one_redis_takes(tmp_path: Path) -> None:
    command = COMPOSE["services"]["redis"]["command"]
    check = [*command, "--port", "0", "--unixsocket", str(tmp_path / "s"), "--dir", str(tmp_path)]
    process = subprocess.Popen(check, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert any("Server initialized" in line or "Ready" in line for line in process.stdout)
    finally:
        process.terminate()
        process.communicate(timeout=20)
