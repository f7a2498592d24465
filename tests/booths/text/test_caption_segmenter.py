import random
import re

import pytest

from broadcaster.booths.sessions.output import MISSING
from broadcaster.booths.sinks import SKIPPED
from broadcaster.booths.text.caption_segmenter import LINE_COLUMNS, LINES, CaptionSegmenter, columns
from broadcaster.model.caption import Caption

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


def feed(text: str, seed: int, *, flush: bool = True) -> list[Caption]:
    chance = random.Random(seed)
    segmenter, captions, now_ms, at = CaptionSegmenter("xx"), [], 0, 0
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
    captions = feed(TALKS[language], seed)
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
    for caption in feed(TALKS[language], 1):
        lines = caption.text.split("\n")
        assert len(lines) <= LINES
        for line in lines:
            one_long_word = " " not in line
            assert columns(line) <= LINE_COLUMNS + 2 or one_long_word


def test_a_caption_ends_with_its_sentence() -> None:
    final = [caption.text for caption in feed(TALKS["es"], 3) if caption.final]
    assert final[0] == "Buenos días a todos."
    assert "¿Quién la cuida?" in final
    assert not any(text.endswith("Dr.") for text in final)
    assert any("3.5 litros" in text.replace("\n", " ") for text in final)


def test_japanese_sentences_end_without_spaces() -> None:
    final = [plain(caption.text) for caption in feed(TALKS["ja"], 3) if caption.final]
    assert final[0] == "皆さん、おはようございます。"


def test_a_late_full_stop_belongs_to_its_sentence() -> None:
    segmenter = CaptionSegmenter("es")
    segmenter.push(" Hola a todos", 0)
    captions = segmenter.push(".", 400)
    assert [(c.text, c.final) for c in captions] == [("Hola a todos.", True)]


def test_a_quiet_speaker_finishes_the_sentence() -> None:
    segmenter = CaptionSegmenter("es")
    segmenter.push(" Hola a todos", 0)
    assert [c.text for c in segmenter.tick(1000)] == ["Hola a todos"]
    captions = segmenter.tick(2600)
    assert [(c.text, c.final) for c in captions] == [("Hola a todos", True)]
    assert segmenter.push(".", 2700) == []


def test_a_mark_after_a_sentence_is_shown() -> None:
    """What was skipped or not interpreted is rarely the end of the sentence before."""
    segmenter = CaptionSegmenter("es")
    segmenter.push(" Hola a todos.", 0)
    captions = [*segmenter.push(MISSING, 4_000), *segmenter.push(" Gracias.", 8_000)]
    assert [(c.text, c.final) for c in captions] == [("[…]", True), ("Gracias.", True)]


def test_a_mark_within_a_sentence_is_shown() -> None:
    segmenter = CaptionSegmenter("es")
    captions = [*segmenter.push(" Hola", 0), *segmenter.push(SKIPPED, 400)]
    assert [(c.text, c.final) for c in captions] == [("Hola […]", True)]


def test_two_captions_at_once_have_two_ids() -> None:
    captions = CaptionSegmenter("es").push("Hola. Gracias. ", 4000)
    assert [caption.id for caption in captions] == ["es-4000", "es-4001"]
