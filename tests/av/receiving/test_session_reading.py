"""Descriptions of streams: those of devices, and words for what cannot be read."""

import pytest

from broadcaster.av.receiving.session_reading import AudioStream, read_description
from tests.av.receiving.streams import DANTE

HEAD = "v=0\ns=Hall\nc=IN IP4 239.1.2.3/15\n"
L24 = "m=audio 5004 RTP/AVP 98\na=rtpmap:98 L24/48000/8\n"


def test_the_description_of_a_dante_device_is_read() -> None:
    assert read_description(DANTE) == AudioStream(
        "AOIP44-serial-1614 : 2", "239.65.45.154", 5004, 97, "L24", 2
    )
    assert read_description(DANTE.replace("\n", "\r\n")).channels == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (HEAD + L24, AudioStream("Hall", "239.1.2.3", 5004, 98, "L24", 8)),
        (
            HEAD + "m=audio 6000 RTP/AVP 97 98\na=rtpmap:97 opus/48000/2\na=rtpmap:98 L16/48000\n",
            AudioStream("Hall", "239.1.2.3", 6000, 98, "L16", 1),
        ),
        (
            HEAD + "m=video 7000 RTP/AVP 96\n" + L24 + "c=IN IP4 10.1.2.3\n",
            AudioStream("Hall", "10.1.2.3", 5004, 98, "L24", 8),
        ),
        (
            HEAD + "a=source-filter: incl IN IP4 239.1.2.3 10.0.0.7\n" + L24,
            AudioStream("Hall", "239.1.2.3", 5004, 98, "L24", 8, ("10.0.0.7",)),
        ),
    ],
    ids=["session address", "second format", "own address", "source filter"],
)
def test_a_description_is_read(text: str, expected: AudioStream) -> None:
    assert read_description(text) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not a session description"),
        ("<html>", "not a session description"),
        (HEAD, "describes no sound"),
        (HEAD + "m=video 7000 RTP/AVP 96\n", "not sound over RTP"),
        (HEAD + L24.replace("48000", "96000"), "rate is 96000 Hz"),
        (HEAD + L24.replace("L24", "AM824"), "neither L16 nor L24"),
        (HEAD + L24.replace("/8", "/0"), "impossible"),
        (HEAD.replace("IP4 239.1.2.3/15", "IP6 ff02::1") + L24, "names no IPv4 address"),
        (HEAD.replace("239.1.2.3", "300.1.2.3") + L24, "300"),
    ],
)
def test_what_cannot_be_read_is_said(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_description(text)
