"""Work that waits for its turn, and the TLS handshakes of a crowd, which do that."""

import asyncio
import ssl
from collections import Counter
from functools import partial

import pytest

from broadcaster.sockets import tls_transport
from broadcaster.sockets.acceptor import HANDSHAKES_PER_TURN, AcceptorSettings, accepting
from broadcaster.sockets.turns import Turns
from tests.sockets.pairs import Recorder
from tests.support.deadline import deadline


async def test_a_few_pieces_run_in_each_turn_and_in_their_order() -> None:
    turns, ran = Turns(2), list[int]()
    at_once = [turns.run(partial(ran.append, number)) for number in range(5)]
    assert at_once == [True, True, False, False, False]
    assert (ran, len(turns)) == ([0, 1], 3)
    await asyncio.sleep(0)
    assert ran == [0, 1, 2, 3]
    assert not turns.run(lambda: ran.append(5))
    await asyncio.sleep(0)
    assert ran == [0, 1, 2, 3, 4, 5]
    await asyncio.sleep(0)
    assert turns.run(lambda: ran.append(6))


async def test_what_fails_takes_nobodys_turn() -> None:
    turns, ran = Turns(1), list[int]()
    loop = asyncio.get_running_loop()
    failures = []
    loop.set_exception_handler(lambda _, context: failures.append(context["exception"]))

    def fail() -> None:
        raise ZeroDivisionError

    turns.run(lambda: None)
    turns.run(fail)
    turns.run(lambda: ran.append(1))
    async with deadline():
        while not ran:
            await asyncio.sleep(0)
    loop.set_exception_handler(None)
    assert [type(failure) for failure in failures] == [ZeroDivisionError]


async def test_the_handshakes_of_a_crowd_take_turns(
    certified: tuple[ssl.SSLContext, ssl.SSLContext], monkeypatch: pytest.MonkeyPatch
) -> None:
    server, client = certified
    turn, steps = 0, Counter[int]()
    begin = tls_transport.TlsTransport._shake_hands

    def counted(transport: tls_transport.TlsTransport) -> None:
        steps[turn] += 1
        begin(transport)

    monkeypatch.setattr(tls_transport.TlsTransport, "_shake_hands", counted)

    async def count_turns() -> None:
        nonlocal turn
        while True:
            turn += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count_turns(), name="turns")
    async with accepting(AcceptorSettings("127.0.0.1", 0, server), Recorder) as acceptor:
        async with deadline():
            joined = await asyncio.gather(
                *(
                    asyncio.open_connection("127.0.0.1", acceptor.port, ssl=client)
                    for _ in range(40)
                )
            )
        for _, writer in joined:
            writer.close()
        async with deadline():
            while len(acceptor):
                await asyncio.sleep(0.001)
    counting.cancel()
    assert sum(steps.values()) >= 80
    # The turns are counted by a task, which may run before or after the work of a turn.
    assert max(steps.values()) <= 2 * HANDSHAKES_PER_TURN
