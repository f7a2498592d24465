"""Numbers, names and terms that came through, and those that did not."""

import pytest

from broadcaster.model.event import Term
from broadcaster.report.quality.kept import Kept, glossary_kept, names_kept, numbers_kept
from tests.report.building import said


@pytest.mark.parametrize(
    ("source", "output"),
    [
        ("We have 1,200 wells.", "Tenemos 1.200 pozos."),
        ("We have 1,200 wells.", "Nous avons 1\u202f200 puits."),
        ("It grew by 3.5 %.", "Creció un 3,5 %."),
        ("In 2026 it began.", "بدأ في ٢٠٢٦."),
        ("In 2026 it began.", "२०२६ में शुरू हुआ।"),
        ("In 2026 it began.", "2026年に始まりました。"),
    ],
    ids=["point", "space", "comma", "arabic", "hindi", "japanese"],
)
def test_a_number_is_the_same_in_other_digits_and_groups(source: str, output: str) -> None:
    kept = numbers_kept(said([source]), said([output], 3_000))
    assert kept is not None
    assert (kept.said, kept.found) == (1, 1)


def test_a_number_that_is_said_twice_must_be_found_twice() -> None:
    kept = numbers_kept(said(["5 and 5 are 10."]), said(["5 son 10."]))
    assert kept == Kept(3, 2, ("5",))


def test_a_number_is_looked_for_near_its_time_only() -> None:
    kept = numbers_kept(said(["We are 40."]), said(["Somos 40."], 60_000))
    assert kept == Kept(1, 0, ("40",))
    assert numbers_kept(said(["None here."]), said(["Nada."])) is None


def test_names_are_capitals_within_a_sentence() -> None:
    floor = said(["Today I'm with Zoë from Mali.", "We thank Diego. And you."])
    kept = names_kept(floor, said(["Hoy estoy con Zoe, de Malí.", "Gracias."]), "en", (), "es")
    assert kept == Kept(3, 2, ("Diego",))


def test_names_go_on_from_one_caption_to_the_next() -> None:
    floor = said(["We thank our friend", "Clara from here."])
    assert names_kept(floor, said(["Gracias, Clara."], 8_000), "en", (), "es") == Kept(1, 1, ())


def test_another_script_keeps_the_names_of_the_glossary_alone() -> None:
    floor, japanese = said(["We thank Clara and Diego."]), said(["クララさん、ありがとう。"])
    terms = (Term("Clara", {"ja": "クララ"}),)
    assert names_kept(floor, japanese, "en", (), "ja") is None
    assert names_kept(floor, japanese, "en", terms, "ja") == Kept(1, 0, ("Clara",))
    assert glossary_kept(floor, japanese, terms, "ja") == Kept(1, 1, ())


def test_german_capitals_are_not_names() -> None:
    assert names_kept(said(["Das Wasser ist hier."]), said(["Water."]), "de", (), "en") is None


def test_terms_are_found_as_the_glossary_has_them() -> None:
    terms = (Term("clean water", {"es": "agua limpia"}), Term("river", {"fr": "rivière"}))
    floor = said(["Clean water is life.", "We need clean water from the river."])
    spanish = said(["El agua limpia es vida.", "Necesitamos agua pura."])
    assert glossary_kept(floor, spanish, terms, "es-MX") == Kept(2, 1, ("clean water",))
    assert glossary_kept(floor, spanish, terms, "de") is None
