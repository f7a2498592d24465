"""The backlog holds the newest sound, by its length and not by the number of pieces."""

from broadcaster.edge.fanout.backlog import Backlog


def test_the_oldest_pieces_are_dropped_for_newer_ones() -> None:
    backlog = Backlog(100)
    assert [backlog.push(b"%d" % samples, samples) for samples in (40, 60, 20)] == [0, 0, 1]
    assert (backlog.pieces(), backlog.samples) == ([b"60", b"20"], 80)
    assert backlog.push(b"90", 90) == 2
    assert (backlog.pieces(), backlog.samples) == ([b"90"], 90)
    backlog.clear()
    assert (backlog.pieces(), backlog.samples) == ([], 0)


def test_a_piece_without_a_length_is_left_out() -> None:
    backlog = Backlog(100)
    assert backlog.push(b"nothing", 0) == 0
    assert backlog.pieces() == []


def test_the_newest_pieces_are_whole_and_in_order() -> None:
    backlog = Backlog(100)
    for samples in (30, 20, 40):
        backlog.push(b"%d" % samples, samples)
    assert backlog.newest(100) == [b"30", b"20", b"40"]
    assert backlog.newest(89) == [b"20", b"40"]
    assert backlog.newest(59) == [b"40"]
    assert backlog.newest(39) == []
