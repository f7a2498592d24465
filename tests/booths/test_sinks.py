"""The sink of the source captions; that of a language channel is heard in `test_booth`."""

from broadcaster.booths.floor.receiver import FloorReceiver
from broadcaster.booths.progress import ChannelProgress
from broadcaster.booths.text.captions import CaptionWriter
from broadcaster.booths.text.spoken_language import load_language_models
from broadcaster.booths.transcript_sink import TranscriptSink
from broadcaster.model import keys
from broadcaster.model.caption import Caption
from broadcaster.model.language import FLOOR
from broadcaster.model.status import BoothState, BoothStatus
from tests.support.virtual_time import LoopClock, VirtualTimeBus

STATUS = BoothStatus(FLOOR, BoothState.LIVE)


def progress(bus: VirtualTimeBus, captions: CaptionWriter) -> ChannelProgress:
    return ChannelProgress(
        event="talk", channel=FLOOR, bus=bus, clock=LoopClock(), captions=captions
    )


async def test_text_becomes_captions_and_a_new_language_is_reported_at_once() -> None:
    await load_language_models()
    reported: list[str] = []
    async with VirtualTimeBus() as bus:
        floor = FloorReceiver(keys.floor_pcm("talk"), bus, LoopClock())
        captions = CaptionWriter("talk", FLOOR, bus)

        def report() -> None:
            reported.append(sink.measure(STATUS).floor_language)

        sink = TranscriptSink(
            floor=floor,
            captions=captions,
            progress=progress(bus, captions),
            language_changed=report,
        )
        async with captions.writing(floor.now_ms):
            for text in (" Good morning everybody.", " The well has been dry since last summer."):
                sink.push_source_text(text)
                sink.push_text(text)
            sink.push_source_text(" Buenos días a todos, me alegra mucho estar aquí con ustedes.")
        entries = await bus.read(keys.captions("talk", FLOOR))
    assert reported == ["en", "es"]
    assert sink.measure(STATUS).floor_language == "es"
    finals = [one.text for one in map(Caption.from_json, (e.payload for e in entries)) if one.final]
    assert finals == ["Good morning everybody.", "The well has been dry since last summer."]


async def test_a_silent_transcriber_is_never_expected() -> None:
    async with VirtualTimeBus() as bus:
        floor = FloorReceiver(keys.floor_pcm("talk"), bus, LoopClock())
        captions = CaptionWriter("talk", FLOOR, bus)
        sink = TranscriptSink(
            floor=floor,
            captions=captions,
            progress=progress(bus, captions),
            language_changed=lambda: None,
        )
        assert not sink.silence_expected()


async def test_japanese_is_cut_into_words_without_reading_a_file_in_the_event_loop() -> None:
    await load_language_models()
    async with VirtualTimeBus() as bus:
        floor = FloorReceiver(keys.floor_pcm("talk"), bus, LoopClock())
        captions = CaptionWriter("talk", FLOOR, bus)
        sink = TranscriptSink(
            floor=floor,
            captions=captions,
            progress=progress(bus, captions),
            language_changed=lambda: None,
        )
        async with captions.writing(floor.now_ms):
            sink.push_text("今日は水の話です。")
        [entry] = await bus.read(keys.captions("talk", FLOOR))
    assert Caption.from_json(entry.payload).text == "今日は水の話です。"
