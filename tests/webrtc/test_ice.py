import asyncio

import aioice.ice
import pytest

from broadcaster.webrtc.ice import IceServer, host_addresses, offering_loopback


def test_servers_are_read_and_announced() -> None:
    stun = IceServer.parse("stun:stun.example:3478")
    assert stun.to_link() == '<stun:stun.example:3478>; rel="ice-server"'
    turn = IceServer.parse(' turn:me:pass:"word"@turn.example:3478?transport=tcp ')
    assert turn == IceServer("turn:turn.example:3478?transport=tcp", "me", 'pass:"word"')
    assert turn.to_link() == (
        '<turn:turn.example:3478?transport=tcp>; rel="ice-server"; username="me"; '
        'credential="pass:\\"word\\""; credential-type="password"'
    )
    assert turn.to_aiortc().credential == 'pass:"word"'
    assert stun.to_aiortc().username is None


@pytest.mark.parametrize("text", ["", "https://example", "turn:", "turn:secret-word@"])
def test_an_invalid_server_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(ValueError, match="ICE server") as refused:
        IceServer.parse(text)
    assert "secret-word" not in str(refused.value)


def test_loopback_is_offered_only_where_it_is_asked_for() -> None:
    def gathered() -> list[str]:
        return aioice.ice.get_host_addresses(use_ipv4=True, use_ipv6=True)

    assert "127.0.0.1" not in gathered()
    with offering_loopback(enabled=True):
        assert gathered().count("127.0.0.1") == 1
        with offering_loopback(enabled=False):
            assert gathered().count("127.0.0.1") == 1
    assert "127.0.0.1" not in gathered()
    assert host_addresses(loopback=True) == [*host_addresses(loopback=False), "127.0.0.1"]


async def test_a_task_offers_loopback_without_the_others() -> None:
    async def gathered(*, loopback: bool) -> bool:
        with offering_loopback(enabled=loopback):
            await asyncio.sleep(0)
            return "127.0.0.1" in aioice.ice.get_host_addresses(use_ipv4=True, use_ipv6=True)

    asked = (gathered(loopback=loopback) for loopback in (True, False, True))
    assert await asyncio.gather(*asked) == [True, False, True]
