"""The rehearsal server in this process and in virtual time, in which its workers take no time."""

from collections import defaultdict, deque
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from typing import Any

import pytest

from broadcaster.rehearsal.hearing.stream import RecognisedStream
from broadcaster.rehearsal.server import create_app
from broadcaster.rehearsal.sessions.session import RehearsalSettings
from broadcaster.rehearsal.worker_process import WorkerProcess
from tests.support.virtual_time import LoopClock, outside_work
from tests.support.web import on_loopback


@asynccontextmanager
async def virtual_rehearsal(expires_s: float) -> AsyncIterator[str]:
    """Serve inside the context; yields the base URL.

    Args:
        expires_s: longest duration of a session.
    """
    clock = LoopClock()
    settings = RehearsalSettings(expires_s=expires_s, now_s=lambda: clock.now_ms() / 1000)
    with workers_take_no_time():
        async with on_loopback(create_app(settings)) as url:
            yield f"{url}/v1"


@contextmanager
def workers_take_no_time() -> Iterator[None]:
    """The clock stands still while a worker owes an answer; each message has one."""
    owed: defaultdict[RecognisedStream, deque[ExitStack]] = defaultdict(deque)
    patiently, run = WorkerProcess.patiently, RecognisedStream.run
    send, answer = RecognisedStream._send, RecognisedStream._answer

    async def wait_for_worker(worker: WorkerProcess, answer: Awaitable[Any]) -> Any:
        with outside_work():
            return await patiently(worker, answer)

    def send_to_worker(stream: RecognisedStream, pcm: bytes) -> None:
        send(stream, pcm)
        work = ExitStack()
        work.enter_context(outside_work())
        owed[stream].append(work)

    def take_answer(stream: RecognisedStream, answered: dict[str, Any]) -> None:
        answer(stream, answered)
        owed[stream].popleft().close()

    async def run_to_the_end(stream: RecognisedStream) -> None:
        try:
            await run(stream)
        finally:
            for work in owed.pop(stream, ()):
                work.close()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WorkerProcess, "patiently", wait_for_worker)
        patch.setattr(RecognisedStream, "_send", send_to_worker)
        patch.setattr(RecognisedStream, "_answer", take_answer)
        patch.setattr(RecognisedStream, "run", run_to_the_end)
        yield
