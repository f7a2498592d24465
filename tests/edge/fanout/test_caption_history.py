"""Readers that join late get the newest version of each caption, page by page."""

import tracemalloc

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


def test_a_packed_caption_is_replaced_and_dropped_once() -> None:
    history = CaptionHistory()
    for number in range(MOST_CAPTIONS):
        history.put(f"es-{number}", (number, 0), b"%d," % number)
    for position, number in enumerate((0, 700, 0, 701), start=MOST_CAPTIONS):
        history.put(f"es-{number}", (position, 0), b"%d," % number)
    kept = b"".join(everything(history)).split(b",")[:-1]
    others = [b"%d" % n for n in range(1, MOST_CAPTIONS) if n not in {700, 701}]
    assert kept == [*others, b"700", b"0", b"701"]
    history.put("es-new", (2 * MOST_CAPTIONS, 0), b"new")
    assert b"".join(everything(history)).startswith(b"2,3,")


def test_a_pack_whose_captions_all_have_newer_versions_is_gone() -> None:
    history = CaptionHistory()
    for number in range(2 * MOST_CAPTIONS):
        history.put(f"es-{number % 1_000}", (number, 0), b"%d," % number)
    kept = b"".join(everything(history)).split(b",")[:-1]
    assert kept == [b"%d" % n for n in range(2 * MOST_CAPTIONS - 1_000, 2 * MOST_CAPTIONS)]
    assert history.last == (2 * MOST_CAPTIONS - 1, 0)


def test_hours_of_captions_take_little_memory() -> None:
    text = "El agua llega a cada casa porque todos cuidan del río y de sus orillas"
    before = 0
    tracemalloc.start()
    try:
        history = CaptionHistory()
        for number in range(MOST_CAPTIONS):
            if number == 500:
                before = tracemalloc.get_traced_memory()[0]
            message = f"id: {number}-0\nevent: caption\ndata: {text} {number * 7919}\n\n".encode()
            history.put(f"es-{number}", (number, 0), message)
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert grown < 150 * (MOST_CAPTIONS - 500)


def test_the_past_can_be_read_backwards() -> None:
    history = CaptionHistory()
    for number in range(1_000):
        history.put(f"es-{number}", (number, 0), b"%d," % number)
    seen: list[bytes] = []
    before: Position | None = None
    while True:
        messages, before = history.earlier(before, 170)
        seen = messages + seen
        if before is None:
            break
    assert seen == history.everything() == [b"%d," % number for number in range(1_000)]
    assert history.earlier((0, 0), 5) == ([], None)


def test_the_newest_captions_can_be_asked_for() -> None:
    history = CaptionHistory()
    assert history.before_newest(3) is None
    assert history.first_after(None) is None
    for number in range(1_000):
        history.put(f"es-{number}", (number, 0), b"%d," % number)
    for count in (1, 200, 999):
        after = history.before_newest(count)
        assert after == (999 - count, 0)
        assert history.first_after(after) == (1_000 - count, 0)
    assert history.before_newest(1_000) is None
    assert history.first_after(None) is None
    assert history.first_after((999, 0)) is None


def test_a_revision_stays_in_its_place_and_reaches_those_who_were_there() -> None:
    history = CaptionHistory()
    for number in range(1_000):
        history.put(f"es-{number}", (number, 0), b"%d," % number)

    def revise(caption: int, number: int, position: int) -> bytes | None:
        return history.revise(
            f"es-{caption}",
            number,
            (position, 0),
            lambda place: b"%d-%d@%d," % (caption, number, place[0]),
        )

    assert revise(7, 1, 1_000) == b"7-1@1000,"  # it is packed
    assert revise(998, 1, 1_001) == b"998-1@1001,"
    assert revise(7, 1, 1_002) is None
    assert revise(7, 2, 1_003) == b"7-2@1003,"
    assert revise(5_000, 1, 1_004) is None
    assert history.last == (1_003, 0)
    everyone = history.everything()
    assert (everyone[7], everyone[998], len(everyone)) == (b"7-2@7,", b"998-1@998,", 1_000)
    assert everything(history, (999, 0)) == [b"998-1@1001,7-2@1003,"]
    assert everything(history, (997, 0)) == [b"998-1@998,999,7-2@1003,"]
    assert everything(history, (1_001, 0)) == [b"7-2@1003,"]
    assert history.messages((999, 0), since=history.last) == ([], None)
    assert history.earlier((9, 0), 3)[0] == [b"6,", b"7-2@7,", b"8,"]
