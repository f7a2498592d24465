"""Silent Opus packets for gaps of any length."""

from functools import cache

import av

from broadcaster.audio.pcm import to_frame
from broadcaster.model.audio import CLOCK_HZ, SAMPLE_BYTES

SHORTEST_SAMPLES = 60
"""2.5 ms: the shortest packet (RFC 6716 section 2.1.4), and how exactly a gap can be filled."""
_LENGTHS = {1_440: "60", 480: "20", 240: "10", 120: "5", SHORTEST_SAMPLES: "2.5"}
"""By samples the name of each length in libavcodec, the longest first."""


def silence(samples: int) -> list[tuple[bytes, int]]:
    """Packets that fill a gap, each with its length; up to 2.5 ms of it are left over.

    Args:
        samples: of the event clock.
    """
    found: list[tuple[bytes, int]] = []
    for length in _LENGTHS:
        count, samples = divmod(samples, length)
        found += [(_packet(length), length)] * count
    return found


@cache
def _packet(samples: int) -> bytes:
    codec = av.CodecContext.create("libopus", "w")
    assert isinstance(codec, av.AudioCodecContext)
    codec.sample_rate = CLOCK_HZ
    codec.layout = "mono"
    codec.format = "s16"
    codec.options = {"application": "voip", "frame_duration": _LENGTHS[samples]}
    frame = to_frame(bytes(samples * SAMPLE_BYTES), 0)
    return b"".join(bytes(packet) for packet in codec.encode(frame))
