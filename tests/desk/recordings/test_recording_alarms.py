"""The alarms of recordings: nothing is recorded or copied, or the space will be used up."""

from dataclasses import replace

from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.desk.alarms.book import AlarmFinding, AlarmSeverity
from broadcaster.desk.recordings.watched import WatchedRecordings
from broadcaster.desk.recordings.watched_copies import WatchedCopies
from broadcaster.model.event import Channel, Event, EventState
from broadcaster.model.recording import recording_keys
from broadcaster.model.recording.state import RecorderState, RecordingReport, RecordingSwitch
from broadcaster.model.recording.upload import CopiesLeft, UploadReport, UploadState
from tests.support.deadline import deadline
from tests.support.tasks import background_task

EVENT = Event("talk", "A talk", EventState.LIVE, (Channel("es"),), "key", live_at_ms=0)
NOW_MS = 1_000_000


async def found(
    told: RecordingReport | None, event: Event = EVENT, *, record: bool = True
) -> dict[str, AlarmFinding]:
    """The findings of a desk that knows this report."""
    async with EmbeddedBus(None) as bus:
        watched = WatchedRecordings(bus)
        last = replace(event, id="zzz")
        for name in ("talk", "zzz"):  # what is told last is known last
            switch = RecordingSwitch(record=record or name == "zzz")
            await bus.put(recording_keys.recording_record(name), switch.to_json())
            if told is not None:
                await bus.put(recording_keys.recording_report(name), told.to_json())
        expected = 1 if told is None else 2
        async with background_task(watched.run(), name="watched"), deadline(10):
            while len(list(watched.findings(last, NOW_MS))) < expected:
                await bus.probe()
        return {one.alarm: one for one in watched.findings(event, NOW_MS)}


def report(state: RecorderState, used: int = 0, at_ms: int = NOW_MS) -> RecordingReport:
    return RecordingReport(state, at_ms, 1, 0, used, 100)


async def test_a_recording_that_runs_raises_no_alarm() -> None:
    findings = await found(report(RecorderState.RECORDING))
    assert [one.holds for one in findings.values()] == [False, False]


async def test_a_recording_that_has_stopped_is_critical() -> None:
    for state in (RecorderState.FULL, RecorderState.FAILED):
        stopped = (await found(report(state)))["recording_stopped"]
        assert stopped.holds
        assert stopped.severity is AlarmSeverity.CRITICAL
        assert stopped.values == {"reason": state.value}


async def test_no_process_that_records_is_noticed() -> None:
    for one in (None, report(RecorderState.RECORDING, at_ms=NOW_MS - 20_000)):
        stopped = (await found(one))["recording_stopped"]
        assert stopped.holds
        assert stopped.values == {"reason": "gone"}


async def test_space_is_warned_of_before_it_is_used() -> None:
    for used, holds in ((74, False), (77, None), (80, True), (99, True)):
        space = (await found(report(RecorderState.RECORDING, used)))["recording_space"]
        assert space.holds is holds
        assert space.severity is AlarmSeverity.WARNING


async def test_an_event_that_is_not_to_be_recorded_raises_none() -> None:
    assert not await found(None, record=False)


async def test_copies_that_fail_are_one_until_something_arrives() -> None:
    failed = UploadReport(UploadState.FAILED, "talks", 0, 100, "AccessDenied", 1)
    again = replace(failed, state=UploadState.SENDING, reason="")
    arrives = replace(again, sent_bytes=10, failures=0)
    async with EmbeddedBus(None) as bus:
        watched = WatchedCopies(bus)

        async def judged(report: UploadReport) -> AlarmFinding:
            name = recording_keys.upload_report("talk")
            await bus.put(name, report.to_json())
            while True:
                found = list(watched.findings(EVENT, NOW_MS))
                if found and found[0].holds is (report.failures > 0):
                    return found[0]
                await bus.probe()

        async with background_task(watched.run(), name="watched"), deadline(10):
            assert (await judged(failed)).values == {"bucket": "talks", "reason": "AccessDenied"}
            assert (await judged(again)).severity is AlarmSeverity.WARNING
            await judged(arrives)
            assert list(watched.failing) == ["talk"]
            for now_ms in (NOW_MS + 39_000, NOW_MS + 41_000):
                assert list(watched.findings(EVENT, now_ms))
            assert not list(watched.failing)


async def test_copies_of_deleted_events_that_stay_are_one_of_the_installation() -> None:
    async with EmbeddedBus(None) as bus:
        watched = WatchedCopies(bus)
        assert not list(watched.of_installation())
        async with background_task(watched.run(), name="watched"), deadline(10):
            for left, holds in (
                (CopiesLeft("talks", 2, "AccessDenied"), True),
                (CopiesLeft("talks"), False),
            ):
                await bus.put(recording_keys.COPIES_LEFT, left.to_json())
                while [one.holds for one in watched.of_installation()] != [holds]:
                    await bus.probe()
