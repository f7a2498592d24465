"""Counting the glossary's terms: how often they were said, and how often translated as wanted."""

from dataclasses import replace

from broadcaster.booths.text.glossary import WINDOW_MS, GlossaryWatch
from broadcaster.model.event import Channel, Event, EventState, Term

EVENT = Event(
    "talk",
    "A talk",
    EventState.LIVE,
    (Channel("es"),),
    "key",
    glossary=(
        Term("sluice gate", {"es": "compuerta", "fr": "vanne"}),
        Term("well", {"fr": "puits"}),
    ),
    do_not_translate=("NVLink",),
)


def watch(language: str = "es") -> GlossaryWatch:
    watching = GlossaryWatch(language)
    watching.use(EVENT)
    return watching


def counts(watching: GlossaryWatch, now_ms: int) -> tuple[int, int]:
    watching.expire(now_ms)
    return watching.hits, watching.missed


def test_a_translation_after_its_term_is_a_hit_however_it_is_cut() -> None:
    watching = watch()
    watching.hear_source("Open the Sluice", 1_000)
    watching.hear_source("gate now.", 1_500)
    for fragment in (" Abran", " la comp", "uer", "ta."):
        watching.hear_channel(fragment, 3_000)
    assert counts(watching, 90_000) == (1, 0)


def test_a_translation_before_its_term_is_a_hit() -> None:
    watching = watch()
    watching.hear_channel(" las compuertas", 1_000)
    watching.hear_source("the sluice gate", 6_000)
    assert counts(watching, 90_000) == (1, 0)


def test_a_term_without_its_translation_is_missed_in_time() -> None:
    watching = watch()
    watching.hear_source("the sluice gate", 1_000)
    watching.hear_channel(" la puerta", 2_000)
    assert counts(watching, 1_000 + WINDOW_MS) == (0, 0)
    assert counts(watching, 1_001 + WINDOW_MS) == (0, 1)
    watching.hear_channel(" la compuerta", 40_000)
    assert counts(watching, 90_000) == (0, 1)


def test_every_time_it_is_said_counts_once() -> None:
    watching = watch()
    watching.hear_source("NVLink and NVLink, not NVLinked", 1_000)
    watching.hear_channel(" NVLink", 2_000)
    watching.hear_channel(" y", 2_000)
    assert counts(watching, 90_000) == (1, 1)


def test_only_this_language_and_whole_words_count() -> None:
    watching = watch("fr")
    watching.hear_source("Farewell, sluice gatekeeper. Well!", 1_000)
    watching.hear_channel(" Adieu. Le puits", 2_000)
    assert counts(watching, 90_000) == (1, 0)
    spanish = watch()
    spanish.hear_source("Well!", 1_000)
    assert counts(spanish, 90_000) == (0, 0)


def test_a_changed_glossary_counts_on() -> None:
    watching = watch()
    watching.hear_source("the sluice gate", 1_000)
    watching.use(replace(EVENT, title="Another title"))
    watching.hear_channel(" la compuerta", 2_000)
    watching.use(replace(EVENT, glossary=()))
    watching.hear_source("the sluice gate", 3_000)
    assert counts(watching, 90_000) == (1, 0)
