"""The process that recognises a stream, fed in real time or as fast as it reads."""

import asyncio
import json
import struct
import time
from dataclasses import dataclass

from broadcaster.rehearsal.hearing.recognition import Recognition
from broadcaster.rehearsal.patience import cpu_s_of
from broadcaster.rehearsal.wire.constants import BYTES_PER_MS
from broadcaster.rehearsal.worker_process import WorkerProcess

WORKER = "broadcaster.rehearsal.whisper.stream_worker"
FRAME_MS = 200


@dataclass(frozen=True)
class Report:
    """Something that was heard, and when it was reported, on the clock of the sound."""

    at_ms: float
    heard: Recognition


@dataclass(frozen=True)
class Listening:
    """All reports about a sound.

    Attributes:
        reports: in their order.
        cpu_s: processor time of the recogniser without its start.
    """

    reports: list[Report]
    cpu_s: float

    def phrases(self) -> list[Recognition]:
        """The whole phrases."""
        return [one.heard for one in self.reports if one.heard.kind == "words"]

    def text(self) -> str:
        """Everything that was said."""
        return " ".join(one.text for one in self.phrases())


async def listen(pcm: bytes, *, real_time: bool, models_dir: str = "") -> Listening:
    """Have a sound recognised.

    Args:
        pcm: s16le mono 24 kHz.
        real_time: feed it as a stage does, once the recogniser is loaded.
        models_dir: a folder with models.
    """
    arguments = [models_dir] if models_dir else []
    async with await WorkerProcess.start_module(WORKER, *arguments) as worker:
        await _ask(worker, b"")
        while not json.loads(await worker.output.readline())["flushed"]:
            pass
        began_cpu_s = await _cpu_s(worker)
        reports: list[Report] = []
        reading = asyncio.create_task(_read(worker, reports, began_s := time.monotonic()))
        for number, at in enumerate(range(0, len(pcm), FRAME_MS * BYTES_PER_MS)):
            if real_time:
                due_s = began_s + (number + 1) * FRAME_MS / 1000
                await asyncio.sleep(max(0.0, due_s - time.monotonic()))
            await _ask(worker, pcm[at : at + FRAME_MS * BYTES_PER_MS])
        await _ask(worker, b"")
        await reading
        return Listening(reports, await _cpu_s(worker) - began_cpu_s)


async def _cpu_s(worker: WorkerProcess) -> float:
    return await asyncio.to_thread(cpu_s_of, worker._process.pid) or 0.0


async def _ask(worker: WorkerProcess, pcm: bytes) -> None:
    worker.input.write(struct.pack("!I", len(pcm)) + pcm)
    await worker.input.drain()


async def _read(worker: WorkerProcess, reports: list[Report], began_s: float) -> None:
    while line := await worker.output.readline():
        answer = json.loads(line)
        now_ms = (time.monotonic() - began_s) * 1000
        reports += [Report(now_ms, Recognition(**one)) for one in answer["heard"]]
        if answer["flushed"]:
            return
