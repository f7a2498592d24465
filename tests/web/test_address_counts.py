"""Counts of addresses: windows, limits, and a bounded table."""

from hypothesis import given
from hypothesis import strategies as st

from broadcaster.web.address_counts import AddressCounts, Excess
from tests.support.clock import FakeClock


def test_an_address_may_do_it_so_often_in_a_window() -> None:
    clock = FakeClock()
    counts = AddressCounts(3, 10, clock)
    assert [counts.count("a") for _ in range(3)] == [None] * 3
    clock.pass_time(4)
    assert counts.count("a") == Excess(6, first=True)
    assert counts.count("a") == Excess(6, first=False)
    assert counts.count("b") is None
    clock.pass_time(6)
    assert counts.count("a") is None


def test_a_client_is_never_asked_to_wait_for_nothing() -> None:
    clock = FakeClock()
    counts = AddressCounts(0, 10, clock)
    clock.pass_time(1)
    counts.count("a")
    clock.pass_time(9.999)
    assert counts.count("a") == Excess(1, first=False)


def test_the_address_that_did_nothing_for_longest_is_forgotten() -> None:
    counts = AddressCounts(1, 10, FakeClock(), most=2)
    for name in ("a", "b"):
        assert counts.count(name) is None
    assert counts.count("a") is not None
    assert counts.count("c") is None
    assert counts.count("a") is not None
    assert counts.count("b") is None
    assert len(counts) == 2


@given(st.lists(st.integers(0, 1_000)), st.integers(1, 20))
def test_the_table_never_grows_beyond_its_size(addresses: list[int], most: int) -> None:
    counts = AddressCounts(1, 10, FakeClock(), most=most)
    for address in addresses:
        counts.count(str(address))
        assert len(counts) <= most
