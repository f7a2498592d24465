"""Runs sound checks, one for each event at a time, and keeps the last report of each."""

import asyncio
import logging
import secrets
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from broadcaster.desk.check.address import check_address
from broadcaster.desk.check.engines import EngineGathering
from broadcaster.desk.check.microphone import check_microphone
from broadcaster.desk.check.server import check_disk, check_store
from broadcaster.desk.check.translation import check_translations
from broadcaster.desk.warnings import InterpreterFacts
from broadcaster.errors import BusUnavailable, VersionConflict
from broadcaster.model import keys
from broadcaster.model.check import check_keys
from broadcaster.model.check.engines import EngineOrder
from broadcaster.model.check.heard import ask_heard_sound
from broadcaster.model.check.report import CheckReport, CheckResult
from broadcaster.model.event import Event
from broadcaster.model.ports import Bus, Clock
from broadcaster.model.status import STATUS_INTERVAL_S, FloorStatus, statuses

log = logging.getLogger("broadcaster.desk")

DEADLINE_S = 40.0
"""A report that runs for longer was left by a process that died."""
LEAST_INTERVAL_S = 3.0
"""A check that is asked for sooner after the last one gets the last one's report."""
MOST_AT_ONCE = 8
_SAVE_AGAIN_S = 1.0
_PARTS = ("engines", "translation", "microphone", "server", "address")
"""The order in which the verdicts are shown."""


class CheckRunner:
    """The sound checks that this process runs.

    Args:
        bus: has the reports, and reaches the stages.
        clock: time.
        data_dir: whose disk is looked at.
        public_url: beginning of all links; None if it is not set.
        facts: the provider that interprets.
    """

    def __init__(
        self,
        bus: Bus,
        clock: Clock,
        data_dir: Path,
        public_url: str | None,
        facts: InterpreterFacts,
    ) -> None:
        self._bus = bus
        self._clock = clock
        self._data_dir = data_dir
        self._public_url = public_url
        self._facts = facts
        self._tasks = asyncio.TaskGroup()
        self._running = 0

    async def run(self) -> None:
        """Own the checks until cancelled."""
        async with self._tasks:
            await asyncio.get_running_loop().create_future()

    async def read(self, event_id: str) -> CheckReport | None:
        """The last report about an event; None if it was never checked.

        Raises:
            BusUnavailable: the broker does not answer.
        """
        return (await self._stored(event_id))[0]

    async def heard(self, event_id: str) -> bytes:
        """The last seconds of a speaker's sound, as a WAV file.

        Raises:
            NothingHeard: no sound has come.
        """
        return await ask_heard_sound(self._bus, event_id)

    async def start(self, event: Event, base: str) -> CheckReport:
        """Start a check, unless one runs or has just ended; returns the report so far.

        Args:
            event: what is checked.
            base: beginning of the links, as the request that asked has it.

        Raises:
            BusUnavailable: the broker does not answer.
        """
        report, version = await self._stored(event.id)
        now_ms = self._clock.now_ms()
        if report is not None:
            least_s = DEADLINE_S if report.running else LEAST_INTERVAL_S
            if now_ms - report.started_at_ms < least_s * 1_000:
                return report
        if self._running >= MOST_AT_ONCE:
            return report or CheckReport("", now_ms, running=False)
        new = CheckReport(secrets.token_hex(8), now_ms)
        try:
            await self._bus.put(check_keys.check_record(event.id), new.to_json(), version)
        except VersionConflict:  # another process was quicker
            return (await self.read(event.id)) or new
        self._running += 1
        check = _RunningCheck(new, event, self._bus, self._clock, self._facts)
        task = self._tasks.create_task(
            check.run(self._data_dir, self._public_url, base), name=f"sound check:{event.id}"
        )
        task.add_done_callback(self._ended)
        return new

    def _ended(self, _task: "asyncio.Task[None]") -> None:
        self._running -= 1

    async def _stored(self, event_id: str) -> tuple[CheckReport | None, int]:
        record = await self._bus.get(check_keys.check_record(event_id))
        if record is None:
            return None, 0
        try:
            return CheckReport.from_json(record.value), record.version
        except ValueError:
            return None, record.version


class _RunningCheck:
    """One check; each verdict is stored as soon as it is known."""

    def __init__(
        self, report: CheckReport, event: Event, bus: Bus, clock: Clock, facts: InterpreterFacts
    ) -> None:
        self._report = report
        self._event = event
        self._bus = bus
        self._clock = clock
        self._facts = facts
        self._verdicts: dict[str, list[CheckResult]] = {}
        self._changed = asyncio.Event()

    async def run(self, data_dir: Path, public_url: str | None, base: str) -> None:
        """Run all checks at the same time."""
        order = EngineOrder(self._report.id, self._event.id)
        engines = EngineGathering(
            self._bus, self._clock, order, lambda found: self._show("engines", found)
        )
        self._show("translation", check_translations(self._event, self._facts))
        async with asyncio.TaskGroup() as parts:
            saving = parts.create_task(self._save_changes(), name="sound check: report")
            async with asyncio.TaskGroup() as checks:
                checks.create_task(engines.run(), name="sound check: engines")
                checks.create_task(self._check_microphone(), name="sound check: microphone")
                checks.create_task(self._check_server(data_dir), name="sound check: server")
                checks.create_task(
                    self._check_address(public_url, base), name="sound check: address"
                )
            saving.cancel()
        self._report = replace(self._report, running=False)
        await self._save()

    async def _check_microphone(self) -> None:
        floor = None
        try:
            async with (
                asyncio.timeout(2.5 * STATUS_INTERVAL_S),
                self._bus.subscribe(keys.status(self._event.id)) as messages,
            ):
                async for status in statuses(messages):
                    if isinstance(status, FloorStatus):
                        floor = status
                        break
        except TimeoutError:
            pass
        self._show("microphone", [check_microphone(floor)])

    async def _check_server(self, data_dir: Path) -> None:
        with suppress(BusUnavailable):  # the status says so
            await self._bus.probe()
        store = check_store(self._bus.store_status())
        disk = await asyncio.to_thread(check_disk, data_dir)
        self._show("server", [store, disk])

    async def _check_address(self, public_url: str | None, base: str) -> None:
        found = await check_address(public_url or base, given=public_url is not None)
        self._show("address", found)

    def _show(self, part: str, found: list[CheckResult]) -> None:
        self._verdicts[part] = found
        results = tuple(one for name in _PARTS for one in self._verdicts.get(name, ()))
        self._report = replace(self._report, results=results)
        self._changed.set()

    async def _save_changes(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            await self._save()
            await self._clock.sleep(0.2)

    async def _save(self) -> None:
        """Write the report; when the broker does not answer, the last one is written later."""
        for _ in range(3):
            try:
                await self._bus.put(check_keys.check_record(self._event.id), self._report.to_json())
            except BusUnavailable as error:
                log.warning("the report of a sound check is not stored: %s", error.message)
                await self._clock.sleep(_SAVE_AGAIN_S)
            else:
                return
