"""The process that recognises one stream: `python -m broadcaster.rehearsal.hearing.stream_worker`.

The decoders hold the interpreter lock while they compute, so they run in a process of their own. A
message on standard input is a 4-byte big-endian length and that many bytes of PCM s16le mono
24 kHz. Length 0 asks for everything that is still open. Each message is answered by one JSON line
`{"read_ms", "settled_ms", "flushed", "heard": [...]}`, where `heard` lists the fields of
`recognition.Recognition`. The process ends when its input does.
"""

import json
import struct
import sys
from dataclasses import asdict

from broadcaster.rehearsal import talk
from broadcaster.rehearsal.hearing.recogniser import Recogniser
from broadcaster.rehearsal.wire.constants import SAMPLE_RATE_HZ


def main() -> None:
    """Answer messages until the input ends."""
    recogniser = Recogniser(talk.load().sentences)
    read_bytes = 0
    while header := sys.stdin.buffer.read(4):
        (length,) = struct.unpack("!I", header)
        heard = recogniser.feed(sys.stdin.buffer.read(length)) if length else recogniser.flush()
        read_bytes += length
        read_ms = read_bytes * 1000 // (SAMPLE_RATE_HZ * 2)
        answer = {
            "read_ms": read_ms,
            "settled_ms": recogniser.settled_ms() if length else read_ms,
            "flushed": not length,
            "heard": [asdict(one) for one in heard],
        }
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
