"""Names on captions: any turns of speakers, any text, and what another booth has left."""

import asyncio
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from broadcaster.booths.text.caption_segmenter import CaptionSegmenter
from broadcaster.booths.text.captions import CaptionWriter
from broadcaster.booths.text.speaker_names import SpeakerNames
from broadcaster.booths.timing.places import SingleTime, WholeTime
from broadcaster.booths.timing.sources import SourcedPlace
from broadcaster.model import keys
from broadcaster.model.caption import Caption
from broadcaster.model.inputs.speaker_turns import SpeakerTurns
from broadcaster.model.review.replacements import Replacement, Replacements
from broadcaster.model.review.revised_caption import RevisedCaption
from broadcaster.writing.sentences import ends_sentence
from tests.support.tasks import background_task
from tests.support.virtual_time import VirtualTimeBus
from tests.writing.corpus import corpus

SENTENCES = corpus()
NAMES = ("Chair", "Panel 2", "لمى")
LONG = "and then the water of the river went on through the valley "


def turns(*noted: tuple[int, str]) -> SpeakerTurns:
    made = SpeakerTurns()
    for start_ms, name in noted:
        made = made.followed_by(start_ms, name)
    return made


def names_of(known: SpeakerTurns) -> SpeakerNames:
    names = SpeakerNames("talk", None)  # type: ignore[arg-type]
    names.know(known)
    return names


def said(start_ms: int, end_ms: int, heard_ms: int) -> SourcedPlace:
    return SourcedPlace(SingleTime(heard_ms), WholeTime(start_ms, end_ms))


def named(captions: Sequence[Caption]) -> list[tuple[str, str]]:
    return [(one.speaker, one.text.replace("\n", " ")) for one in captions if one.final]


def captioned(
    known: SpeakerTurns, *fragments: tuple[str, int, int], channel: str = "en"
) -> list[tuple[str, str]]:
    segmenter, now_ms = CaptionSegmenter(channel, names_of(known).name_of), 0
    captions: list[Caption] = []
    for text, start_ms, end_ms in fragments:
        now_ms = max(now_ms, end_ms + 500)
        captions += segmenter.push(text, now_ms, said(start_ms, end_ms, now_ms))
    return named(captions + segmenter.flush(now_ms))


def test_a_caption_has_the_name_of_who_said_most_of_it() -> None:
    known = turns((1_000, "Chair"), (5_000, "Panel 2"))
    assert captioned(
        known,
        ("Good morning, who begins?", 1_200, 4_900),
        (" I can begin.", 4_800, 6_000),
        (" Thank you.", 3_900, 5_100),
    ) == [
        ("Chair", "Good morning, who begins?"),
        ("Panel 2", "I can begin."),
        ("Chair", "Thank you."),
    ]


def test_a_sentence_has_one_name_although_another_person_begins_to_speak() -> None:
    known = turns((1_000, "Chair"), (7_000, "Panel 2"))
    words = f"{(LONG * 3).strip()}."
    assert len(words) < 240
    captions = captioned(
        known,
        *(
            (f"{word} ", 1_000 + at * 300, 1_300 + at * 300)
            for at, word in enumerate(words.split())
        ),
    )
    assert len(captions) > 2
    assert {name for name, _ in captions} == {"Chair"}


def test_a_text_without_marks_is_not_one_persons_for_ever() -> None:
    known = turns((1_000, "Chair"), (9_000, "Panel 2"))
    words = (LONG * 12).split()
    captions = captioned(
        known, *((f"{word} ", 1_000 + at * 300, 1_300 + at * 300) for at, word in enumerate(words))
    )
    assert captions[-1][0] == "Panel 2"


def test_words_of_unknown_origin_name_nobody() -> None:
    known = turns((1_000, "Chair"))
    segmenter = CaptionSegmenter("en", names_of(known).name_of)
    captions = segmenter.push("Good morning. Then.", 4_000, SingleTime(4_000))
    assert named(captions + segmenter.flush(4_000))[0] == ("", "Good morning.")
    assert captioned(known, ("Before that.", 100, 900)) == [("", "Before that.")]
    assert captioned(SpeakerTurns(), ("Good morning.", 100, 900)) == [("", "Good morning.")]


@st.composite
def talks(
    draw: st.DrawFn,
) -> tuple[str, SpeakerTurns, list[tuple[str, int, int]]]:
    """A language, turns, and fragments of a text with the times at which they were said."""
    language = draw(st.sampled_from(sorted(SENTENCES)))
    chosen = draw(st.lists(st.sampled_from(SENTENCES[language]), min_size=1, max_size=5))
    text = ("" if language in {"zh", "ja"} else " ").join(chosen)
    size = draw(st.integers(1, 30))
    starts = sorted(draw(st.lists(st.integers(0, 40_000), max_size=8)))
    known = turns(*((start, draw(st.sampled_from(("", *NAMES)))) for start in starts))
    fragments, now_ms = [], draw(st.integers(0, 10_000))
    for at in range(0, len(text), size):
        length_ms = draw(st.integers(0, 3_000))
        fragments.append((text[at : at + size], now_ms, now_ms + length_ms))
        now_ms += length_ms + draw(st.sampled_from((0, 0, 300, 2_900)))
    return language, known, fragments


@settings(
    max_examples=50,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(talks())
def test_names_change_no_text_and_nobody_is_named_who_has_not_spoken(
    talk: tuple[str, SpeakerTurns, list[tuple[str, int, int]]],
) -> None:
    language, known, fragments = talk
    nameless, segmenter = (
        CaptionSegmenter(language),
        CaptionSegmenter(language, names_of(known).name_of),
    )
    captions: list[Caption] = []
    as_before: list[Caption] = []
    now_ms = 0
    for text, start_ms, end_ms in fragments:
        now_ms = max(now_ms, end_ms)
        place = said(start_ms, end_ms, now_ms)
        captions += segmenter.push(text, now_ms, place) + segmenter.tick(now_ms + 100)
        as_before += nameless.push(text, now_ms, place) + nameless.tick(now_ms + 100)
    captions += segmenter.flush(now_ms)
    as_before += nameless.flush(now_ms)
    assert [one.text for one in captions] == [one.text for one in as_before]
    finals = [one for one in captions if one.final]
    assert len({one.id for one in finals}) == len({one.id for one in captions}) == len(finals)
    text = "".join("".join(one.text for one in finals).split())
    assert text == "".join("".join(one for one, _, _ in fragments).split())
    for caption in captions:
        begun = [one.start_ms for one in known.turns if one.name == caption.speaker]
        assert not caption.speaker or min(begun) <= max(caption.end_ms, now_ms)
        assert (b'"speaker"' in caption.to_json()) == bool(caption.speaker)
    for one, other in pairwise(finals):
        if not ends_sentence(one.text, language) and other.start_ms - one.end_ms < 1_000:
            assert not one.speaker or other.speaker, "a name is not lost in a sentence"


async def test_a_booth_follows_the_record_and_the_next_one_goes_on() -> None:
    async with VirtualTimeBus() as bus:
        await bus.put(keys.speakers_record("talk"), turns((0, "Chair")).to_json())
        record = Replacements((Replacement("1", "Clara", "Klara"),)).to_json()
        await bus.put(keys.replacements_record("talk"), record)
        first = CaptionWriter("talk", "en", bus)
        async with (
            background_task(first.speakers.follow(), name="speakers"),
            background_task(first.follow_replacements(), name="replacements"),
            first.writing(lambda: 9_000, lambda: False),
        ):
            await asyncio.sleep(1)
            first.push_text("Good morning Clara.", 2_000, said(500, 1_900, 2_000))
            first.push_text(" The well has been dry ", 4_000, said(2_000, 3_900, 4_000))
            first.tick(5_000)
            await asyncio.sleep(1)
        [*_, left] = [Caption.from_json(one.payload) for one in await bus.read("captions.talk.en")]
        assert (left.final, left.speaker) == (False, "Chair")
        await bus.put(
            keys.speakers_record("talk"), turns((0, "Chair"), (4_000, "Panel 2")).to_json()
        )
        second = CaptionWriter("talk", "en", bus)
        second.go_on_after(left)
        async with (
            background_task(second.speakers.follow(), name="speakers"),
            second.writing(lambda: 9_000),
        ):
            await asyncio.sleep(1)
            second.push_text(" since last summer.", 5_000, said(4_100, 4_900, 5_000))
            second.push_text(" Thank you.", 6_000, said(5_200, 5_900, 6_000))
        finals = named(
            [Caption.from_json(one.payload) for one in await bus.read("captions.talk.en")]
        )
    assert finals == [
        ("Chair", "Good morning Klara."),
        ("Chair", "The well has been dry since last summer."),
        ("Panel 2", "Thank you."),
    ]


@pytest.mark.parametrize("speaker", ["", "Chair"])
def test_a_correction_keeps_the_name(speaker: str) -> None:
    caption = Caption("en-1", "en", 0, 900, "Good mourning.", final=True, speaker=speaker)
    revised = RevisedCaption(caption, caption.text).revised("r", text="Good morning.", hidden=None)
    read = RevisedCaption.from_json(revised.to_json())
    assert read == revised
    assert read.shown().speaker == speaker
    hidden = read.revised("s", text=None, hidden=True).shown()
    assert Caption.from_json(hidden.to_json()) == hidden
