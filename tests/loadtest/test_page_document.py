"""The page as a simulated phone reads it, and shares of processor time."""

import gzip

import brotli
import pytest

from broadcaster.errors import ListenerLost
from broadcaster.loadtest.page.document import document_of, embedded_captions, parse_document
from broadcaster.loadtest.page.results import CpuSample, CpuShare, busiest_share, cpu_share

PAGE = b"""<!doctype html>
<html>
  <head>
    <link rel="modulepreload" href="/static/1/page.js" />
    <link rel="icon" href="/static/1/icon.svg" />
    <link rel="stylesheet" href="/static/1/page.css" />
    <script src="/static/1/theme.js"></script>
    <script type="module" src="/static/1/page.js"></script>
  </head>
  <body>
    <p>No answer</p>
    <script type="application/json" data-answer="/e/talk/info">{"a": "&amp; \\u003cb>"}</script>
  </body>
</html>
"""


def test_files_are_found_once_and_in_their_order() -> None:
    document = parse_document(PAGE)
    assert document.files == ("/static/1/page.js", "/static/1/page.css", "/static/1/theme.js")
    assert document.icons == ("/static/1/icon.svg",)


def test_answers_are_found_as_they_are() -> None:
    document = parse_document(PAGE)
    assert document.answers == {"/e/talk/info": b'{"a": "&amp; \\u003cb>"}'}
    assert document.has_answer("/e/talk/info")
    assert not document.has_answer("/e/talk/poll/es?newest=40")


@pytest.mark.parametrize(
    ("coding", "body"), [("br", brotli.compress(PAGE)), ("gzip", gzip.compress(PAGE)), ("", PAGE)]
)
def test_a_page_is_read_as_it_was_compressed(coding: str, body: bytes) -> None:
    assert document_of(body, coding) == parse_document(PAGE)


@pytest.mark.parametrize("coding", ["br", "gzip"])
def test_a_page_that_is_not_compressed_as_it_says(coding: str) -> None:
    with pytest.raises(ListenerLost, match="not compressed as its head says"):
        document_of(PAGE, coding)


def test_captions_are_counted() -> None:
    found = embedded_captions(b'{"after": "12-0", "captions": [{"id": "a"}, {"id": "b"}]}')
    assert (found.count, found.after) == (2, "12-0")
    with pytest.raises(ListenerLost):
        embedded_captions(b'{"after": "12-0"}')


def test_the_share_of_a_core() -> None:
    used_s = [0.0, 0.1, 0.2, 1.1, 1.9, 2.0, 2.0]
    samples = [CpuSample(10.0 + number / 2, cpu_s) for number, cpu_s in enumerate(used_s)]
    assert cpu_share(samples, 10.0, 11.0).used == pytest.approx(0.2)
    assert cpu_share(samples, 0.0, 100.0).used == pytest.approx(2 / 3)
    assert cpu_share(samples, 50.0, 60.0) == CpuShare()
    assert busiest_share(samples).used == pytest.approx(1.7)
    assert busiest_share(samples[:2]) == busiest_share([]) == CpuShare()


def test_a_share_of_a_core_that_others_had() -> None:
    waited_s = [0.0, 0.5, 1.4, 1.4]
    samples = [CpuSample(float(number), 0.1 * number, s) for number, s in enumerate(waited_s)]
    share = busiest_share(samples)
    assert share.used == pytest.approx(0.1)
    assert share.waited == pytest.approx(0.9)
