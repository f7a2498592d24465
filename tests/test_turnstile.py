"""Who asks waits in line."""

import asyncio

from broadcaster.turnstile import PER_TURN, Turnstile


async def test_few_do_not_wait() -> None:
    turnstile = Turnstile()
    waits = [turnstile.turn() for _ in range(PER_TURN)]
    for wait in waits:
        try:
            wait.send(None)
        except StopIteration:
            continue
        raise AssertionError("it waited")
    await asyncio.sleep(0)


async def test_a_crowd_passes_a_few_at_a_time_in_order() -> None:
    turnstile, passed = Turnstile(), list[int]()

    async def ask(number: int) -> None:
        await turnstile.turn()
        passed.append(number)

    crowd = [asyncio.create_task(ask(number)) for number in range(10 * PER_TURN)]
    crowd[PER_TURN + 1].cancel()
    before = 0
    while not all(task.done() for task in crowd):
        await asyncio.sleep(0)
        assert len(passed) - before <= PER_TURN
        before = len(passed)
    assert passed == [number for number in range(10 * PER_TURN) if number != PER_TURN + 1]
    await turnstile.turn()
