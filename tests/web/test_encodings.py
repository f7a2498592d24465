"""A client gets the coding that it wants most."""

import pytest
from aiohttp.test_utils import make_mocked_request

from broadcaster.web.pages.encodings import coding_of, compressed, preferred


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip;q=1.0, br;q=0.5", "gzip"),
        ("gzip, deflate", "gzip"),
        ("GZip", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0, gzip;q=0", "identity"),
        ("*", "br"),
        ("*;q=0", "identity"),
        ("gzip, *;q=0", "gzip"),
        ("identity, gzip;q=0.5", "identity"),
        ("zstd", "identity"),
        ("", "identity"),
        ("br;q=nonsense, gzip", "gzip"),
        (";q=1,,", "identity"),
    ],
)
def test_the_coding_is_the_one_that_the_client_wants_most(accepted: str, coding: str) -> None:
    request = make_mocked_request("GET", "/", headers={"Accept-Encoding": accepted})
    assert coding_of(request) == coding


def test_a_client_that_says_nothing_gets_the_body_as_it_is() -> None:
    assert coding_of(make_mocked_request("GET", "/")) == "identity"


def test_a_short_answer_is_not_compressed() -> None:
    request = make_mocked_request("GET", "/", headers={"Accept-Encoding": "br"})
    assert "Content-Encoding" not in compressed(request, b"{}", {}).headers
    assert compressed(request, b"{" + b" " * 1000 + b"}", {}).headers["Content-Encoding"] == "br"


def test_languages_come_in_the_order_of_their_weights() -> None:
    assert preferred("de-CH, fr;q=0.3, en;q=0.8, it;q=0") == ["de-ch", "en", "fr"]
    assert preferred("") == []
