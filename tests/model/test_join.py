"""Short codes: what is made, and what is understood of what people type."""

import pytest

from broadcaster.model.join import ALPHABET, CODE_LENGTH, code_of, new_code


def test_a_new_code_is_no_word_and_no_number_and_reads_as_itself() -> None:
    for _ in range(500):
        code = new_code()
        assert len(code) == CODE_LENGTH
        assert set(code) <= set(ALPHABET)
        assert not code.isalpha()
        assert not code.isdigit()
        assert code_of(code) == code


@pytest.mark.parametrize(
    "typed",
    ["K7F2Q0", "k7f2q0", "K7F-2Q0", " k7f 2q0 ", "K7F2QO", "k7f2qo", "K7F–2Q0", "K7F_2Q0"],
)
def test_case_separators_and_zeros_do_not_matter(typed: str) -> None:
    assert code_of(typed) == "K7F2Q0"


@pytest.mark.parametrize("typed", ["1A1111", "IALiIl", "lalI1L", "la-il-1i"])
def test_i_and_l_are_ones(typed: str) -> None:
    assert code_of(typed) == "1A1111"


@pytest.mark.parametrize("typed", ["", "K7F2Q", "K7F2Q00", "K7F2QU", "K7F2Qé", "K7F2Q٣", "../etc"])
def test_what_cannot_be_a_code(typed: str) -> None:
    assert code_of(typed) is None
