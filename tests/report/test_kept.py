"""Numbers, names and terms that came through, and those that did not."""

import pytest

from broadcaster.model.event import Term
from broadcaster.report.quality.kept import Kept, glossary_kept, names_kept, numbers_kept
from tests.report.building import said


def test_a_number_that_is_said_twice_must_be_found_twice() -> None:
    kept = numbers_kept(said(["5 and 5 are 10."]), said(["5 son 10."]), "en", "es")
    assert kept == Kept(3, 2, ("5",))


def test_a_number_is_looked_for_near_its_time_only() -> None:
    kept = numbers_kept(said(["We are 40."]), said(["Somos 40."], 60_000), "en", "es")
    assert kept == Kept(1, 0, ("40",))
    assert numbers_kept(said(["Nothing here."]), said(["Nada."]), "en", "es") is None


def test_names_are_capitals_within_a_sentence() -> None:
    floor = said(["Today I'm with Zoë from Mali.", "We thank Diego. And you.", "IT IS LOUD."])
    kept = names_kept(floor, said(["Hoy estoy con Zoe, de Malí.", "Gracias."]), "en", (), "es")
    assert kept == Kept(3, 2, ("Diego",))


def test_names_go_on_from_one_caption_to_the_next() -> None:
    floor = said(["We thank our friend", "Clara from here."])
    assert names_kept(floor, said(["Gracias, Clara."], 8_000), "en", (), "es") == Kept(1, 1, ())


@pytest.mark.parametrize(
    ("original", "language", "output", "found"),
    [
        ("This is Clara's well.", "de", "Das ist Claras Brunnen.", True),
        ("We met in Mali.", "de", "Wir trafen uns im Malipark.", True),
        ("We met Ali.", "de", "Wir trafen Alice.", False),
        ("We met Alina.", "es", "Conocimos a Catalina.", False),
        ("We come from Germany.", "es", "Venimos de Alemania.", True),
        ("We come from Germany.", "ja", "ドイツから来ました。", True),
        ("We come from Germany.", "ar", "جئنا من ألمانيا وفرنسا.", True),
        ("We love France.", "ar", "نحن نحب ألمانيا وفرنسا.", True),
        ("We come from Germany.", "ru", "Мы из Германии.", False),
        ("We come from the United States.", "es", "Venimos de Estados Unidos.", True),
        ("We speak French here.", "es", "Aquí hablamos francés.", True),
        ("We met on Monday.", "es", "Nos vimos el lunes.", True),
        ("We met in November.", "fr", "Nous nous sommes vus en novembre.", True),
        ("We met in November.", "zh", "我们11月见面。", True),
        ("We met in November.", "ja", "11月に会いました。", True),
        ("We met in November.", "ru", "Мы встретились в ноябре.", False),
        ("We met in November.", "ru", "Встреча 5 ноября.", True),
    ],
    ids=lambda one: one if isinstance(one, str) and len(one) == 2 else "",
)
def test_a_name_is_found_as_the_other_language_writes_it(
    original: str, language: str, output: str, *, found: bool
) -> None:
    kept = names_kept(said([original]), said([output], 3_000), "en", (), language)
    assert kept is not None
    assert (kept.said, kept.found) == (1, int(found))


@pytest.mark.parametrize(
    ("language", "output", "written"),
    [
        ("ja", "クララさん、ありがとう。", "クララ"),
        ("ru", "Спасибо, Клара.", "Клара"),
        ("ar", "شكرا لكلارا.", "كلارا"),
        ("ko", "클라라에게 감사합니다.", "클라라"),
    ],
)
def test_another_script_keeps_the_names_of_the_glossary_alone(
    language: str, output: str, written: str
) -> None:
    floor, channel = said(["We thank Clara and Diego."]), said([output])
    terms = (Term("Clara", {language: written}),)
    assert names_kept(floor, channel, "en", (), language) is None
    assert names_kept(floor, channel, "en", terms, language) == Kept(1, 1, ())
    assert glossary_kept(floor, channel, "en", terms, language) == Kept(1, 1, ())


def test_german_capitals_are_not_names() -> None:
    assert names_kept(said(["Das Wasser ist hier."]), said(["Water."]), "de", (), "en") is None


def test_an_unknown_source_has_the_names_that_it_writes() -> None:
    floor = said(["We met Clara in Germany."])
    kept = names_kept(floor, said(["Conocimos a Clara en Alemania."]), "", (), "es")
    assert kept == Kept(2, 1, ("Germany",))


def test_terms_are_found_as_the_glossary_has_them() -> None:
    terms = (Term("clean water", {"es": "agua limpia"}), Term("river", {"fr": "rivière"}))
    floor = said(["Clean water is life.", "We need clean water from the river."])
    spanish = said(["El agua limpia es vida.", "Necesitamos agua pura."])
    assert glossary_kept(floor, spanish, "en", terms, "es-MX") == Kept(2, 1, ("clean water",))
    assert glossary_kept(floor, spanish, "en", terms, "de") is None


def test_a_term_is_a_word_and_not_a_part_of_one() -> None:
    terms = (Term("AI", {"es": "IA"}), Term("river", {"es": "río"}))
    assert glossary_kept(said(["He said it again."]), said(["Eso."]), "en", terms, "es") is None
    floor = said(["AI helps two rivers."])
    assert glossary_kept(floor, said(["La familia."]), "en", terms, "es") == Kept(
        2, 0, ("AI", "river")
    )
    assert glossary_kept(floor, said(["La IA y dos ríos."]), "en", terms, "es") == Kept(2, 2, ())
