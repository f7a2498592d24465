"""Words are found in what was said, however they are written and wherever captions are cut."""

import json
from pathlib import Path

import pytest

from broadcaster.edge.transcript.past import PastCaption, PastCaptions, folded
from broadcaster.edge.transcript.search import MOST_MATCHES, find
from broadcaster.model.caption import Caption

FOLDED = json.loads((Path(__file__).parents[2] / "web" / "folded.json").read_text())
"""Texts that the page's own `fold` folds in the same way."""


def message(number: int, text: str, start_ms: int | None = None, channel: str = "es") -> bytes:
    start_ms = number * 1_000 if start_ms is None else start_ms
    caption = Caption(f"{channel}-{number}", channel, start_ms, start_ms + 900, text, final=True)
    return f"id: 17{number}-0\nevent: caption\ndata: ".encode() + caption.to_json() + b"\n\n"


def past_of(*texts: str, channel: str = "es") -> list[PastCaption]:
    messages = [message(number, text, channel=channel) for number, text in enumerate(texts)]
    return PastCaptions(channel).update(messages)


def found(query: str, *texts: str, channel: str = "es") -> list[list[int]]:
    """The numbers of the captions of each match."""
    past, separator = past_of(*texts, channel=channel), " " if channel == "es" else ""
    matches = find(past, PastCaptions(channel).fold(query), separator=separator).matches
    return [[past.index(one) for one in match.captions] for match in matches]


@pytest.mark.parametrize(("text", "spaced", "expected"), FOLDED)
def test_a_text_is_folded_as_the_page_folds_it(text: str, expected: str, *, spaced: bool) -> None:
    assert folded(text, spaced=spaced).strip() == expected


def test_a_message_is_parsed_with_its_id() -> None:
    (past,) = PastCaptions("es").update([message(4, "El Água")])
    assert (past.id, past.caption.id, past.folded) == ("174-0", "es-4", "el agua")


def test_words_are_found_in_one_caption_and_across_two() -> None:
    texts = ("El agua no\nconoce", "fronteras. El AGUA", "es de todos.", "¿Y el água?")
    assert found("agua", *texts) == [[0], [1], [3]]
    assert found("conoce fronteras", *texts) == [[0, 1]]
    assert found("no conoce", *texts) == [[0]]
    assert found("agua es de", *texts) == [[1, 2]]
    assert found("vino", *texts) == []


def test_a_caption_is_found_once_and_captions_without_text_do_not_matter() -> None:
    assert found("ja", "ja ja ja", "", "no", "ja") == [[0], [3]]
    assert found("a b", "a", "", "b") == []
    assert found("a", "a") == [[0]]


def test_japanese_is_found_across_lines_and_captions() -> None:
    assert found("は国境", "水は\n国境を", "知らない", channel="ja") == [[0]]
    assert found("を知ら", "水は\n国境を", "知らない", channel="ja") == [[0, 1]]


def test_the_newest_places_come_and_the_rest_is_said_to_be_there() -> None:
    past = past_of(*["agua"] * (MOST_MATCHES + 5))
    result = find(past, "agua", separator=" ")
    assert len(result.matches) == MOST_MATCHES
    assert result.more
    assert result.matches[-1].captions == (past[-1],)
    assert result.matches[0].captions == (past[5],)
    assert not find(past[5:], "agua", separator=" ").more


def test_captions_are_put_in_the_order_of_speech_and_parsed_once() -> None:
    archive = PastCaptions("es")
    late, early = message(1, "uno", 5_000), message(2, "dos", 1_000)
    first = archive.update([late, early])
    assert [past.caption.text for past in first] == ["dos", "uno"]
    second = archive.update([late, message(3, "tres", 9_000)])
    assert [past.caption.text for past in second] == ["uno", "tres"]
    assert second[0] is first[1]
