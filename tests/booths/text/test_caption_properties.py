"""Properties of the captions of any text, whatever its fragments and pauses."""

from itertools import accumulate

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from broadcaster.booths.text.caption_segmenter import SENTENCE_QUIET_MS, CaptionSegmenter
from broadcaster.model.caption import Caption
from broadcaster.model.language import FLOOR
from broadcaster.writing.caption_layout import LINE_COLUMNS, LINES
from broadcaster.writing.columns import columns
from broadcaster.writing.scripts import spaces_between_words
from broadcaster.writing.words import words
from tests.writing.corpus import corpus

SENTENCES = corpus()
TRICKY = {
    "en": [
        "It was 5 p.m. Then we left.",
        "See www.example.org, i.e. $3.5.",
        "He said “Go.”",
        "Hm...",
    ],
    "de": ["Am 3. Mai um 10.30 Uhr, z. B. hier.", "„Komm!“, rief er.", "Version 3.11.7 läuft."],
    "fr": ["Qui\u00a0? M. Dupont\u00a0!", "« Oui », dit-il.", "Vraiment ?"],
    "ja": ["「言った。」と彼は。", "GPT-4を使うと速いです！", "3.5リットル。"],
    "zh": ["他说：“走。”然后走了。", "AI技术……很好！", "一共3.5公里。"],
    "th": ["สวัสดีครับ ยินดีต้อนรับค่ะ", "ดร. สมชาย พูดเรื่อง AI ในปี 2563"],
    "ar": ["قال: «نعم؟» ثم ذهب.", "جاء د. محمد."],
    "ru": ["Это т. е. д-р Иванов — врач.", "«Да», — сказал он."],
    "ko": ["AI(인공지능)를 씁니다.", "네."],
}
PAUSES_MS = (0, 100, 300, 900, 1300, 2300)
LONG_PAUSE_MS = 3000


@st.composite
def streams(draw: st.DrawFn) -> tuple[str, str, list[tuple[str, int]]]:
    """A channel, its language, and fragments of a text with the pause after each."""
    language = draw(st.sampled_from(sorted(SENTENCES)))
    spoken = [*SENTENCES[language], *TRICKY.get(language, [])]
    chosen = draw(st.lists(st.sampled_from(spoken), min_size=1, max_size=4))
    text = ("" if language in {"zh", "ja"} else " ").join(chosen)
    sizes = draw(st.lists(st.integers(1, draw(st.sampled_from((1, 6, 40)))), min_size=1))
    cuts = [at for at in accumulate(sizes * len(text)) if at < len(text)]
    fragments = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    stream = []
    for number, fragment in enumerate(fragments, 1):
        follows = "".join(fragments[number:])[:1]
        longest = [LONG_PAUSE_MS] if follows == " " and not fragment.endswith(" ") else []
        stream.append((fragment, draw(st.sampled_from([*PAUSES_MS, *longest]))))
    return draw(st.sampled_from([language, language, FLOOR])), language, stream


def captions_of(channel: str, stream: list[tuple[str, int]]) -> list[Caption]:
    segmenter, captions, now_ms = CaptionSegmenter(channel), [], 0
    for fragment, pause_ms in stream:
        captions += segmenter.push(fragment, now_ms)
        end_ms = now_ms + pause_ms
        while now_ms < end_ms:
            now_ms += 100
            captions += segmenter.tick(now_ms)
    return captions + segmenter.flush(now_ms)


def last_versions(captions: list[Caption]) -> list[Caption]:
    shown: dict[str, Caption] = {}
    for caption in captions:
        before = shown.get(caption.id)
        assert before is None or (caption.text.startswith(before.text) and not before.final)
        shown[caption.id] = caption
    assert all(caption.final for caption in shown.values())
    return list(shown.values())


def plain(text: str) -> str:
    return "".join(text.split())


@settings(
    max_examples=200,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(streams())
def test_captions_hold_the_text_and_tear_no_word(
    stream: tuple[str, str, list[tuple[str, int]]],
) -> None:
    channel, language, fragments = stream
    text = "".join(fragment for fragment, _ in fragments)
    captions = last_versions(captions_of(channel, fragments))
    lines = [line for caption in captions for line in caption.text.split("\n")]
    assert all(caption.text.count("\n") < LINES for caption in captions)
    assert plain("".join(lines)) == plain(text)
    if spaces_between_words(language):
        assert " ".join(lines).split() == text.split()
    whole = words(text, language)
    ends = set(accumulate(len(plain(word)) for word in whole))
    assert set(accumulate(len(plain(line)) for line in lines)) <= ends
    for line in lines:
        assert columns(line) <= LINE_COLUMNS or line in whole


def test_a_pause_ends_a_sentence() -> None:
    assert max(PAUSES_MS) < SENTENCE_QUIET_MS <= LONG_PAUSE_MS
