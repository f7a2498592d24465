import random
import re

import pytest

from broadcaster.booths.sessions.output import MISSING
from broadcaster.booths.sinks import SKIPPED
from broadcaster.booths.text.caption_segmenter import CaptionSegmenter
from broadcaster.model.caption import Caption
from broadcaster.writing.caption_layout import LINE_COLUMNS, LINES
from broadcaster.writing.columns import columns

TALKS = {
    "es": (
        "Buenos días a todos. Hoy hablamos del agua limpia, que nos une a todos en esta ciudad y en"
        " muchas otras! ¿Quién la cuida? El Dr. Pérez midió 3.5 litros por persona, y eso es mucho."
    ),
    "de": "Die Trinkwasseraufbereitungsanlagenverordnung gilt. Wir danken Ihnen und beginnen.",
    "ja": (
        "皆さん、おはようございます。今日はきれいな水について話します。"
        "誰が水を守りますか？私たち全員です。"
    ),
    "ar": "صباح الخير جميعا. اليوم نتحدث عن الماء النظيف. من يحميه؟ نحن جميعا نحميه كل يوم.",
}


def feed(language: str, seed: int, *, flush: bool = True) -> list[Caption]:
    chance, text = random.Random(seed), TALKS[language]
    segmenter, captions, now_ms, at = CaptionSegmenter(language), [], 0, 0
    while at < len(text):
        size = chance.randint(1, 9)
        captions += segmenter.push(text[at : at + size], now_ms)
        at += size
        now_ms += 200
        captions += segmenter.tick(now_ms)
    return captions + (segmenter.flush(now_ms) if flush else [])


def plain(text: str) -> str:
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize("language", TALKS)
@pytest.mark.parametrize("seed", range(20))
def test_every_word_once_and_never_taken_back(language: str, seed: int) -> None:
    captions = feed(language, seed)
    shown: dict[str, Caption] = {}
    for caption in captions:
        before = shown.get(caption.id)
        assert before is None or (caption.text.startswith(before.text) and not before.final)
        shown[caption.id] = caption
    assert all(caption.final for caption in shown.values())
    assert plain("".join(c.text for c in shown.values())) == plain(TALKS[language])
    starts = [caption.start_ms for caption in shown.values()]
    assert starts == sorted(set(starts))


@pytest.mark.parametrize("language", TALKS)
def test_lines_are_short(language: str) -> None:
    for caption in feed(language, 1):
        lines = caption.text.split("\n")
        assert len(lines) <= LINES
        for line in lines:
            one_long_word = " " not in line and caption.channel != "ja"
            assert columns(line) <= LINE_COLUMNS or one_long_word


def test_a_caption_ends_with_its_sentence() -> None:
    final = [caption.text for caption in feed("es", 3) if caption.final]
    assert final[0] == "Buenos días a todos."
    assert "¿Quién la cuida?" in final
    assert not any(text.endswith("Dr.") for text in final)
    assert any("3.5 litros" in text.replace("\n", " ") for text in final)


def test_japanese_sentences_end_without_spaces() -> None:
    final = [plain(caption.text) for caption in feed("ja", 3) if caption.final]
    assert final[0] == "皆さん、おはようございます。"


def test_a_late_full_stop_belongs_to_its_sentence() -> None:
    segmenter = CaptionSegmenter("es")
    segmenter.push(" Hola a todos", 0)
    captions = segmenter.push(".", 400)
    assert [(c.text, c.final) for c in captions] == [("Hola a todos.", False)]
    captions = segmenter.push(" Gracias", 700)
    assert [(c.text, c.final) for c in captions] == [("Hola a todos.", True)]


def test_a_late_closing_quote_belongs_to_its_sentence() -> None:
    segmenter = CaptionSegmenter("en")
    segmenter.push(" He said “Go", 0)
    captions = [*segmenter.push(".", 400), *segmenter.push("”", 800), *segmenter.push(" We", 900)]
    assert [(c.text, c.final) for c in captions] == [
        ("He said “Go.", False),
        ("He said “Go.”", False),
        ("He said “Go.”", True),
    ]


def test_a_quiet_speaker_finishes_the_sentence() -> None:
    segmenter = CaptionSegmenter("es")
    segmenter.push(" Hola a todos", 0)
    assert [c.text for c in segmenter.tick(1000)] == ["Hola a todos"]
    captions = segmenter.tick(2600)
    assert [(c.text, c.final) for c in captions] == [("Hola a todos", True)]
    assert segmenter.push(".", 2700) == []


def test_a_mark_after_a_sentence_is_shown() -> None:
    """A gap rarely lies at the end of a sentence."""
    segmenter = CaptionSegmenter("es")
    segmenter.push(" Hola a todos.", 0)
    captions = [*segmenter.push(MISSING, 4_000), *segmenter.tick(4_800)]
    captions += [*segmenter.push(" Gracias.", 8_000), *segmenter.tick(8_300)]
    assert [(c.text, c.final) for c in captions] == [
        ("Hola a todos.", True),
        ("[…]", False),
        ("[…]", True),
        ("Gracias.", False),
    ]


def test_a_mark_within_a_sentence_is_shown() -> None:
    segmenter = CaptionSegmenter("es")
    captions = [*segmenter.push(" Hola", 0), *segmenter.push(SKIPPED, 400)]
    assert [(c.text, c.final) for c in captions] == [("Hola […]", False)]


def test_two_captions_at_once_have_two_ids() -> None:
    captions = CaptionSegmenter("es").push("Hola. Gracias. Adiós", 4000)
    assert [caption.id for caption in captions] == ["es-4000", "es-4001"]


def test_a_line_of_thai_keeps_the_space_a_line_break_does_not_stand_for() -> None:
    segmenter = CaptionSegmenter("th")
    text = "คนทุกคนมีสิทธิในการดำรงชีวิต เสรีภาพ และความมั่นคงแห่งตัวตนของพวกเขา"
    captions = [*segmenter.push(text, 1000), *segmenter.flush(2000)]
    assert captions[-1].text.replace("\n", "") == text
    assert "\n" in captions[-1].text


@pytest.mark.parametrize(
    ("channel", "before", "after", "joined"),
    [
        ("ko", "오늘은", "감사합니다", "오늘은 감사합니다"),
        ("es", "Hola a", "todos", "Hola a todos"),
        ("ja", "今日は", "水の話", "今日は水の話"),
        ("zh-Hant-TW", "今天", "我們", "今天我們"),
        ("th", "วันนี้", "เรา", "วันนี้เรา"),
        ("floor", "오늘은 우리", "감사합니다", "오늘은 우리 감사합니다"),
        ("floor", "今日はきれいな", "水の話", "今日はきれいな水の話"),
    ],
)
def test_sessions_join_as_the_writing_does(
    channel: str, before: str, after: str, joined: str
) -> None:
    segmenter = CaptionSegmenter(channel)
    segmenter.push(before, 0)
    segmenter.join()
    segmenter.push(after, 400)
    assert [caption.text for caption in segmenter.flush(800)] == [joined]


def test_no_korean_word_is_torn() -> None:
    segmenter = CaptionSegmenter("ko")
    text = (
        "오늘은 국제회의에서 실시간 통역을 제공하는 방법에 대해 여러분께 자세히 설명드리겠습니다."
    )
    captions = [*segmenter.push(text, 0), *segmenter.flush(400)]
    lines = [line for caption in captions if caption.final for line in caption.text.split("\n")]
    assert " ".join(lines) == text
