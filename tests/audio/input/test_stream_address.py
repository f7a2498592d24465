"""Addresses of streams: those that can be read, and words for those that cannot."""

from pathlib import Path

import pytest

from broadcaster.audio.input.stream_address import (
    StreamScheme,
    check_stream_address,
    parse_stream_address,
)
from broadcaster.errors import CannotPlay


@pytest.mark.parametrize(
    ("text", "opened", "name", "listens"),
    [
        ("srt://:9000?mode=listener", "srt://:9000?mode=listener", "srt://:9000", True),
        (
            "srt://encoder:9000?passphrase=secret-secret",
            "srt://encoder:9000?passphrase=secret-secret",
            "srt://encoder:9000",
            False,
        ),
        (
            "rtmp://:1935/live/hall?mode=listener",
            "rtmp://0.0.0.0:1935/live/hall",
            "rtmp://:1935",
            True,
        ),
        ("rtmp://media/live/hall?k=1", "rtmp://media/live/hall?k=1", "rtmp://media", False),
        ("https://cdn.example/a.m3u8", "https://cdn.example/a.m3u8", "https://cdn.example", False),
        ("udp://[ff02::1]:5000", "udp://[ff02::1]:5000", "udp://[ff02::1]:5000", False),
    ],
)
def test_an_address_is_read(text: str, opened: str, name: str, *, listens: bool) -> None:
    address = parse_stream_address(text)
    assert (address.url, address.name, address.listens) == (opened, name, listens)
    assert "secret" not in address.name


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("rtsp://camera/1", "begins with srt://, rtmp://"),
        ("srt://encoder:port", "begins with srt://, rtmp://"),
        ("http://:80?mode=listener", "calls its server"),
        ("rtmp://:1935/live", "names no host"),
        ("srt://encoder", "needs a port"),
    ],
)
def test_another_address_is_refused_with_a_sentence(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse_stream_address(text)


@pytest.mark.parametrize("scheme", StreamScheme)
def test_this_machine_can_read_every_kind(scheme: StreamScheme) -> None:
    check_stream_address(parse_stream_address(f"{scheme}://127.0.0.1:9"))


def test_a_machine_without_the_srt_program_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CannotPlay, match="SRT needs the program") as refused:
        check_stream_address(parse_stream_address("srt://:9000?mode=listener"))
    assert "srt-tools" in refused.value.hint
