"""Our half of the STUN exchange against aioice's."""

import pytest
from aioice import stun

from broadcaster.webrtc.egress.connectivity_check import (
    Challenge,
    ConnectivityCheck,
    answer_to_anybody,
)

PWD = b"p" * 22


def request(**attributes: object) -> stun.Message:
    message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    message.attributes.update({"USERNAME": "ours:theirs", "PRIORITY": 1, **attributes})
    return message


def signed(message: stun.Message, pwd: bytes = PWD) -> bytes:
    message.add_message_integrity(pwd)
    return bytes(message)


@pytest.mark.parametrize("source", [("192.0.2.7", 40_001), ("2001:db8::7", 9)])
def test_aioice_takes_the_answer(source: tuple[str, int]) -> None:
    asked = request()
    check = ConnectivityCheck.parse(signed(asked))
    assert check is not None
    assert (check.ufrag, check.nominates) == ("ours", False)
    assert check.is_signed_with(PWD)
    answer = stun.parse_message(check.answer(source, PWD))
    assert answer.check_message_integrity(PWD)
    assert answer.transaction_id == asked.transaction_id
    assert answer.message_class is stun.Class.RESPONSE
    assert answer.attributes["XOR-MAPPED-ADDRESS"] == source
    assert "FINGERPRINT" in answer.attributes


def test_nomination() -> None:
    message = request()
    message.attributes["USE-CANDIDATE"] = None
    check = ConnectivityCheck.parse(signed(message))
    assert check is not None
    assert check.nominates


def test_a_wrong_password_or_a_changed_byte_is_seen() -> None:
    good = signed(request())
    for place in range(20, 44):
        bad = bytearray(good)
        bad[place] ^= 1
        check = ConnectivityCheck.parse(bytes(bad))
        assert check is None or not check.is_signed_with(PWD)
    check = ConnectivityCheck.parse(signed(request(), b"other"))
    assert check is not None
    assert not check.is_signed_with(PWD)


def test_other_datagrams_are_not_checks() -> None:
    good = signed(request())
    assert all(ConnectivityCheck.parse(good[:size]) is None for size in range(len(good)))
    unsigned = bytes(request())
    answer = signed(stun.Message(stun.Method.BINDING, stun.Class.RESPONSE))
    for datagram in (unsigned, answer, b"\0\1\0\0" + bytes(16), bytes(100)):
        assert ConnectivityCheck.parse(datagram) is None


def test_a_challenge_is_a_check_that_aioice_takes() -> None:
    source = ("192.0.2.7", 40_001)
    challenge = Challenge(source)
    check = stun.parse_message(challenge.request("theirs:ours", PWD.decode()))
    assert check.check_message_integrity(PWD)
    assert check.attributes["USERNAME"] == "theirs:ours"
    answer = stun.Message(
        stun.Method.BINDING, stun.Class.RESPONSE, transaction_id=check.transaction_id
    )
    assert challenge.is_met_by(signed(answer), source)
    assert not challenge.is_met_by(signed(answer), ("192.0.2.8", 40_001))
    other = stun.Message(stun.Method.BINDING, stun.Class.RESPONSE)
    assert not challenge.is_met_by(signed(other), source)
    assert not challenge.is_met_by(b"", source)


@pytest.mark.parametrize("source", [("192.0.2.7", 40_001), ("2001:db8::7", 9)])
def test_a_stranger_is_told_its_own_address_and_no_more(source: tuple[str, int]) -> None:
    asked = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    answer = answer_to_anybody(bytes(asked), source)
    assert answer is not None
    assert len(answer) <= 44
    told = stun.parse_message(answer)
    assert (told.message_class, told.transaction_id) == (
        stun.Class.RESPONSE,
        asked.transaction_id,
    )
    assert told.attributes == {"XOR-MAPPED-ADDRESS": source}
    cut, longer = bytes(asked)[:19], bytes(asked) + b"\0"
    for datagram in (b"", bytes(20), cut, longer, bytes(request()), answer):
        assert answer_to_anybody(datagram, source) is None
