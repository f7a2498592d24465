"""300 offers of players, real clients' and damaged ones, through WHEP."""

from collections import Counter

import pytest

from tests.edge.conftest import Edge
from tests.edge.whep_sessions import ES
from tests.support.player import SDP
from tests.webrtc.offers import KINDS, corpus

pytestmark = pytest.mark.usefixtures("loopback")


async def test_offers_to_listen_are_answered_or_refused_with_a_reason(edge: Edge) -> None:
    outcomes: Counter[str] = Counter()
    for number, offer in enumerate(corpus("recvonly")):
        async with edge.http.post(ES, data=offer.encode(), headers=SDP) as reply:
            if reply.status == 201:
                outcome = "accepted"
                async with edge.http.delete(reply.headers["Location"]) as ended:
                    assert ended.status == 200
            else:
                assert reply.status in {400, 422}, (reply.status, offer)
                outcome = (await reply.json())["error"]
            if number < len(KINDS):
                player = KINDS[number].name
                assert outcome == ("dtls_client_needed" if player == "FFmpeg" else "accepted"), (
                    player
                )
            outcomes[outcome] += 1
        assert (edge.whep.session_count, len(edge.egress)) == (0, 0)
    print("offers to listen:", dict(outcomes))
    assert outcomes.total() == 300
    assert outcomes["accepted"] > 180
