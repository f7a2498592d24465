"""The order for one file of all channels: JSON for the process that makes it."""

import json
from dataclasses import asdict, dataclass
from enum import StrEnum


class Container(StrEnum):
    """A kind of file, as FFmpeg calls it."""

    MATROSKA = "matroska"
    MP4 = "mp4"


@dataclass(frozen=True, slots=True)
class Stretch:
    """A recorded file of a channel.

    Attributes:
        path: of an Ogg Opus file that the archive has written.
        start: event-clock sample at which it begins.
    """

    path: str
    start: int


@dataclass(frozen=True, slots=True)
class Subtitle:
    """A text with its time in ms from the beginning of the joined file."""

    start_ms: int
    end_ms: int
    text: str


@dataclass(frozen=True, slots=True)
class JoinedTrack:
    """A channel: a track of sound, and one of subtitles if it has any.

    Attributes:
        title: for people.
        language: ISO 639-2 code: bibliographic in Matroska (RFC 9559 section 12), terminological in
            MP4 (ISO 14496-12 section 8.4.2).
        stretches: its files, at least one, in the order of time.
        subtitles: in the order of time.
    """

    title: str
    language: str
    stretches: tuple[Stretch, ...]
    subtitles: tuple[Subtitle, ...] = ()


@dataclass(frozen=True, slots=True)
class JoinOrder:
    """All that a joined file is made of.

    Attributes:
        title: of the event.
        comment: a sentence for people; may be empty.
        start: event-clock sample at which all tracks begin.
        end: event-clock sample at which they end.
        tracks: the first one is played by default.
        container: the kind of file.
    """

    title: str
    comment: str
    start: int
    end: int
    tracks: tuple[JoinedTrack, ...]
    container: Container = Container.MATROSKA

    def to_json(self) -> bytes:
        """The form in which the process reads it."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_json(cls, data: bytes) -> "JoinOrder":
        """Parse what `to_json` wrote."""
        raw = json.loads(data)
        tracks = tuple(
            JoinedTrack(
                one["title"],
                one["language"],
                tuple(Stretch(**stretch) for stretch in one["stretches"]),
                tuple(Subtitle(**subtitle) for subtitle in one["subtitles"]),
            )
            for one in raw["tracks"]
        )
        return cls(**raw | {"tracks": tracks, "container": Container(raw["container"])})
