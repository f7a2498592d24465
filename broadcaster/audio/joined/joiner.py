"""Makes one Matroska or MP4 file of all channels: `python -m broadcaster.audio.joined.joiner`.

It reads a `JoinOrder` from standard input and writes the file to standard output. It is a process
of its own, because FFmpeg keeps all of Python waiting for each packet, and a day has millions.

Nothing is encoded again. Silent packets fill what lies between the parts of a recording, because
few players keep the time of a track with a hole. An MP4 file has its index in fragments, because
what is sent cannot be corrected at its end.
"""

import sys
from collections.abc import Iterator
from fractions import Fraction
from heapq import merge
from operator import itemgetter
from typing import Final, TypeAlias

import av
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.packet import Packet
from av.stream import Stream

from broadcaster.audio.joined.order import Container, JoinedTrack, JoinOrder
from broadcaster.audio.ogg.opus_pages import PRE_SKIP
from broadcaster.audio.ogg.silence import SHORTEST_SAMPLES, silence
from broadcaster.audio.opus import OPUS_HZ
from broadcaster.model.audio import CLOCK_HZ, opus_samples

STANDARD_OUTPUT = "pipe:1"
_TRIM: Final = "skip_samples"
"""FFmpeg's name for how much of a packet is not to be played."""
_SILENCE_AT_ONCE = 60 * CLOCK_HZ
_OPTIONS = {
    Container.MATROSKA: {"default_mode": "infer_no_subs"},
    Container.MP4: {"movflags": "empty_moov+default_base_moof", "frag_duration": "5000000"},
}
_TEXT_STYLE = b"""[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, BackColour, Alignment, Encoding
Style: Default,Serif,18,&Hffffff,&H0,2,1
"""
"""From this FFmpeg makes the description of texts that MP4 asks for (3GPP TS 26.245)."""

Timed: TypeAlias = "tuple[float, Packet[Stream]]"
"""A packet with its time in seconds."""


def join(order: JoinOrder, target: str) -> None:
    """Make the file.

    Args:
        order: what it is made of.
        target: its path or FFmpeg's address, which need not be seekable.

    Raises:
        av.FFmpegError: a file cannot be read, or the target not written.
    """
    options = _OPTIONS[order.container]
    with av.open(target, "w", format=order.container.value, options=options) as output:
        length_s = (order.end - order.start) / CLOCK_HZ
        output.metadata.update({"title": order.title, "DURATION": _duration(length_s)})
        if order.comment:
            output.metadata["comment"] = order.comment
        sounds = [_sound_stream(output, track) for track in order.tracks]
        streams: list[Iterator[Timed]] = [
            _sound(order, track, stream) for track, stream in zip(order.tracks, sounds, strict=True)
        ]
        streams += [
            _texts(order.container, track, output) for track in order.tracks if track.subtitles
        ]
        for _, packet in merge(*streams, key=itemgetter(0)):
            output.mux(packet)


def _sound_stream(output: OutputContainer, track: JoinedTrack) -> AudioStream:
    with av.open(track.stretches[0].path, "r") as file:
        stream = output.add_stream_from_template(file.streams.audio[0])
    _name(stream, track)
    return stream


def _name(stream: Stream, track: JoinedTrack) -> None:
    stream.metadata.update({"language": track.language, "title": track.title})


def _sound(order: JoinOrder, track: JoinedTrack, stream: AudioStream) -> Iterator[Timed]:
    """The packets of a channel, with silence wherever it has none."""
    reached = order.start

    def placed(data: bytes, samples: int) -> Timed:
        nonlocal reached
        packet = av.Packet(data)
        packet.time_base = Fraction(1, OPUS_HZ)
        packet.pts = packet.dts = (reached - order.start) * OPUS_HZ // CLOCK_HZ - PRE_SKIP
        packet.duration = samples * OPUS_HZ // CLOCK_HZ
        packet.stream = stream
        time_s = (reached - order.start) / CLOCK_HZ
        reached += samples
        return time_s, packet

    def silent(until: int) -> Iterator[Timed]:
        while (missing := until - reached) >= SHORTEST_SAMPLES:
            for data, samples in silence(min(missing, _SILENCE_AT_ONCE)):
                yield placed(data, samples)

    for stretch in track.stretches:
        position = stretch.start
        with av.open(stretch.path, "r") as file:
            for recorded in file.demux(file.streams.audio[0]):
                data = bytes(recorded)
                samples = opus_samples(data)
                if samples and position >= reached - SHORTEST_SAMPLES:
                    yield from silent(position)
                    time_s, packet = placed(data, samples)
                    if reached > order.end and recorded.has_sidedata(_TRIM):
                        packet.set_sidedata(recorded.get_sidedata(_TRIM))
                    yield time_s, packet
                position += samples
    yield from silent(order.end)


def _texts(container: Container, track: JoinedTrack, output: OutputContainer) -> Iterator[Timed]:
    """The subtitles of a channel, in a track that is added at once."""
    stream: Stream
    if container is Container.MATROSKA:
        stream = output.add_mux_stream("subrip")
    else:
        stream = timed_text = output.add_stream("mov_text")
        timed_text.codec_context.subtitle_header = _TEXT_STYLE
    _name(stream, track)
    return _text_packets(container, track, stream)


def _text_packets(container: Container, track: JoinedTrack, stream: Stream) -> Iterator[Timed]:
    def placed(text: str, start_ms: int, end_ms: int) -> Timed:
        data = text.encode()
        if container is Container.MP4:  # 3GPP TS 26.245 section 5.17: the length is before the text
            data = len(data).to_bytes(2, "big") + data
        packet = av.Packet(data)
        packet.time_base = Fraction(1, 1_000)
        packet.pts = packet.dts = start_ms
        packet.duration = end_ms - start_ms
        packet.stream = stream
        return start_ms / 1_000, packet

    ended_ms = 0
    for subtitle in track.subtitles:
        if container is Container.MP4 and subtitle.start_ms > ended_ms:
            yield placed("", ended_ms, subtitle.start_ms)  # a text stays until the next one
        yield placed(subtitle.text, subtitle.start_ms, subtitle.end_ms)
        ended_ms = subtitle.end_ms


def _duration(seconds: float) -> str:
    """A length as FFmpeg reads it from a tag, because a stream cannot be corrected at its end."""
    minutes, rest_s = divmod(seconds, 60)
    return f"{int(minutes // 60):02}:{int(minutes % 60):02}:{rest_s:09.6f}"


def main() -> int:
    """Run the process; returns its exit code."""
    try:
        join(JoinOrder.from_json(sys.stdin.buffer.read()), STANDARD_OUTPUT)
    except av.FFmpegError as error:
        sys.stderr.write(f"{error.strerror}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
