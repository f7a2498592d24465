"""`python -m tests.interpreter.lag`: the delay of the local interpreter, by number of cores.

Human speech is played in real time to `broadcaster interpreter` on some of the cores: one session
writes the captions of the floor, one interprets into a language with a natural voice, others into
languages that it has no natural voice for, which therefore cost as little as written ones. A delay
begins where the word, or the last word of the phrase, ends in the sound. It ends where the client
has the text, and where it has the first sound of the voice. `--written` and `--spoken` name
languages that this machine can translate into: by Apertium, or by models in `--models`.
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.benchmarks.cpu import cpu_ns, family
from tests.benchmarks.tables import Table, write
from tests.interpreter.documents import DOCUMENT
from tests.interpreter.human_speech import plain_words, word_errors
from tests.interpreter.spoken_words import Delays, Place, Speech, speech
from tests.rehearsal.realtime_client import TRANSCRIPTION, RealtimeClient
from tests.rehearsal.session_client import KEY
from tests.rehearsal.translation_client import URL, TranslationClient
from tests.support.processes import started

FRAME_S = 0.2
_FRAME_BYTES = round(FRAME_S * 48_000)
_MODEL = {"model": "gpt-live-transcribe"}
_AFTERWARDS_S = 20.0
"""Time after the last word until the sessions are closed."""
_SETTLED_MS = 500
"""The interpreter says of a text that it interprets all up to this long after its last word."""
_ITEM = "conversation.item.input_audio_transcription.delta"


@dataclass
class Channel:
    """The events of one session.

    Attributes:
        name: the language, or `floor`.
        place: in the speech, by the original words that the session has told.
        texts: delays of its text.
        sounds: delays of its voice.
        heard: the text of the speaker that a transcription has told, in which a delta may end
            within a word.
    """

    name: str
    place: Place
    texts: Delays = field(default_factory=Delays)
    sounds: Delays = field(default_factory=Delays)
    heard: str = ""
    _item: str = ""
    _waits_for_text: bool = False
    _unspoken: list[tuple[int, float]] = field(default_factory=list)
    """The ms of the sound at which written phrases end, and their ends in the speech."""
    _spoken_ms: int = 0

    def take(self, event: dict[str, Any], now_s: float) -> None:
        """One event of the session, seconds after the speech began."""
        match event["type"]:
            case kind if kind == _ITEM:
                self.heard += (
                    event["delta"] if event["item_id"] == self._item else " " + event["delta"]
                )
                self._item = event["item_id"]
                for end_s in self.place.read(event["delta"]):
                    self.texts.add(end_s, now_s)
            case "session.input_transcript.delta":
                self.place.read(event["delta"])
                self._waits_for_text = True
            case "session.output_transcript.delta" if self._waits_for_text:
                self._waits_for_text = False
                if self.place.end_s is not None:
                    self.texts.add(self.place.end_s, now_s)
                    self._unspoken.append((event["elapsed_ms"], self.place.end_s))
            case "session.output_audio.delta" if _sounds(event):
                self._sound(event["elapsed_ms"], now_s)

    def _sound(self, place_ms: int, now_s: float) -> None:
        """Sound that interprets this place: is it the first of its phrase?"""
        if place_ms < self._spoken_ms:
            return
        while self._unspoken:
            ends_ms, end_s = self._unspoken.pop(0)
            if place_ms < ends_ms - _SETTLED_MS:
                self._spoken_ms = ends_ms - _SETTLED_MS
                self.sounds.add(end_s, now_s)
                return


def _sounds(event: dict[str, Any]) -> bool:
    return bool(event["delta"].rstrip("=").strip("A"))


@asynccontextmanager
async def interpreter(cores: int, models: str) -> AsyncIterator[tuple[str, int]]:
    """`broadcaster interpreter` on the first cores; yields its address and process number."""
    places = ",".join(map(str, range(cores)))
    command = ["taskset", "-c", places, sys.executable, "-m", "tests.interpreter.uncached"]
    command += ["interpreter", "--port", "0", *(["--models", models] if models else [])]
    async with started(command) as process:
        ready = await process.line(r'^\{"port"')
        print(*process.lines, sep="", end="", flush=True)
        yield f"http://127.0.0.1:{json.loads(ready.string)['port']}", process.process.pid


@asynccontextmanager
async def opened(url: str, language: str) -> AsyncIterator[TranslationClient | RealtimeClient]:
    """A session that waits for sound; `floor` is a transcription."""
    path = TRANSCRIPTION if language == "floor" else URL
    async with (
        aiohttp.ClientSession(url) as http,
        http.ws_connect(path, headers=KEY, max_msg_size=0) as socket,
    ):
        if language == "floor":
            writing = RealtimeClient(socket)
            await writing.until("session.created")
            audio = {"input": {"transcription": _MODEL}}
            session = {"type": "transcription", "audio": audio}
            await writing.send("session.update", session=session)
            yield writing
        else:
            speaking = TranslationClient(socket)
            await speaking.until("session.created")
            await speaking.configure(language, transcription=True)
            yield speaking


async def played(
    said: Speech, clients: Sequence[TranslationClient | RealtimeClient], began_s: float
) -> None:
    """Play the speech to all sessions in real time, and commit in pauses what has to be."""
    pauses = iter([*said.pauses_s, float("inf")])
    pause_s = next(pauses)
    silent = bytes(round(_AFTERWARDS_S * 48_000))
    for number, at in enumerate(range(0, len(said.pcm + silent), _FRAME_BYTES)):
        due_s = began_s + (number + 1) * FRAME_S
        await asyncio.sleep(max(0.0, due_s - time.monotonic()))
        frame = (said.pcm[at : at + _FRAME_BYTES]).ljust(_FRAME_BYTES, b"\0")
        committing = (number + 1) * FRAME_S > pause_s + FRAME_S
        pause_s = next(pauses) if committing else pause_s
        for client in clients:
            await client.append(frame)
            if committing and isinstance(client, RealtimeClient):
                await client.send("input_audio_buffer.commit")


async def _read(
    client: TranslationClient | RealtimeClient, channel: Channel, began_s: float
) -> None:
    async for message in client.socket:
        channel.take(json.loads(message.data), time.monotonic() - began_s)


async def measured(
    said: Speech, cores: int, languages: Sequence[str], models: str
) -> list[tuple[str, ...]]:
    """The rows of one number of cores."""
    channels = [Channel(name, Place(said.words)) for name in ("floor", *languages)]
    async with interpreter(cores, models) as (url, pid), AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(opened(url, one.name)) for one in channels]
        began_s, began_ns = time.monotonic(), cpu_ns(family(pid))
        async with asyncio.TaskGroup() as tasks:
            readers = [
                tasks.create_task(_read(client, channel, began_s), name=f"read {channel.name}")
                for client, channel in zip(clients, channels, strict=True)
            ]
            await played(said, clients, began_s)
            spent_s = (cpu_ns(family(pid)) - began_ns) / 1e9
            for reader in readers:
                reader.cancel()
    heard = plain_words(channels[0].heard)
    errors = word_errors([word for word, _ in said.words], heard) / len(said.words)
    print(f"{len(said.words)} words: {errors:.1%} word errors on the floor", flush=True)
    for one in channels:
        if not one.texts.delays_s:
            print(f"{one.name}: this machine does not translate into it", flush=True)
    spent = f"{spent_s / (len(said.pcm) / 48_000):.2f}"
    return [
        (str(cores), one.name, *one.texts.cells(), *one.sounds.cells()[1:], spent)
        for one in channels
        if one.texts.delays_s
    ]


async def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.interpreter.lag")
    parser.add_argument("--minutes", type=float, default=20.0, help="for each number of cores")
    parser.add_argument("--cores", type=int, nargs="*", default=[1, 2])
    parser.add_argument("--spoken", default="es", help="a language with a natural voice")
    parser.add_argument("--written", nargs="*", default=["ca", "gl"], help="others")
    parser.add_argument("--models", default="", help="a folder with models")
    parser.add_argument("--write", action="store_true", help=f"into {DOCUMENT.name}")
    options = parser.parse_args()
    said = speech(options.minutes * 60)
    rows = list[tuple[str, ...]]()
    for cores in options.cores:
        languages = (options.spoken, *options.written)
        of_these = await measured(said, cores, languages, options.models)
        print(*(" | ".join(row) for row in of_these), sep="\n", flush=True)
        rows += of_these
    table = Table(
        "lag",
        f"Delay by number of cores, {options.minutes:g} minutes of human speech each",
        f"python -m tests.interpreter.lag --minutes {options.minutes:g} --write",
        (
            *("cores", "channel", "times", "text p50", "text p95", "text, a minute"),
            *("voice p50", "voice p95", "voice, a minute", "cores in use"),
        ),
        tuple(rows),
        "From the end of a word (floor) or of a phrase (languages) in the sound. *A minute* is how "
        "much the delay grows in one.",
    )
    print(table.markdown())
    if options.write:
        write(table, DOCUMENT)


if __name__ == "__main__":
    asyncio.run(main())
