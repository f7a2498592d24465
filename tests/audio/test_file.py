"""Playable parts of a file are played, whatever is wrong with the rest."""

import os
import random
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from broadcaster.audio.file import Damage, examine, read_pcm
from broadcaster.errors import CannotPlay
from tests.support.browser import write_wav
from tests.support.sound import matches, samples
from tests.support.sound_files import damaged, encoded, joined, picture, silent_film
from tests.webrtc.support import voice

SECONDS = 20
CODECS = {
    "mp3": "libmp3lame",
    "ogg": "libopus",
    "flac": "flac",
    "wav": "pcm_s16le",
    "ts": "aac",
    "m4a": "aac",
    "mka": "libopus",
}


def seconds_of(path: Path, damage: Damage | None = None) -> float:
    return sum(map(len, read_pcm(path, damage))) / 48_000


def spoken(seconds: float = SECONDS, rate_hz: int = 48_000) -> NDArray[np.int16]:
    return voice(seconds, rate_hz)


@pytest.mark.parametrize("ending", CODECS)
def test_a_whole_file_is_played_whole(tmp_path: Path, ending: str) -> None:
    path = encoded(tmp_path / f"a.{ending}", CODECS[ending], spoken(4), layout="stereo")
    damage = Damage()
    assert seconds_of(path, damage) == pytest.approx(4, abs=0.1)
    assert damage == Damage()
    assert examine(path).notes == ()


@pytest.mark.parametrize("ending", CODECS)
def test_a_damaged_file_is_played_to_its_end(tmp_path: Path, ending: str) -> None:
    whole = encoded(tmp_path / f"a.{ending}", CODECS[ending], spoken(), layout="stereo")
    said = samples(b"".join(read_pcm(whole)))
    for seed in range(4):
        path = damaged(tmp_path / f"b.{ending}", whole, seed)
        heard = samples(b"".join(read_pcm(path)))
        assert len(heard) / 24_000 > SECONDS / 2, seed
        last = matches(heard[-60_000:-12_000], said)
        assert last[-1].r > 0.8, seed
        assert last[-1].found_s > SECONDS - 4, seed


@pytest.mark.parametrize(("channels", "right"), [(1, 1), (2, -1), (2, 0)])
def test_both_channels_are_read_as_they_are(tmp_path: Path, channels: int, right: int) -> None:
    sound = spoken(2, 24_000)
    path = tmp_path / "a.wav"
    pair = np.stack((sound, right * sound), axis=1) if channels == 2 else sound
    with wave.open(str(path), "wb") as file:
        file.setparams((channels, 2, 24_000, 0, "NONE", ""))
        file.writeframes(pair.astype("<i2").tobytes())
    heard = samples(b"".join(read_pcm(path, layout="stereo"))).reshape(-1, 2)
    assert np.array_equal(heard[:, 0], sound)
    assert np.array_equal(heard[:, 1], right * sound)


def test_damaged_frames_are_counted(tmp_path: Path) -> None:
    whole = encoded(tmp_path / "a.mp3", "libmp3lame", spoken(), layout="stereo")
    damage = Damage()
    for seed in range(4):
        seconds_of(damaged(tmp_path / "b.mp3", whole, seed), damage)
    assert 4 <= damage.frames < 40, "of 24 holes; the codec mends those outside of headers"
    assert not damage.unread


def test_every_link_of_a_chained_ogg_is_played(tmp_path: Path) -> None:
    links = [
        encoded(tmp_path / "a.ogg", "libopus", spoken(2), layout="stereo"),
        encoded(tmp_path / "b.ogg", "libopus", spoken(3)),
        encoded(tmp_path / "c.ogg", "flac", spoken(2, 44_100), 44_100),
    ]
    path = joined(tmp_path / "chain.ogg", *links, *links)
    damage = Damage()
    assert seconds_of(path, damage) == pytest.approx(14, abs=0.2)
    assert damage == Damage()


def test_a_broken_link_costs_only_itself(tmp_path: Path) -> None:
    good = encoded(tmp_path / "a.ogg", "libopus", spoken(2))
    broken = bytearray(good.read_bytes())
    broken[28:60] = bytes(32)
    bad = tmp_path / "bad.ogg"
    bad.write_bytes(broken)
    damage = Damage()
    assert seconds_of(joined(tmp_path / "chain.ogg", good, bad, good), damage) > 3.9
    assert damage.unread


def test_rate_and_layout_may_change_in_the_middle(tmp_path: Path) -> None:
    for ending in ("mp3", "ts"):
        stereo = encoded(tmp_path / f"a.{ending}", CODECS[ending], spoken(3), layout="stereo")
        mono = encoded(tmp_path / f"b.{ending}", CODECS[ending], spoken(3, 44_100), 44_100)
        path = joined(tmp_path / f"c.{ending}", stereo, mono, stereo)
        assert seconds_of(path) == pytest.approx(9, abs=0.4)


def test_what_follows_another_format_is_not_an_error(tmp_path: Path) -> None:
    mp3 = encoded(tmp_path / "a.mp3", "libmp3lame", spoken(3))
    wav = encoded(tmp_path / "a.wav", "pcm_s16le", spoken(3))
    ogg = encoded(tmp_path / "a.ogg", "libopus", spoken(3))
    for number, parts in enumerate([(mp3, wav), (wav, mp3), (ogg, mp3), (mp3, ogg)]):
        path = joined(tmp_path / f"{number}{parts[0].suffix}", *parts)
        assert seconds_of(path) > 2.9


def test_only_the_first_audio_stream_is_played_and_that_is_said(tmp_path: Path) -> None:
    path = encoded(tmp_path / "a.mp4", "aac", spoken(3), streams=3, picture=True)
    notes = examine(path).notes
    assert "3 audio streams; the first is played" in notes[0]
    assert "pictures" in notes[1]
    assert seconds_of(path) == pytest.approx(3, abs=0.1)


def test_a_name_is_no_address(tmp_path: Path) -> None:
    path = encoded(tmp_path / "a.wav", "pcm_s16le", spoken(1))
    odd = path.rename(tmp_path / "http:x%20#?.wav")
    assert examine(odd).duration_s == pytest.approx(1)


def a_folder(path: Path) -> Path:
    path.mkdir()
    return path


def bytes_in(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def empty_wav(path: Path) -> Path:
    write_wav(path, np.zeros(0), 48_000)
    return path


UNPLAYABLE: dict[str, Callable[[Path], Path]] = {
    "there is no file": lambda folder: folder / "nothing.mp3",
    "is a folder": lambda folder: a_folder(folder / "sound.mp3"),
    "is empty": lambda folder: bytes_in(folder / "a.mp3", b""),
    "not a file": lambda _: Path("/dev/null"),
    "contains only pictures": lambda folder: picture(folder / "a.png"),
    "it contains only pictures": lambda folder: silent_film(folder / "a.mp4"),
    "its length is zero": lambda folder: empty_wav(folder / "a.wav"),
    "not a sound file": lambda folder: bytes_in(folder / "a.mp3", b"What is said. " * 400),
    "that FFmpeg can read": lambda folder: bytes_in(
        folder / "a.mp3", random.Random(1).randbytes(9_000)
    ),
}


@pytest.mark.parametrize("sentence", UNPLAYABLE)
def test_what_cannot_be_played_is_explained(tmp_path: Path, sentence: str) -> None:
    with pytest.raises(CannotPlay) as wrong:
        examine(UNPLAYABLE[sentence](tmp_path))
    assert sentence in wrong.value.message
    assert wrong.value.hint


def test_a_sound_that_is_destroyed_throughout_is_explained(tmp_path: Path) -> None:
    whole = encoded(tmp_path / "a.mka", "libmp3lame", spoken(2))
    data = bytearray(whole.read_bytes())
    with_frames = data.index(b"\xff\xfb")
    data[with_frames:] = data[with_frames:].replace(b"\xff\xfb", b"\x00\x00")
    with pytest.raises(CannotPlay, match="can be decoded"):
        examine(bytes_in(tmp_path / "b.mka", bytes(data)))


def test_a_file_that_may_not_be_read_is_explained(tmp_path: Path) -> None:
    path = encoded(tmp_path / "a.wav", "pcm_s16le", spoken(1))
    path.chmod(0)
    user = os.geteuid()
    if user == 0:
        os.seteuid(65_534)
    try:
        with pytest.raises(CannotPlay, match="may not be read"):
            examine(path)
    finally:
        os.seteuid(user)


def test_a_read_error_of_the_disk_is_explained(tmp_path: Path) -> None:
    path = tmp_path / "loop.mp3"
    path.symlink_to(path)
    with pytest.raises(CannotPlay, match="symbolic links"):
        examine(path)
