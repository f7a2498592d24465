from broadcaster.webrtc.rtp_clock import MAX_GAP, RtpClock


def test_pieces_join_although_the_resampler_keeps_some_back() -> None:
    clock = RtpClock()
    assert clock.place(pts=5000, length=960, kept=928) == 0
    assert clock.place(pts=5960, length=960, kept=960) == 928
    assert clock.place(pts=6920, length=960, kept=960) == 1888
    assert clock.lost == 0


def test_lost_packets_leave_a_gap() -> None:
    clock = RtpClock()
    clock.place(pts=0, length=960, kept=960)
    assert clock.place(pts=2880, length=960, kept=960, missing=2) == 2880
    assert clock.lost == 1920


def test_a_pause_of_the_sender_leaves_a_gap_in_which_nothing_was_lost() -> None:
    clock = RtpClock()
    clock.place(pts=0, length=960, kept=960)
    assert clock.place(pts=19_200, length=960, kept=960) == 19_200
    assert (clock.gap, clock.lost) == (18_240, 0)
    assert clock.place(pts=38_400, length=960, kept=960, missing=1) == 38_400
    assert (clock.gap, clock.lost) == (18_240, 960)


def test_a_new_clock_continues_the_stream() -> None:
    clock = RtpClock()
    clock.place(pts=48_000, length=960, kept=960)
    assert clock.place(pts=0, length=960, kept=960) == 960
    assert clock.place(pts=MAX_GAP * 2, length=960, kept=960) == 1920
    assert clock.place(pts=MAX_GAP * 2 + 960, length=960, kept=960) == 2880
    assert clock.lost == 0
