"""Sessions whose server says, some time before, that it will end them."""

from broadcaster.model.status import BoothState
from tests.chaos.harness import interpret
from tests.chaos.words import Talk


async def test_a_session_is_replaced_when_the_server_says_that_it_ends_soon() -> None:
    talk = Talk.of_length(100, seed=5)
    heard, server = await interpret(talk, lifetime_s=50, drops=set(), warns_s=20)
    assert server.sessions >= 3
    assert server.expired == 0
    assert heard.words == talk.words
    assert heard.sounds == talk.words
    assert BoothState.RETRYING not in heard.states
