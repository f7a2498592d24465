"""Requests and answers for tests of WHIP and WHEP."""

from aiohttp import ClientResponse

FRAGMENT = {"Content-Type": "application/trickle-ice-sdpfrag"}
RESTART = "a=ice-ufrag:EsAwNew\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\n"


async def error(reply: ClientResponse) -> tuple[int, str]:
    """Status and stable id of a refusal, after checking that a page of any origin can read it."""
    body = await reply.json()
    assert body.keys() == {"error", "message", "hint"}
    assert all(body.values())
    assert reply.headers["Access-Control-Allow-Origin"] == "*"
    return reply.status, body["error"]


def trickled(offer: str) -> tuple[str, str]:
    """The offer without its candidates, and the fragment that brings them."""
    lines = offer.splitlines(keepends=True)
    candidates = "".join(line for line in lines if line.startswith("a=candidate:"))
    rest = "".join(line for line in lines if not line.startswith("a=candidate:"))
    ufrag = next(line for line in lines if line.startswith("a=ice-ufrag:"))
    return rest, f"{ufrag}m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n{candidates}"
