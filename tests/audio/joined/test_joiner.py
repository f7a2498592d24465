"""One file of several channels and parts, as libav reads it."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest

from broadcaster.archive.channel_file import ChannelFile
from broadcaster.audio.joined.order import (
    Container,
    JoinedTrack,
    JoinOrder,
    Stretch,
    Subtitle,
)
from broadcaster.audio.opus import OpusEncoder
from broadcaster.model.audio import CLOCK_HZ, AudioFrame, Kind
from tests.support.sound import Samples

FRAME = 1_440
START = 10 * CLOCK_HZ
SECOND = START + 8 * CLOCK_HZ
END = SECOND + 3 * CLOCK_HZ - 777
"""Within a packet."""


def record(path: Path, start: int, end: int, tone_hz: float) -> Stretch:
    """A file with a tone."""
    file = ChannelFile(path, start, 1, {})
    encoder = OpusEncoder(FRAME)
    for position in range(start, end, FRAME):
        times = np.arange(position, position + FRAME) / CLOCK_HZ
        wave = 8_000 * np.sin(2 * np.pi * tone_hz * times)
        packet = encoder.encode(wave.astype("<i2").tobytes())
        file.push(AudioFrame(Kind.OPUS, 0, position, packet))
    file.end(end)
    return Stretch(str(path), start)


@pytest.fixture(scope="module")
def order(tmp_path_factory: pytest.TempPathFactory) -> JoinOrder:
    """Two parts with a gap; Spanish was added for the second one."""
    folder = tmp_path_factory.mktemp("parts")
    first = record(folder / "1.ogg", START, START + 4 * CLOCK_HZ, 440)
    second = record(folder / "2.ogg", SECOND, END, 440)
    added = record(folder / "3.ogg", SECOND, END, 300)
    said = (Subtitle(500, 2_000, "Water & life"), Subtitle(8_250, 9_900, "two\nlines"))
    dicho = (Subtitle(8_300, 9_950, "El agua"),)
    tracks = (
        JoinedTrack("Original", "eng", (first, second), said),
        JoinedTrack("Spanish", "spa", (added,), dicho),
    )
    return JoinOrder("Wasser", "AI wrote these captions.", START, END, tracks)


def joined(order: JoinOrder) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "broadcaster.audio.joined.joiner"]
    return subprocess.run(command, input=order.to_json(), capture_output=True, check=False)


@pytest.fixture(scope="module")
def path(order: JoinOrder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file that the process has written to its pipe."""
    done = joined(order)
    assert done.returncode == 0
    made = tmp_path_factory.mktemp("joined") / "talk.mkv"
    made.write_bytes(done.stdout)
    return made


def sound_of(path: Path, track: int) -> Samples:
    with av.open(str(path), "r") as file:
        frames = file.decode(file.streams.audio[track])
        return np.concatenate([frame.to_ndarray().mean(axis=0) for frame in frames])


def loud_s(sound: Samples) -> list[tuple[float, float]]:
    """From when to when something is heard, in tenths of a second."""
    tenths = np.abs(sound[: len(sound) // 4_800 * 4_800]).reshape(-1, 4_800).max(axis=1) > 0.05
    edges = np.flatnonzero(np.diff(np.concatenate([[0], tenths.astype(int), [0]])))
    return [(float(a) / 10, float(b) / 10) for a, b in edges.reshape(-1, 2)]


def test_all_channels_are_tracks_that_line_up(path: Path) -> None:
    length_s = (END - START) / CLOCK_HZ
    with av.open(str(path), "r") as file:
        assert file.duration == pytest.approx(length_s * 1e6, abs=1_000)
        assert file.metadata["title"] == "Wasser"
        assert [one.type for one in file.streams] == ["audio", "audio", "subtitle", "subtitle"]
        names = [(one.metadata["language"], one.metadata["title"]) for one in file.streams]
        assert names == 2 * [("eng", "Original"), ("spa", "Spanish")]
        defaults = [bool(one.disposition & one.disposition.default) for one in file.streams]
        assert defaults == [True, False, False, False]
        assert {one.codec_context.name for one in file.streams.audio} <= {"opus", "libopus"}
    for track, heard in enumerate(([(0, 4), (8, 10.9)], [(8, 10.9)])):
        sound = sound_of(path, track)
        assert len(sound) / 48_000 == pytest.approx(length_s, abs=0.003)
        for (begin, end), (wanted_begin, wanted_end) in zip(loud_s(sound), heard, strict=True):
            assert begin == pytest.approx(wanted_begin, abs=0.11)
            assert end == pytest.approx(wanted_end, abs=0.11)


def test_subtitles_keep_their_times(order: JoinOrder, path: Path) -> None:
    with av.open(str(path), "r") as file:
        found: dict[int, list[Subtitle]] = {}
        for packet in file.demux(file.streams.subtitles):
            if packet.size and packet.pts is not None and packet.duration is not None:
                end_ms = packet.pts + packet.duration
                text = bytes(packet).decode()
                track = packet.stream_index - len(order.tracks)
                found.setdefault(track, []).append(Subtitle(packet.pts, end_ms, text))
    for number, wanted_track in enumerate(order.tracks):
        for one, wanted in zip(found[number], wanted_track.subtitles, strict=True):
            assert one.text == wanted.text
            times = (one.start_ms, one.end_ms)
            assert times == pytest.approx((wanted.start_ms, wanted.end_ms), abs=8)


def test_mp4_has_the_same_tracks_and_times(order: JoinOrder, path: Path, tmp_path: Path) -> None:
    done = joined(replace(order, container=Container.MP4))
    assert done.returncode == 0
    made = tmp_path / "talk.mp4"
    made.write_bytes(done.stdout)
    with av.open(str(made), "r") as file:
        assert [one.codec.name for one in file.streams] == [*["opus"] * 2, *["mov_text"] * 2]
        names = [(one.metadata["language"], one.metadata["name"]) for one in file.streams]
        assert names == 2 * [("eng", "Original"), ("spa", "Spanish")]
        assert file.metadata["title"] == "Wasser"
        found: dict[int, list[tuple[float, float, str]]] = {}
        for packet in file.demux(file.streams.subtitles):
            if packet.size > 2 and packet.pts is not None and packet.duration is not None:
                begin_ms = float(packet.pts * packet.time_base * 1_000)
                lasts_ms = float(packet.duration * packet.time_base * 1_000)
                place = packet.stream_index - len(order.tracks)
                text = bytes(packet)[2:].decode()
                found.setdefault(place, []).append((begin_ms, begin_ms + lasts_ms, text))
    for number, track in enumerate(order.tracks):
        wanted = [(one.start_ms, one.end_ms, one.text) for one in track.subtitles]
        assert [text for *_, text in found[number]] == [text for *_, text in wanted]
        for one, other in zip(found[number], wanted, strict=True):
            assert one[:2] == pytest.approx(other[:2], abs=8)
    for number in range(len(order.tracks)):
        sound, matroska = sound_of(made, number), sound_of(path, number)
        assert np.ravel(loud_s(sound)) == pytest.approx(np.ravel(loud_s(matroska)), abs=0.11)
        assert abs(len(sound) - len(matroska)) <= 2 * FRAME  # the end of the last packet


def test_a_file_that_is_gone_ends_the_process(order: JoinOrder) -> None:
    gone = replace(order.tracks[0], stretches=(Stretch("/nowhere/1.ogg", START),))
    done = joined(replace(order, tracks=(gone,)))
    assert done.returncode == 1
    assert done.stderr == b"No such file or directory\n"
