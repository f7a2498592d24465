"""300 offers of publishers, real clients' and damaged ones, through WHIP."""

from collections import Counter

import pytest

from broadcaster.webrtc.ingest import IngestSettings
from tests.webrtc.offers import KINDS, corpus
from tests.webrtc.support import AUTHORIZATION, SDP, stage

pytestmark = pytest.mark.usefixtures("loopback")


async def test_offers_to_publish_are_answered_or_refused_with_a_reason() -> None:
    outcomes: Counter[str] = Counter()
    async with stage(IngestSettings()) as whip:
        url = f"{whip.url}/whip/demo?takeover=1"
        for number, offer in enumerate(corpus("sendonly")):
            async with whip.http.post(url, data=offer.encode(), headers=SDP) as reply:
                if reply.status == 201:
                    outcome = "accepted"
                    address = whip.url + reply.headers["Location"]
                    async with whip.http.delete(address, headers=AUTHORIZATION) as ended:
                        assert ended.status == 200
                else:
                    assert reply.status in {400, 422}, (reply.status, offer)
                    outcome = (await reply.json())["error"]
                assert outcome == "accepted" or number >= len(KINDS), KINDS[number].name
                outcomes[outcome] += 1
            assert whip.endpoint.session_count == 0
    print("offers to publish:", dict(outcomes))
    assert outcomes.total() == 300
    assert outcomes["accepted"] > 200
