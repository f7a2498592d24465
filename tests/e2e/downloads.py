"""Transcripts of the prepared talk after its broadcast: read by tools of others, and in time."""

import asyncio
import io
import json
import zipfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median
from xml.etree import ElementTree as ET

import pysubs2
import srt
import ttconv.imsc.reader
import webvtt

from broadcaster.rehearsal import talk
from tests.support.deadline import deadline
from tests.transcripts.validators import keeps_ebu_tt_d, read_by_w3c

Get = Callable[[str], Awaitable[bytes]]
Timed = list[tuple[int, str]]
"""Subtitles: each with its start in ms, and its text without spaces."""

PATH = "/api/events/talk"
EARLY_MS, LATE_MS = 300, 1_800
"""A caption of the original is at most 0.8 s late, see docs/interpretation.md; a subtitle may wait
one more second until the one before it is read."""
FEWEST = 3
BEGINNING = 14
"""Letters by which a sentence is found."""
SENTENCES = talk.load().sentences


async def check_downloads(get: Get, folder: Path) -> None:
    """Check all files on both clocks, and print what was valid and how late the subtitles are.

    Args:
        get: downloads a file of the event.
        folder: for files that another program reads.
    """
    files = {clock: await packed_files(get, clock) for clock in ("heard", "original")}
    await asyncio.to_thread(validate, files, folder)
    floor = subtitles(files["heard"], "floor")
    captions = json.loads(files["heard"]["talk-floor.json"])["captions"]
    written = [(one["start_ms"], plain(one["text"])) for one in captions]
    # The publisher began to play at some time, which half of the captions tell or more.
    began_ms = int(median(late_ms(written, {plain(one.text): one.start_ms for one in SENTENCES})))
    said = {plain(one.text): began_ms + one.start_ms for one in SENTENCES}
    in_spanish = {
        plain(one.translations["es"]): began_ms + one.start_ms
        for one in SENTENCES
        if "es" in one.translations
    }
    report("original", late_ms(floor, said))
    report(
        "Spanish, clock of the original", late_ms(subtitles(files["original"], "es"), in_spanish)
    )
    heard = subtitles(files["heard"], "es")
    assert all(at_ms > in_spanish.get(text, 0) for at_ms, text in heard)
    both = list(srt.parse((await get(f"{PATH}/transcript/floor.srt?with=es")).decode()))
    assert max(one.content.count("\n") for one in both) == 1


async def packed_files(get: Get, clock: str) -> dict[str, bytes]:
    """All files, of which one is what it is alone. Booths may still write their last words."""
    alone, whole, again = b"", b"", None
    async with deadline():
        while alone != again:
            alone = await get(f"{PATH}/transcript/es.vtt?clock={clock}")
            whole = await get(f"{PATH}/transcripts.zip?clock={clock}")
            again = await get(f"{PATH}/transcript/es.vtt?clock={clock}")
    packed = zipfile.ZipFile(io.BytesIO(whole))
    files = {name: packed.read(name) for name in packed.namelist()}
    assert files["talk-es.vtt"] == alone
    return files


def validate(files: dict[str, dict[str, bytes]], folder: Path) -> None:
    """Let validators read all subtitles, those of two languages too."""
    paths: list[Path] = []
    valid = dict.fromkeys(("srt", "vtt", "ttml"), 0)
    for clock, packed in files.items():
        for name, content in packed.items():
            match name.rpartition(".")[2]:
                case "srt":
                    assert list(srt.parse(content.decode(), ignore_errors=False)), name
                    assert pysubs2.SSAFile.from_string(content.decode(), format_="srt"), name
                    valid["srt"] += 1
                case "ttml":
                    keeps_ebu_tt_d(ET.fromstring(content))
                    valid["ttml"] += 1
                case "vtt":
                    paths.append(folder / f"{clock}-{name}")
                    paths[-1].write_bytes(content)
                    valid["vtt"] += 1
    assert [one["errors"] for one in read_by_w3c(paths)] == [[] for _ in paths]
    counted = ", ".join(f"{count} {kind.upper()}" for kind, count in valid.items())
    print(f"valid: {counted}")


def subtitles(files: dict[str, bytes], channel: str) -> Timed:
    """A channel's subtitles, which are the same in all three formats."""
    text = {one: files[f"talk-{channel}.{one}"].decode() for one in ("srt", "vtt", "ttml")}
    found = [
        (round(one.start.total_seconds() * 1_000), plain(one.content))
        for one in srt.parse(text["srt"], ignore_errors=False)
    ]
    read = webvtt.from_string(text["vtt"])
    assert [plain(one.text) for one in read.captions] == [one for _, one in found]
    document = ttconv.imsc.reader.to_model(ET.ElementTree(ET.fromstring(text["ttml"])))
    blocks = list(next(iter(document.get_body())))
    assert [round(one.get_begin() * 1_000) for one in blocks] == [at_ms for at_ms, _ in found]
    return found


def late_ms(found: Timed, said: dict[str, int]) -> list[int]:
    """How late the subtitles are that begin with a sentence."""
    starts = {text[:BEGINNING]: at_ms for text, at_ms in said.items()}
    late: list[int] = []
    seen: set[str] = set()
    for at_ms, text in found:
        beginning = text[:BEGINNING]
        if beginning in starts and beginning not in seen:  # the talk is played in a loop
            seen.add(beginning)
            late.append(at_ms - starts[beginning])
    return late


def report(name: str, late: list[int]) -> None:
    """Print and check how late subtitles are."""
    print(f"{name}: {len(late)} sentences, {min(late)} to {max(late)} ms late")
    assert len(late) >= FEWEST
    assert -EARLY_MS <= min(late) <= max(late) <= LATE_MS


def plain(text: str) -> str:
    return "".join(text.split())
