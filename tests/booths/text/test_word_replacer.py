"""Words are replaced whole, before they are shown, however the text is cut into fragments."""

import asyncio
from itertools import combinations

import pytest

from broadcaster.booths.text.captions import CaptionWriter
from broadcaster.booths.text.word_replacer import WordReplacer
from broadcaster.booths.timing.places import WholeTime
from broadcaster.model import keys
from broadcaster.model.caption import Caption
from broadcaster.model.ports import Bus
from broadcaster.model.review.replacements import Replacement, Replacements
from tests.support.deadline import deadline
from tests.support.tasks import background_task
from tests.support.virtual_time import VirtualTimeBus

RULES = [
    Replacement("1", "jon smit", "John Smith"),
    Replacement("2", "smit", "Smith"),
    Replacement("3", "acme pro", "AcmePro™"),
    Replacement("4", "wasser", "water"),
    Replacement("5", "王小名", "王小明"),
    Replacement("6", "田中", "田仲"),
    Replacement("7", "สมชัย", "สมชาย"),
]


def replaced(fragments: list[str], channel: str = "en") -> str:
    replacer = WordReplacer(channel)
    replacer.use(RULES)
    passed = [one for fragment in fragments for one in replacer.push(fragment, 0, None)]
    passed += replacer.flush()
    assert "".join(one.said for one in passed) == "".join(fragments)
    return "".join(one.text for one in passed)


@pytest.mark.parametrize(
    ("channel", "text", "wanted"),
    [
        ("en", "Hello Jon Smit, welcome.", "Hello John Smith, welcome."),
        ("en", "Smit's book, by Smit", "Smith's book, by Smith"),
        ("en", "Smithers and blacksmit", "Smithers and blacksmit"),
        ("en", "Jon Smithers", "Jon Smithers"),
        ("en", "JON SMIT speaks", "JOHN SMITH speaks"),
        ("en", "Wasser and wasser", "Water and water"),
        ("en", "the acme\npro", "the AcmePro™"),
        ("en", "jon smi", "jon smi"),
        ("zh", "今天王小名来了。", "今天王小明来了。"),
        ("ja", "田中さんは来ました。", "田仲さんは来ました。"),
        ("th", "วันนี้สมชัยมาแล้ว", "วันนี้สมชายมาแล้ว"),
    ],
)
def test_whole_words_are_replaced_however_the_text_is_cut(
    channel: str, text: str, wanted: str
) -> None:
    assert replaced([text], channel) == wanted
    assert replaced(list(text), channel) == wanted
    for cuts in combinations(range(1, len(text)), 2):
        pieces = [text[: cuts[0]], text[cuts[0] : cuts[1]], text[cuts[1] :]]
        assert replaced(pieces, channel) == wanted, pieces


def test_text_that_cannot_be_part_of_the_words_passes_at_once() -> None:
    replacer = WordReplacer("en")
    assert [one.text for one in replacer.push("Jon", 5, None)] == ["Jon"]
    replacer.use(RULES)
    assert [one.text for one in replacer.push(" and Ann", 5, None)] == [" and Ann"]
    assert [one.text for one in replacer.push(" met J", 6, None)] == [" met "]
    assert replacer.holds
    [first, second] = replacer.push("ane.", 7, None)
    assert (first.text, first.now_ms, second.text, second.now_ms) == ("J", 6, "ane.", 7)
    assert not replacer.holds


def test_the_times_are_those_of_the_words_that_were_said() -> None:
    replacer = WordReplacer("en")
    replacer.use(RULES)
    place = WholeTime(1_000, 2_000)
    passed = replacer.push("By Jon Smit. ", 5, place)
    assert [one.text for one in passed] == ["By ", "John Smith", ". "]
    assert all(one.place is not None and one.place.starts_ms(1) == 1_000 for one in passed)


async def captions_of(bus: Bus) -> list[Caption]:
    entries = await bus.read(keys.captions("talk", "en"))
    return [Caption.from_json(entry.payload) for entry in entries]


async def test_captions_grow_with_the_replaced_words_and_all_letters_are_stored() -> None:
    async with VirtualTimeBus() as bus:
        record = keys.replacements_record("talk")
        rules = [*RULES, Replacement("8", "hola", "adiós", "es")]
        await bus.put(record, Replacements(tuple(rules)).to_json())
        writer = CaptionWriter("talk", "en", bus)
        async with (
            background_task(writer.follow_replacements(), name="replacements"),
            writer.writing(lambda: 9_000),
        ):
            async with deadline():
                while not writer._replacer._rules:
                    await asyncio.sleep(0)
            text = "Hola, this is the book of Jon Smit about wasser and other things. "
            for number, char in enumerate(text):
                writer.push_text(char, number * 50)
                writer.tick(number * 50)
        assert writer.stored_letters == writer.pushed_letters
        versions = await captions_of(bus)
    shown = ""
    for one in versions:
        assert one.text.startswith(shown) or not shown
        shown = "" if one.final else one.text
    finals = " ".join(one.text.replace("\n", " ") for one in versions if one.final)
    assert finals == "Hola, this is the book of John Smith about water and other things."
