"""The record of the newest microphone of each interpreter."""

import pytest

from broadcaster.model.consoles.microphones import MOST_REPLACED, Microphones


def test_a_device_that_was_replaced_is_remembered_until_it_takes_over() -> None:
    known = Microphones().with_microphone("ana", "s1", "laptop")
    known = known.with_microphone("ana", "s2", "laptop")
    assert not known.is_replaced("ana", "laptop"), "it has connected again"
    known = known.with_microphone("ana", "s3", "phone")
    assert known.is_replaced("ana", "laptop")
    assert not known.is_replaced("ana", "phone")
    assert not known.is_replaced("ben", "laptop")
    known = known.with_microphone("ana", "s4", "")
    assert known.is_replaced("ana", "phone")
    assert not known.is_replaced("ana", ""), "hardware without a name takes over again and again"
    known = known.with_microphone("ana", "s5", "laptop")
    assert not known.is_replaced("ana", "laptop")
    for number in range(20):
        known = known.with_microphone("ana", "s", f"d{number}")
    assert len(known.newest["ana"].replaced) == MOST_REPLACED
    assert known.is_replaced("ana", "d18")
    assert Microphones.from_json(known.to_json()) == known


@pytest.mark.parametrize("data", [b"[]", b'{"newest": [1]}', b'{"newest": {"a": {}}}'])
def test_another_record_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="Microphones"):
        Microphones.from_json(data)
