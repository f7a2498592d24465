"""The last seconds of a speaker's sound, asked of the process that has the floor."""

import asyncio
import secrets

from broadcaster.errors import DomainError
from broadcaster.model.check import check_keys
from broadcaster.model.ports import Bus

HEARD_S = 5
"""Seconds of sound that are played to somebody who wants to hear it."""
LONGEST_HEARD_S = 15
"""Seconds of sound that a floor keeps."""
ASK_AGAIN_S = 0.5
ANSWER_TIMEOUT_S = 2.5


class NothingHeard(DomainError):
    """No sound has come from a speaker lately."""

    def __init__(self) -> None:
        super().__init__(
            "nothing_heard",
            "no sound has arrived from the speaker",
            "Open the stage page, publish the microphone, and say something.",
        )


async def ask_heard_sound(bus: Bus, event_id: str, seconds: int = HEARD_S) -> bytes:
    """The last seconds that came from the speaker, as a WAV file, s16 mono 24 kHz.

    Args:
        bus: reaches the floor.
        event_id: of the event.
        seconds: at most `LONGEST_HEARD_S`; less comes from a speaker who has just arrived.

    Raises:
        NothingHeard: no process has the floor, or no sound has come.
    """
    ask = secrets.token_hex(8)
    asked = ask if seconds == HEARD_S else f"{ask} {seconds}"
    try:
        async with (
            asyncio.timeout(ANSWER_TIMEOUT_S),
            bus.subscribe(check_keys.heard_answer(ask), depth=1) as answers,
        ):
            while True:
                bus.publish(check_keys.heard_asks(event_id), asked.encode())
                try:
                    async with asyncio.timeout(ASK_AGAIN_S):
                        return (await anext(answers)).payload
                except TimeoutError:
                    continue
    except TimeoutError:
        raise NothingHeard from None
