"""The public address, its certificate, the store and the disk: each fault is provoked and told."""

import asyncio
import shutil
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from broadcaster.bus import open_bus
from broadcaster.desk.check.address import check_address
from broadcaster.desk.check.server import check_disk, check_store
from broadcaster.desk.erasure import EventEraser
from broadcaster.errors import BusUnavailable
from broadcaster.model import keys
from broadcaster.model.check import check_keys
from broadcaster.model.check.report import CheckReport, CheckResult, Light
from broadcaster.model.event import Channel, Event, EventState
from broadcaster.model.store import StoreStatus
from tests.support.certificates import HOST, server_context
from tests.support.clock import FakeClock
from tests.support.redis_server import RedisServer


@asynccontextmanager
async def site(context: ssl.SSLContext | None, status: int = 200) -> AsyncIterator[str]:
    """Something that answers `/healthz`; yields its address."""

    async def healthz(_request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"}, status=status)

    application = web.Application()
    application.router.add_get("/healthz", healthz)
    runner = web.AppRunner(application)
    await runner.setup()
    try:
        await web.TCPSite(runner, HOST, 0, ssl_context=context).start()
        scheme = "http" if context is None else "https"
        yield f"{scheme}://{HOST}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def told(base: str, *, given: bool = True) -> dict[str, tuple[str, str]]:
    found = await check_address(base, given=given)
    assert all(one.message.endswith(".") for one in found)
    return {one.check: (one.light, one.problem) for one in found}


@pytest.mark.parametrize(
    ("days", "verdict"),
    [
        (90, ("green", "")),
        (5, ("amber", "certificate_expires")),
        (-3, ("red", "certificate_expired")),
    ],
)
async def test_a_trusted_certificate_is_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, days: int, verdict: tuple[str, str]
) -> None:
    context = server_context(tmp_path, days)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "chain.pem"))
    async with site(context) as base:
        assert await told(base) == {"address": ("green", ""), "certificate": verdict}


async def test_other_certificates_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with site(server_context(tmp_path, 90)) as base:
        assert (await told(base))["certificate"] == ("amber", "certificate_untrusted")
    context = server_context(tmp_path, 90, "192.0.2.7")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "chain.pem"))
    async with site(context) as base:
        assert (await told(base))["certificate"] == ("red", "certificate_other_name")


async def test_plain_http_is_a_fault_of_the_address() -> None:
    async with site(None) as base:
        assert await told(base) == {"address": ("amber", "no_https")}
    assert await told("http://talks.example", given=False) == {"address": ("red", "no_https")}
    assert await told("http://192.168.1.4:8080", given=False) == {"address": ("amber", "no_https")}


async def test_an_address_that_does_not_lead_here_is_told() -> None:
    async with site(None, status=404) as base:
        assert await told(base) == {"address": ("red", "address_other_server")}
    assert await told(f"http://{HOST}:9") == {"address": ("red", "address_unreachable")}
    unknown = await told("https://no-such-name.invalid")
    assert unknown == {"address": ("red", "address_unknown")}
    assert await told("http://localhost:8080") == {"address": ("red", "address_local")}
    assert await told("http://localhost:8080", given=False) == {
        "address": ("amber", "address_local")
    }
    assert await told("https://talks.example", given=False) == {
        "address": ("amber", "address_not_set")
    }


@pytest.mark.parametrize(
    ("free", "problem", "light"),
    [(10**10, "", "green"), (3 * 10**8, "disk_low", "amber"), (10**7, "disk_full", "red")],
)
def test_a_full_disk_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, problem: str, light: str
) -> None:
    total = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: total._replace(free=free))
    found = check_disk(tmp_path)
    assert (found.problem, found.light) == (problem, light)


def test_a_data_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    assert check_disk(tmp_path / "gone").problem == "disk_failed"


async def test_redis_that_was_stopped_is_told(tmp_path: Path) -> None:
    redis = RedisServer(tmp_path)
    await asyncio.to_thread(redis.start)
    async with open_bus(redis.url, tmp_path) as bus:
        await bus.probe()
        assert check_store(bus.store_status()).light is Light.GREEN
        await asyncio.to_thread(redis.stop)
        with pytest.raises(BusUnavailable):
            await bus.probe()
        found = check_store(bus.store_status())
        assert (found.light, found.problem) == (Light.RED, "store_failed")
        assert found.message.endswith(".")


def test_a_store_without_faults_is_green() -> None:
    assert check_store(StoreStatus(ready=True)).light is Light.GREEN


async def test_the_report_is_deleted_with_the_event(tmp_path: Path) -> None:
    async with open_bus(None, tmp_path) as bus:
        event = Event("talk", "A talk", EventState.CLOSED, (Channel("es"),), "")
        version = await bus.put(keys.event_record("talk"), event.to_json())
        report = CheckReport("1", 0, results=(CheckResult("disk", Light.GREEN),))
        await bus.put(check_keys.check_record("talk"), report.to_json())
        await EventEraser(bus, FakeClock(1_000.0)).delete(event, version)
        assert await bus.records(check_keys.CHECK_RECORDS) == []


def test_a_report_survives_its_record() -> None:
    result = CheckResult("disk", Light.AMBER, "disk_low", {"free_bytes": 7}, "Low.", "Clean up.")
    report = CheckReport("1", 5, running=False, results=(result, CheckResult("x", Light.RED)))
    assert CheckReport.from_json(report.to_json()) == report
    assert report.light is Light.RED
    for wrong in (b"{}", b"[]", b"no JSON", b'{"results": [1]}'):
        with pytest.raises(ValueError, match=r"CheckReport|Expecting"):
            CheckReport.from_json(wrong)
