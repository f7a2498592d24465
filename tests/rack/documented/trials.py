"""The commands that are run at the same time, and what each of them meets here."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from tests.rack.documented.blocks import blocks
from tests.rack.null_sinks import MAP, OUTPUTS

ALL_CHANNELS = f"--raw --format=s16le --rate=48000 --channels={OUTPUTS} --channel-map={MAP}"
_BOX = (
    'ffmpeg -re -i hall.wav -af "pan=quad|c2=c0|c3=c0" -ar 48000 -c:a pcm_s24be '
    '-f rtp "rtp://239.1.2.3:5004?localaddr=10.20.0.6"'
)
"""Sends the recording on the third and the fourth channel."""


class Place(StrEnum):
    """Things of a venue that are made here for a command."""

    CARD = "card"
    """A card of eight inputs and outputs: a sink of PulseAudio, by the names of the document."""
    BOX = "box"
    """A stage box that announces its stream of four channels."""
    SERVER = "server"
    """Another server, whose floor is pushed to."""


@dataclass(frozen=True, slots=True)
class Peer:
    """The other side of a command that stands alone in the document.

    Attributes:
        named: what the command has in it.
        lines: programs of the other side, as the document would write them.
        place: where it is run.
        heard: the language on each channel of each file that the other side writes.
    """

    named: str
    lines: tuple[str, ...] = ()
    place: Place | None = None
    heard: tuple[tuple[str, ...], ...] = (("es",),)


PEERS = (
    Peer("broadcaster publish SOURCE"),
    Peer(
        '"srt://:9000?mode=listener"',
        ("ffmpeg -re -i hall.wav -c:a aac -f mpegts srt://rack-pc:9000",),
    ),
    Peer(
        "https://cdn.example/",
        (
            "ffmpeg -re -i hall.wav -c:a aac -f hls -hls_time 1 hall/index.m3u8",
            "python3 -m http.server 8080",
        ),
    ),
    Peer(
        '"sap:Stage box"',
        (_BOX,),
        Place.BOX,
    ),
    Peer(
        "--device hw:1,0", (f"pacat --playback --device=rack {ALL_CHANNELS} card.raw",), Place.CARD
    ),
    Peer(
        'es fr de floor+full --device "USB Audio"',
        (f"parec --device=rack.monitor {ALL_CHANNELS} --file-format=wav heard.wav",),
        Place.CARD,
        (("es", "fr", "de"),),
    ),
    Peer(
        'es fr --device "USB Audio"',
        (f"parec --device=rack.monitor {ALL_CHANNELS} --file-format=wav heard.wav",),
        Place.CARD,
        (("es", "fr"),),
    ),
    Peer(
        "icecast://source:PASSWORD@radio.example:8000/es.mp3",
        (
            "icecast2 -c /etc/icecast2/icecast.xml",
            "ffmpeg -i http://rack-pc:8000/es.mp3 heard.wav",
        ),
    ),
    Peer(
        "srt://encoder.example:9000",
        tuple(f'ffmpeg -i "srt://:{port}?mode=listener" heard.wav' for port in (9000, 9001)),
        heard=(("es",), ("fr",)),
    ),
    Peer("https://other.example/whip/talk", place=Place.SERVER),
)
ENDING = {
    "broadcaster publish --list-streams": (Place.BOX, "sap:Stage box\t239.1.2.3:5004\tL24, 4"),
    "broadcaster publish --list-devices": (Place.CARD, "USB Audio\t"),
    "broadcaster play --list-devices": (Place.CARD, "USB Audio\t"),
    "curl ": (Place.SERVER, '"name": "Chair"'),
    ".venv/bin/python -m pip install": (None, "Would install"),
    "apt-get install libportaudio2": (None, "libportaudio2"),
}
"""Commands that end by themselves: where they are run, and what they print."""


@dataclass(frozen=True, slots=True)
class Trial:
    """Commands that are run at the same time.

    Attributes:
        lines: of the document.
        peer: the other side, if the document does not have it.
        description: of the stream (SDP); empty without one.
    """

    lines: tuple[str, ...]
    peer: Peer = Peer("")
    description: str = ""

    @property
    def told(self) -> str:
        """The one line of a trial that ends by itself."""
        return self.lines[0]

    @property
    def ending(self) -> tuple[Place | None, str] | None:
        """The place and the output of a command that ends by itself; None of others."""
        return next((how for start, how in ENDING.items() if self.told.startswith(start)), None)

    @property
    def publishes(self) -> bool:
        """Whether sound goes into a server."""
        return any(line.startswith("broadcaster publish ") for line in self.lines)


def trials(text: str) -> Iterator[Trial]:
    """The trials in which every command of a document is run.

    Raises:
        LookupError: nothing here says how a command is run.
    """
    found = list(blocks(text))
    together = [block for block in found if block.foreign]
    run = {line for block in together for line in block.lines}
    for block in together:
        yield Trial(block.lines, Peer(""), block.description)
    for line in (line for block in found for line in block.lines):
        if line not in run:
            run.add(line)
            yield _alone(line)


def _alone(line: str) -> Trial:
    """The trial of a line that stands without its other side."""
    trial = Trial((line,))
    if trial.ending is not None:
        return trial
    for peer in PEERS:
        if peer.named in line:
            return Trial((line,), peer)
    raise LookupError(f"nothing in tests/rack/documented says how this is run: {line}")
