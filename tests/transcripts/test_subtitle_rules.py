"""Subtitles of any captions in 22 languages keep the rules of subtitles and every word."""

from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from broadcaster.model.caption import Caption
from broadcaster.model.language import FLOOR
from broadcaster.transcripts.cues import LATEST_MS, cues_of
from broadcaster.transcripts.recut import GAP_MS, LONGEST_MS, SHORTEST_MS, parts_of
from broadcaster.writing.caption_layout import LINE_COLUMNS, LINES
from broadcaster.writing.columns import columns
from broadcaster.writing.reading_speed import columns_per_s, reading_ms
from broadcaster.writing.scripts import spaces_between_words
from broadcaster.writing.words import words
from tests.transcripts.spoken import captions_of, talk_in
from tests.writing.corpus import corpus

SENTENCES = corpus()
SHORT = {"en": "Yes.", "ja": "はい。", "ar": "نعم.", "th": "ใช่", "de": "Ja.", "zh": "是。"}
PROPERTY = settings(
    max_examples=120,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)


@st.composite
def talks(draw: st.DrawFn) -> tuple[str, list[Caption]]:
    """A language, and captions at any speed; some are as a reviewer wrote them."""
    language = draw(st.sampled_from(sorted(SENTENCES)))
    channel = draw(st.sampled_from([language, language, FLOOR]))
    now_ms = draw(st.integers(-200, 5_000))
    captions: list[Caption] = []
    for _ in range(draw(st.integers(1, 6))):
        text = draw(st.sampled_from([*SENTENCES[language][:12], SHORT.get(language, "OK.")]))
        lasts_ms = columns(text) * 1_000 // draw(st.integers(5, 30))
        said = captions_of(channel, language, [(text, now_ms, now_ms + lasts_ms)])
        if draw(st.integers(0, 4)) == 0:  # a reviewer put all of it into one caption
            rows = draw(st.sampled_from([text, *(["\n".join(words(text, language))] * 2)]))
            said = [Caption(said[0].id, channel, now_ms, now_ms + lasts_ms, rows, final=True)]
        captions += said
        now_ms += lasts_ms + draw(st.sampled_from([0, 0, 200, 700, 4_000]))
    return language, captions


def plain(text: str) -> str:
    return "".join(text.split())


@PROPERTY
@given(talks())
def test_subtitles_keep_the_rules_and_every_word(talk: tuple[str, list[Caption]]) -> None:
    language, captions = talk
    cues = cues_of(captions)
    assert plain("".join("".join(cue.lines) for cue in cues)) == plain(
        "".join(caption.text for caption in captions)
    )
    if spaces_between_words(language):
        shown = " ".join(line for cue in cues for line in cue.lines)
        assert shown.split() == " ".join(one.text for one in captions).split()
    for cue in cues:
        assert 1 <= len(cue.lines) <= LINES
        assert all(
            columns(one) <= LINE_COLUMNS or len(words(one, language)) == 1 for one in cue.lines
        )
        assert SHORTEST_MS <= cue.end_ms - cue.start_ms <= LONGEST_MS
    assert all(one.end_ms + GAP_MS <= other.start_ms for one, other in pairwise(cues))


@PROPERTY
@given(talks())
def test_a_subtitle_is_read_in_time_and_never_before_its_words(
    talk: tuple[str, list[Caption]],
) -> None:
    _, captions = talk
    begins: list[tuple[int, int]] = []  # letters before a caption, and when it begins
    letters = 0
    for caption in captions:
        begins.append((letters, max(caption.start_ms, 0)))
        letters += len(plain(caption.text))
    parts, cues = parts_of(captions), cues_of(captions)
    read = 0
    for number, (part, cue) in enumerate(zip(parts, cues, strict=True)):
        assert cue.start_ms >= part.start_ms >= max(ms for at, ms in begins if at <= read)
        read += len(plain("".join(cue.lines)))
        lasts_ms = cue.end_ms - cue.start_ms
        if number + 1 == len(cues) or lasts_ms >= min(part.reading_ms, LONGEST_MS):
            continue
        # It was shown as long as it could be: the next one is as late as it may be, or later.
        assert cues[number + 1].start_ms >= parts[number + 1].start_ms + LATEST_MS


def test_the_prepared_talk_is_read_at_the_speed_of_its_language() -> None:
    """Speech at a usual speed leaves time to read all of it, and nothing is late for long."""
    for language in ("en", "es", "fr", "de", "it", "pt", "ja", "zh", "ar"):
        channel = FLOOR if language == "en" else language
        captions = captions_of(channel, language, talk_in(language))
        cues = cues_of(captions)
        starts = {caption.start_ms for caption in captions}
        for cue in cues:
            need_ms = min(reading_ms("".join(cue.lines), language), LONGEST_MS)
            assert cue.end_ms - cue.start_ms >= need_ms, (language, cue)
            assert min(abs(cue.start_ms - one) for one in starts) <= LATEST_MS
        in_time = sum(cue.start_ms - GAP_MS in starts or cue.start_ms in starts for cue in cues)
        assert in_time > 0.6 * len(cues), (language, in_time, len(cues))


def test_each_language_has_its_speed() -> None:
    assert [columns_per_s(one) for one in ("en", "pt-BR", "ja", "zh-Hant", "ko", "")] == [
        *(17, 17, 14, 18, 24, 17)
    ]
