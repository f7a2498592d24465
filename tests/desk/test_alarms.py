"""Alarms: a table of what raises and clears each, and one process of all that judges."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import aiohttp
import pytest

from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.desk.alarms.book import AlarmBook, AlarmFinding, AlarmSeverity
from broadcaster.desk.alarms.installation import findings as installation_findings
from broadcaster.desk.alarms.watched import WatchedEvent
from broadcaster.desk.journal.journal import Journal
from broadcaster.desk.recordings import watched_copies
from broadcaster.model import keys
from broadcaster.model.clock import SystemClock
from broadcaster.model.event import Channel, Event, EventState
from broadcaster.model.recording import recording_keys
from broadcaster.model.recording.upload import UploadReport, UploadState
from broadcaster.model.status import (
    BoothState,
    BoothStatus,
    EdgeStatus,
    EventStatus,
    FloorStatus,
)
from broadcaster.model.store import StoreStatus
from tests.support.deadline import deadline
from tests.support.desk import served_desk
from tests.support.processes import TOKEN

EVENT = Event(
    "talk", "A talk", EventState.LIVE, (Channel("es"), Channel("fr")), "", spend_cap_usd=10.0
)
SPEAKING = FloorStatus(publisher=True, level_dbfs=-20.0, peak_dbfs=-6.0)
LIVE = {
    "floor": BoothStatus("floor", BoothState.LIVE, lag_ms=0),
    "es": BoothStatus("es", BoothState.LIVE, lag_ms=2_000, queue_ms=100),
    "fr": BoothStatus("fr", BoothState.LIVE, lag_ms=2_000, queue_ms=100),
}
FINE = EventStatus(EVENT, SPEAKING, LIVE, {}, {}, {"es": 1.0}, booths_report=True, edges={"a": 5})
BEGIN_MS = 1_700_000_000_000


def booths(**channels: BoothStatus) -> EventStatus:
    return replace(FINE, booths={**LIVE, **channels})


def failing(state: BoothState, **values: Any) -> EventStatus:
    return booths(es=BoothStatus("es", state, "a reason", last_error="wrong_key", **values))


NO_SPEAKER = replace(FINE, floor=FloorStatus())
SILENT = replace(FINE, floor=replace(SPEAKING, silent_ms=31_000))
HUSHED = replace(FINE, floor=replace(SPEAKING, silent_ms=12_000))
CLIPPED = replace(FINE, floor=replace(SPEAKING, clipping=True, peak_dbfs=0.0))
ON_BACKUP = replace(FINE, floor=replace(SPEAKING, input="backup", input_reason="gone"))
BY_HAND = replace(FINE, floor=replace(SPEAKING, input="backup", input_reason="by_hand"))
LATE = booths(es=replace(LIVE["es"], lag_ms=13_000))
NEARLY_LATE = booths(es=replace(LIVE["es"], lag_ms=11_000))
SPENT = replace(FINE, spent_usd={"es": 8.0})
NEARLY_SPENT = replace(FINE, spent_usd={"es": 7.0})
AT_THE_CAP = replace(failing(BoothState.FAILED), spent_usd={"es": 10.0})
NO_EDGE = replace(FINE, edges={})
NO_BOOTHS = replace(FINE, booths_report=False)
NO_FLOOR = replace(FINE, floor=None)
NO_SOURCE_CAPTIONS = booths(floor=replace(LIVE["floor"], reason="the key was refused"))
OWN_LIMITS = replace(EVENT, alarm_limits={"lag_s": 3.0, "speaker_gone_s": 60.0})


def watched(*moments: tuple[EventStatus, int]) -> list[tuple[str, str, str, str]]:
    """Return the alarms that are raised and cleared: each status holds for some seconds."""
    event = WatchedEvent(BEGIN_MS - 60_000)
    now_ms, found = BEGIN_MS, []
    for status, seconds in ((FINE, 2), *moments):
        for _ in range(seconds):
            for what, values in event.observe(status, now_ms):
                if what.startswith("alarm_"):
                    found.append(
                        (
                            what[6:],
                            str(values["alarm"]),
                            str(values["subject"]),
                            str(values["severity"]),
                        )
                    )
            now_ms += 1_000
    return found


def raised(alarm: str, severity: str = "critical", subject: str = "") -> tuple[str, str, str, str]:
    return ("raised", alarm, subject, severity)


def cleared(alarm: str, severity: str = "critical", subject: str = "") -> tuple[str, str, str, str]:
    return ("cleared", alarm, subject, severity)


@pytest.mark.parametrize(
    ("moments", "expected"),
    [
        ([(FINE, 60)], []),
        ([(ON_BACKUP, 1)], [raised("backup_heard", "warning")]),
        (
            [(ON_BACKUP, 1), (FINE, 9)],
            [raised("backup_heard", "warning"), cleared("backup_heard", "warning")],
        ),
        ([(BY_HAND, 9)], []),
        ([(NO_SPEAKER, 10)], []),
        ([(NO_SPEAKER, 11)], [raised("speaker_gone")]),
        ([(NO_SPEAKER, 11), (FINE, 2)], [raised("speaker_gone")]),
        ([(NO_SPEAKER, 11), (FINE, 3)], [raised("speaker_gone"), cleared("speaker_gone")]),
        ([(NO_SPEAKER, 6), (FINE, 1), (NO_SPEAKER, 6)], []),
        ([(replace(NO_SPEAKER, event=OWN_LIMITS), 60)], []),
        ([(replace(NO_SPEAKER, event=OWN_LIMITS), 61)], [raised("speaker_gone")]),
        ([(SILENT, 1)], [raised("silence", "warning")]),
        ([(SILENT, 1), (HUSHED, 20)], [raised("silence", "warning")]),
        (
            [(SILENT, 1), (FINE, 1), (SILENT, 1), (FINE, 3)],
            [raised("silence", "warning"), cleared("silence", "warning")],
        ),
        ([(CLIPPED, 1), (FINE, 30)], []),
        (
            [(CLIPPED, 1), (FINE, 2), (CLIPPED, 1), (FINE, 1), (CLIPPED, 1)],
            [raised("clipping", "warning")],
        ),
        ([(CLIPPED, 6), (FINE, 9), (CLIPPED, 1), (FINE, 9)], [raised("clipping", "warning")]),
        (
            [(CLIPPED, 6), (FINE, 11)],
            [raised("clipping", "warning"), cleared("clipping", "warning")],
        ),
        ([(LATE, 5)], []),
        ([(LATE, 6)], [raised("lag", "warning", "es")]),
        ([(LATE, 6), (NEARLY_LATE, 60)], [raised("lag", "warning", "es")]),
        (
            [(LATE, 6), (FINE, 6)],
            [raised("lag", "warning", "es"), cleared("lag", "warning", "es")],
        ),
        ([(NEARLY_LATE, 60)], []),
        (
            [
                (
                    replace(
                        booths(es=replace(LIVE["es"], lag_ms=13_000, queue_ms=0)),
                        floor=HUSHED.floor,
                    ),
                    30,
                )
            ],
            [],
        ),
        ([(failing(BoothState.FAILED), 1)], [raised("booth_failed", "critical", "es")]),
        ([(failing(BoothState.RETRYING), 10)], []),
        ([(failing(BoothState.RETRYING), 11)], [raised("booth_failed", "critical", "es")]),
        (
            [(failing(BoothState.RETRYING), 5), (failing(BoothState.CONNECTING), 6), (FINE, 6)],
            [raised("booth_failed", "critical", "es"), cleared("booth_failed", "critical", "es")],
        ),
        ([(NO_SOURCE_CAPTIONS, 11)], [raised("booth_failed", "warning", "floor")]),
        ([(NEARLY_SPENT, 30)], []),
        ([(SPENT, 1)], [raised("spend_cap", "warning")]),
        ([(SPENT, 1), (NEARLY_SPENT, 30)], [raised("spend_cap", "warning")]),
        (
            [(SPENT, 1), (AT_THE_CAP, 30), (FINE, 1)],
            [raised("spend_cap", "warning"), raised("spend_cap"), cleared("spend_cap")],
        ),
        ([(NO_FLOOR, 4)], [raised("floor_gone")]),
        ([(NO_FLOOR, 30), (FINE, 4)], [raised("floor_gone"), cleared("floor_gone")]),
        ([(NO_SPEAKER, 3), (NO_FLOOR, 8)], [raised("speaker_gone")]),
        ([(NO_BOOTHS, 3)], []),
        ([(NO_BOOTHS, 4), (FINE, 4)], [raised("booths_gone"), cleared("booths_gone")]),
        ([(NO_EDGE, 3)], []),
        ([(NO_EDGE, 4)], [raised("edge_gone", subject="a")]),
        (
            [(NO_EDGE, 4), (FINE, 1)],
            [raised("edge_gone", subject="a"), cleared("edge_gone", subject="a")],
        ),
        ([(NO_EDGE, 130)], [raised("edge_gone", subject="a"), cleared("edge_gone", subject="a")]),
        ([(replace(FINE, edges={"a": 0}), 1), (NO_EDGE, 30)], []),
        ([(replace(NO_SPEAKER, event=replace(EVENT, state=EventState.PAUSED)), 60)], []),
        (
            [
                (NO_SPEAKER, 11),
                (replace(NO_SPEAKER, event=replace(EVENT, state=EventState.PAUSED)), 1),
            ],
            [raised("speaker_gone"), cleared("speaker_gone")],
        ),
        (
            [(LATE, 6), (replace(FINE, event=replace(EVENT, channels=(Channel("fr"),))), 1)],
            [raised("lag", "warning", "es"), cleared("lag", "warning", "es")],
        ),
    ],
    ids=str,
)
def test_what_raises_and_clears_an_alarm(
    moments: list[tuple[EventStatus, int]], expected: list[tuple[str, str, str, str]]
) -> None:
    assert watched(*moments) == expected


@pytest.mark.parametrize(
    ("store", "days", "expected"),
    [
        (StoreStatus(ready=True, free_bytes=10**12), 60, set()),
        (StoreStatus(ready=True), None, set()),
        (StoreStatus(ready=False, waiting=5), 60, {("store", "critical")}),
        (StoreStatus(ready=True, free_bytes=499_000_000), 60, {("disk", "warning")}),
        (StoreStatus(ready=True, free_bytes=520_000_000), 60, set()),
        (StoreStatus(ready=True), 13, {("certificate", "warning")}),
        (StoreStatus(ready=True), 0.5, {("certificate", "critical")}),
        (StoreStatus(ready=True), -3, {("certificate", "critical")}),
    ],
)
def test_what_raises_an_alarm_of_the_installation(
    store: StoreStatus, days: float | None, expected: set[tuple[str, str]]
) -> None:
    book = AlarmBook()
    for second in range(7):
        now_ms = BEGIN_MS + second * 1_000
        expires_at_ms = None if days is None else now_ms + int(days * 24 * 3600 * 1000)
        book.judge(installation_findings(store, expires_at_ms, now_ms), now_ms)
    assert {(alarm.id, alarm.severity.value) for alarm in book.active} == expected


def test_a_disk_around_the_limit_does_not_flap() -> None:
    book = AlarmBook()
    told = []
    for second in range(60):
        free_bytes = 499_000_000 if second % 2 else 510_000_000
        store = StoreStatus(ready=True, free_bytes=free_bytes)
        now_ms = BEGIN_MS + second * 1_000
        told += book.judge(installation_findings(store, None, now_ms), now_ms)
    assert [change.raised for change in told] == [True]


def test_an_alarm_dates_from_the_moment_it_began() -> None:
    book = AlarmBook()
    finding = AlarmFinding(
        "lag", "es", holds=True, severity=AlarmSeverity.WARNING, raise_after_s=5.0
    )
    for second in range(6):
        book.judge([finding], BEGIN_MS + second * 1_000)
    (alarm,) = book.active
    assert alarm.since_ms == BEGIN_MS


def told(*moments: EventStatus) -> list[tuple[str, Mapping[str, Any]]]:
    event = WatchedEvent(BEGIN_MS - 60_000)
    return [
        one
        for number, status in enumerate(moments)
        for one in event.observe(status, BEGIN_MS + number * 1_000)
        if not one[0].startswith("alarm_")
    ]


def test_the_log_tells_of_speakers_and_booths() -> None:
    failed = {"channel": "es", "state": "failed", "error": "wrong_key"}
    assert told(FINE, FINE, NO_SPEAKER, FINE) == [
        ("speaker_came", {}),
        ("speaker_left", {}),
        ("speaker_came", {}),
    ]
    assert told(FINE, failing(BoothState.FAILED), failing(BoothState.CONNECTING), FINE)[1:] == [
        ("booth_failed", failed),
        ("booth_recovered", {"channel": "es"}),
    ]
    short = booths(es=replace(LIVE["es"], reconnects=1, last_error="connection_lost"))
    assert told(FINE, short, short)[1:] == [
        ("booth_reconnected", {"channel": "es", "state": "live", "error": "connection_lost"})
    ]
    assert told(FINE, AT_THE_CAP)[1:] == []


def test_the_log_tells_which_service_took_over_and_when_the_first_is_back() -> None:
    def by(provider: str, **changes: Any) -> EventStatus:
        return booths(es=replace(LIVE["es"], provider=provider, **changes))

    fallback = by("Local", fallback=True, last_error="interpreter_behind")
    assert told(by(""), by("Cloud"), by("Cloud"), fallback, fallback, by("Cloud"))[1:] == [
        (
            "engine_changed",
            {"channel": "es", "before": "Cloud", "after": "Local", "error": "interpreter_behind"},
        ),
        ("engine_returned", {"channel": "es", "before": "Local", "after": "Cloud"}),
    ]


def test_another_process_goes_on_where_one_stopped() -> None:
    event = WatchedEvent(BEGIN_MS - 60_000)
    for second in range(12):
        event.observe(
            replace(failing(BoothState.FAILED), floor=FloorStatus()), BEGIN_MS + second * 1_000
        )
    now_ms = BEGIN_MS + 20_000
    other = WatchedEvent.from_json(event.to_json(), now_ms)
    assert other.book.active == event.book.active
    assert (other.speaker, other.failed) == (False, {"es"})
    assert other.observe(FINE, now_ms) == []  # reports need a moment to come in
    with pytest.raises(ValueError, match="not a watched event"):
        WatchedEvent.from_json(b"[]", now_ms)


@asynccontextmanager
async def desk(
    bus: EmbeddedBus, *reports: FloorStatus | BoothStatus | EdgeStatus
) -> AsyncIterator[aiohttp.ClientSession]:
    async with (
        served_desk(bus, reports) as url,
        aiohttp.ClientSession(url, headers={"Authorization": f"Bearer {TOKEN}"}) as http,
    ):
        yield http


async def alarms_of(http: aiohttp.ClientSession) -> set[tuple[str | None, str, str]]:
    async with http.get("/api/alarms") as answer:
        assert answer.status == 200
        return {(one["event"], one["id"], one["subject"]) for one in await answer.json()}


async def copy(bus: EmbeddedBus, state: UploadState, reason: str = "") -> None:
    report = UploadReport(state, "talks", 0, 700, reason)
    await bus.put(recording_keys.upload_report("talk"), report.to_json())


async def test_alarms_are_told_logged_and_deleted_with_the_event(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("FAILS_S", "WORKS_S"):
        monkeypatch.setattr(watched_copies, name, 0.0)
    async with EmbeddedBus(None) as bus:
        failed = BoothStatus("es", BoothState.FAILED, "the key was refused", last_error="wrong_key")
        async with desk(bus, SPEAKING, failed) as http, desk(bus) as other:
            body = {"id": "talk", "title": "A talk", "languages": ["es"]}
            async with http.post("/api/events", json=body) as answer:
                assert answer.status == 201
            async with http.post("/api/events/talk/live") as answer:
                assert answer.status == 200
            async with deadline():
                for one in (http, other):  # one of them judges, both tell
                    while ("talk", "booth_failed", "es") not in await alarms_of(one):
                        await asyncio.sleep(0.05)
            async with http.get("/metrics") as answer:
                text = await answer.text()
            assert 'broadcaster_active_alarms{alarm="booth_failed",event="talk"} 1.0' in text
            await copy(bus, UploadState.FAILED, "AccessDenied")
            async with http.post("/api/events/talk/close") as answer:
                assert answer.status == 200
            not_copied = {("talk", "recording_not_copied", "")}  # most copies are made now
            async with deadline():
                for one in (http, other):
                    while await alarms_of(one) != not_copied:
                        await asyncio.sleep(0.05)
            await copy(bus, UploadState.SENT)
            async with deadline():
                while await alarms_of(http) or await alarms_of(other):
                    await asyncio.sleep(0.05)
            log = await Journal(bus, SystemClock()).read("talk")
            what = [(one.what, one.values.get("alarm")) for one in log.entries]
            assert what.count(("alarm_raised", "booth_failed")) == 1
            assert [one for one, _ in what].count("speaker_came") == 1
            for change in ("alarm_raised", "alarm_cleared"):
                assert what.count((change, "recording_not_copied")) == 1
            async with http.delete("/api/events/talk") as answer:
                assert answer.status == 204
            assert await bus.get(keys.alarms_record("talk")) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"lag_s": 2},
        {"lag_s": "long"},
        {"lag_s": 121},
        {"spend_percent": 0},
        {"speaker_gone_s": 1e9},
        {"noise": 3},
        [],
    ],
    ids=str,
)
async def test_a_limit_that_makes_no_sense_is_refused(wrong: Any) -> None:
    async with EmbeddedBus(None) as bus, desk(bus) as http:
        body = {"id": "talk", "title": "A talk", "languages": ["es"], "alarm_limits": wrong}
        async with http.post("/api/events", json=body) as answer:
            assert (answer.status, (await answer.json())["error"]) == (422, "bad_request")


async def test_an_event_has_limits_of_its_own() -> None:
    async with EmbeddedBus(None) as bus, desk(bus) as http:
        body = {"id": "talk", "title": "A talk", "languages": ["es"], "alarm_limits": {"lag_s": 5}}
        async with http.post("/api/events", json=body) as answer:
            limits = (await answer.json())["alarm_limits"]
        assert (limits["lag_s"], limits["silence_s"]) == (5, 30)
        async with http.patch("/api/events/talk", json={"alarm_limits": None}) as answer:
            assert (await answer.json())["alarm_limits"]["lag_s"] == 12
