"""Prices, the spend cap, and what an event has spent."""

from dataclasses import fields

import pytest

from broadcaster.booths.demand.costs import Budget, budget, sessions_cost_usd
from broadcaster.config import Settings
from broadcaster.model.event import EngineKind
from broadcaster.model.spending.spent import Account, Spent
from broadcaster.model.status import BoothState, BoothStatus
from broadcaster.realtime.providers.prices import Prices
from broadcaster.realtime.session_events import Usage

PRICES = Prices()
HOUR_MS = 3_600_000


def report(cost_usd: float, channel: str = "es", sessions: int = 1) -> BoothStatus:
    return BoothStatus(channel, BoothState.LIVE, sessions=sessions, cost_usd=cost_usd)


def test_an_hour_of_each_engine() -> None:
    assert sessions_cost_usd(PRICES, EngineKind.TRANSLATE, HOUR_MS, Usage()) == pytest.approx(2.04)
    assert sessions_cost_usd(PRICES, EngineKind.TRANSCRIBE, HOUR_MS, Usage()) == pytest.approx(1.02)
    minute = Usage(input_audio=600, output_audio=1_200)
    assert sessions_cost_usd(PRICES, EngineKind.CONVERSE, HOUR_MS, minute) == pytest.approx(
        0.0192 + 0.0768
    )


def test_cached_tokens_are_cheaper_and_counted_once() -> None:
    million = 1_000_000
    text = Usage(input_text=million, cached_text=million // 2, output_text=million)
    assert PRICES.converse_cost(text) == pytest.approx(2.0 + 0.2 + 24.0)
    audio = Usage(input_audio=million, cached_audio=million // 4)
    assert PRICES.converse_cost(audio) == pytest.approx(24.0 + 0.1)


def test_every_price_is_a_setting() -> None:
    settings = Settings.model_fields
    for price in fields(Prices):
        assert settings[f"price_{price.name}"].get_default() is None


@pytest.mark.parametrize(
    ("spent_usd", "cap_usd", "expected"),
    [
        (99.0, None, Budget.FINE),
        (7.99, 10.0, Budget.FINE),
        (8.0, 10.0, Budget.NEARLY_SPENT),
        (10.0, 10.0, Budget.SPENT),
        (11.0, 10.0, Budget.SPENT),
    ],
)
def test_budget(spent_usd: float, cap_usd: float | None, expected: Budget) -> None:
    assert budget(spent_usd, cap_usd) is expected


def test_booths_one_after_the_other_add_up() -> None:
    spent = Spent()
    totals = []
    idle = BoothStatus("es", BoothState.IDLE)
    for status in (report(1.0), report(3.0), idle, report(0.1), report(0.5), report(2.0, "fr")):
        spent.record(status)
        totals.append(spent.total_usd)
    assert totals == pytest.approx([1.0, 3.0, 3.0, 3.1, 3.5, 5.5])


def test_a_restarted_process_continues_from_the_record() -> None:
    before = Spent()
    before.record(report(3.0))
    after = Spent.from_json(before.to_json())
    assert after == before
    after.record(report(0.25))
    assert after.total_usd == pytest.approx(3.25)


def test_of_two_processes_the_higher_account_wins() -> None:
    mine = Spent({"es": Account(1.0, 1.0), "fr": Account(0.0, 0.5)})
    mine.merge(Spent({"es": Account(0.0, 1.5), "fr": Account(0.5, 0.1), "de": Account(0.0, 1.0)}))
    assert mine.accounts == {
        "es": Account(1.0, 1.0),
        "fr": Account(0.5, 0.1),
        "de": Account(0.0, 1.0),
    }
