"""Wrong words for `broadcaster play`."""

from pathlib import Path

import pytest

from tests.commands.usage import usage

LINK = "https://talks.example/e/keynote"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "Name the attendees' link and the channels"),
        ((LINK,), "Name the channels to play"),
        ((LINK, "es"), "Say where to play"),
        ((LINK, "es", "--device", "x", "--aes67", "239.1.1.1"), "Say where to play"),
        ((LINK, "es", "--device", "x", "--interface", "192.0.2.1"), "--interface is for --aes67"),
        ((LINK, "es", "--push", "ftp://a/b"), "begins with icecast://"),
        ((LINK, "es", "--push", "icecast://radio.example:8000/es"), "source:PASSWORD"),
        ((LINK, "es", "--push", "srt://radio.example"), "needs a port"),
        ((LINK, "es", "--push", "rtmp://radio.example"), "the stream's key"),
        ((LINK, "es", "fr", "--push", "srt://radio.example:1"), "one --push for each channel"),
        ((LINK, "es", "--push", "https://other.example/whip/talk"), "--push-key"),
        ((LINK, "es", "--aes67", "es"), "IPv4 address with an even port"),
        (("keynote", "es", "--device", "x"), "is not a link like"),
        ((LINK, "es", "--device", "x", "--passcode", "ä"), "passcode has characters"),
        ((LINK, "es", "--device", "x", "--buffer", "20"), "100<=x<=2000"),
        ((LINK, "es", "--device", "x", "--delay", "es=1"), "not a delay"),
    ],
)
def test_wrong_words_are_explained(words: tuple[str, ...], sentence: str) -> None:
    result = usage("play", *words)
    assert result.exit_code == 2
    assert sentence in " ".join(result.output.split())


def test_a_file_that_is_no_certificate_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate")
    words = [LINK, "es", "--device", "x", "--ca", str(tmp_path / "ca.pem")]
    result = usage("play", *words)
    assert result.exit_code == 2
    assert "not a PEM file" in result.output
