import pytest

from broadcaster.auth import new_key
from broadcaster.stage_keys import StageKeyring, is_stage_key

ONE, TWO = "first-store-key-" * 2, "other-store-key-" * 2


def test_what_is_stored_does_not_give_the_key_away() -> None:
    key = new_key()
    stored = StageKeyring([ONE]).seal(key)
    assert key not in stored
    assert is_stage_key(key, stored)
    assert StageKeyring([ONE]).open(stored) == key
    assert StageKeyring([TWO]).open(stored) is None


def test_what_is_stored_is_no_key() -> None:
    stored = StageKeyring([ONE]).seal(new_key())
    _, digest, sealed = stored.split(":")
    for given in (stored, digest, sealed, "", "v1", "v1:", "\udce9", new_key()):
        assert not is_stage_key(given, stored)


def test_a_key_of_an_earlier_version_opens_the_floor_until_it_is_sealed() -> None:
    ring, key = StageKeyring([ONE]), new_key()
    assert is_stage_key(key, key)
    assert not is_stage_key(new_key(), key)
    assert ring.open(key) == key
    sealed = ring.reseal(key)
    assert key not in sealed
    assert is_stage_key(key, sealed)
    assert ring.reseal(sealed) == sealed


def test_an_empty_key_opens_nothing() -> None:
    assert not is_stage_key("", "")
    assert not is_stage_key("", StageKeyring([ONE]).seal(""))


def test_store_keys_are_rotated() -> None:
    key = new_key()
    before = StageKeyring([ONE]).seal(key)
    during = StageKeyring([TWO, ONE])
    assert during.open(before) == key
    after = during.reseal(before)
    assert after != before
    assert StageKeyring([TWO]).open(after) == key
    assert StageKeyring([TWO]).reseal(before) == before, "a key that cannot be opened is kept"


@pytest.mark.parametrize("damaged", ["v1:x:y", "v1::z", "v1:a:b:c", "v1:é:ü"])
def test_a_damaged_form_opens_nothing(damaged: str) -> None:
    ring = StageKeyring([ONE])
    assert ring.open(damaged) is None
    assert ring.reseal(damaged) == damaged
    assert not is_stage_key("x", damaged)
