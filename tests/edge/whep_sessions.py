"""WebRTC sessions of an edge."""

from broadcaster.webrtc.egress.peer import EgressPeer
from tests.edge.conftest import Edge
from tests.edge.waiting import until

ES = "/whep/talk/es"
"""The address at which a player asks for the Spanish channel."""


def the_peer(edge: Edge) -> EgressPeer:
    """The only WebRTC listener."""
    [peer] = edge.egress.peers.values()
    return peer


async def gone(edge: Edge) -> None:
    """Wait until no WebRTC listener is left."""
    await until(lambda: not (len(edge.egress) or edge.whep.session_count))
