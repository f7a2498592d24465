"""Readers that join late get the newest version of each caption, page by page."""

from broadcaster.edge.fanout.caption_history import (
    MOST_CAPTIONS,
    PAGE_BYTES,
    CaptionHistory,
    Position,
)


def everything(history: CaptionHistory, after: Position | None = None) -> list[bytes]:
    pages = []
    while (page := history.page(after)) is not None:
        data, after = page
        pages.append(data)
    return pages


def test_pages_hold_everything_once_and_in_order() -> None:
    history = CaptionHistory()
    messages = [b"%05d" % number * 100 for number in range(1_000)]
    for number, message in enumerate(messages):
        history.put(f"es-{number}", (number, 0), message)
    pages = everything(history)
    assert b"".join(pages) == b"".join(messages)
    assert all(len(page) < PAGE_BYTES + 500 for page in pages)
    assert b"".join(everything(history, (499, 7))) == b"".join(messages[500:])
    assert everything(history, (5_000, 0)) == []


def test_a_newer_version_replaces_the_previous_one() -> None:
    history = CaptionHistory()
    history.put("es-1", (1, 0), b"half ")
    history.put("es-2", (2, 0), b"other ")
    history.put("es-1", (3, 0), b"half and whole")
    assert everything(history) == [b"other half and whole"]
    assert everything(history, (1, 0)) == [b"other half and whole"]
    assert everything(history, (2, 0)) == [b"half and whole"]


def test_the_oldest_captions_are_dropped() -> None:
    history = CaptionHistory()
    for number in range(MOST_CAPTIONS + 10):
        history.put(f"es-{number}", (number, 0), b"%d," % number)
    kept = b"".join(everything(history)).split(b",")
    assert kept[0] == b"10"
    assert len(kept) == MOST_CAPTIONS + 1
    history.put("es-3", (MOST_CAPTIONS + 10, 0), b"again")
    assert b"".join(everything(history, (MOST_CAPTIONS + 9, 0))) == b"again"
