"""Sessions are lost between the text of a sentence and its voice: each is read and heard once."""

import re
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace

import aiohttp
import pytest

from broadcaster.booths.engines.opening import Engines
from broadcaster.booths.floor.buffer import FloorBuffer
from broadcaster.booths.sessions.chain import SessionChain
from broadcaster.model.audio import CLOCK_HZ
from broadcaster.model.consoles.standby import Standby
from broadcaster.model.failover.choices import Failover
from broadcaster.realtime.endpoint import Endpoint
from tests.chaos.harness import EVENT, Heard
from tests.chaos.late_voice import VOICE_S, LateVoiceServer, Loss
from tests.chaos.troubled import IMPATIENT
from tests.chaos.words import BLOCK, FRAME, FastClock, Talk, echoing
from tests.support.tasks import background_task

MOMENTS_S = (0.0, 0.3, 0.5, 1.5, 2.8, VOICE_S, VOICE_S + 0.2, VOICE_S + 0.4, VOICE_S + 0.6, 4.5)
"""Seconds from the text of a sentence until its session is lost; its sound comes in `VOICE_S`."""
FIRST, APART = 3, 5
"""The first sentence at which a session is lost, and the sentences from one loss to the next."""
SENTENCE_S = 2.5
SETTLE_S = 8.0
"""Silence after the talk: the server answers as long as it hears something."""


@dataclass
class Interpreted:
    """A talk as listeners read and heard it.

    Attributes:
        talk: what was said.
        text: its words in the captions.
        sounds: its words in the sound.
        ranks: the services that spoke, in order.
    """

    talk: Talk
    text: list[tuple[int, int]]
    sounds: list[tuple[int, int]]
    ranks: list[int]


async def interpreted(
    servers: Sequence[LateVoiceServer],
    clock: FastClock,
    *,
    seconds: float,
    failover: Failover | None = None,
) -> Interpreted:
    """Let services interpret a talk, the first of them whenever it can."""
    talk, ranks = Talk.of_length(seconds, seed=16), [0]
    talk.frames += [bytes(2 * FRAME)] * round(SETTLE_S * CLOCK_HZ / FRAME)
    heard, buffer = Heard(talk, clock), FloorBuffer()
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(aiohttp.ClientSession())
        openers = []
        for server in servers:
            url = await stack.enter_async_context(echoing(server))
            engines = Engines(http, Endpoint(url, "key"), "c", "t", timeouts=IMPATIENT)
            openers.append(engines.opener(EVENT.channels[0]))
        chain = SessionChain(
            language="es",
            event=replace(EVENT, failover=failover or Failover()),
            opener=openers[0],
            fallbacks=openers[1:],
            buffer=buffer,
            sink=heard,
            report_state=heard.report,
            clock=clock,
            voiced=servers[0].speaks,
        )
        await stack.enter_async_context(background_task(chain.run(), "session chain"))
        for block in talk.blocks():
            await clock.sleep((block.position + BLOCK) / CLOCK_HZ - clock.monotonic())
            buffer.push_floor_block(block)
            if ranks[-1] != chain.rank:
                ranks.append(chain.rank)
    words = re.findall(r"[a-z](\d+)w(\d+)", heard.transcript)
    text = [(int(sentence), int(word)) for sentence, word in words]
    return Interpreted(talk, text, heard.sounds, ranks)


def losses(moments_s: Sequence[float], apart: int = APART) -> dict[int, float]:
    return {FIRST + apart * number: moment for number, moment in enumerate(moments_s)}


@pytest.mark.parametrize("speaks", [True, False], ids=["spoken", "written"])
@pytest.mark.parametrize("loss", Loss)
async def test_each_sentence_is_read_and_heard_once(
    loss: Loss,
    speaks: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """The table of all moments, one after the other."""
    clock = FastClock(1.0)
    planned = losses(MOMENTS_S)
    server = LateVoiceServer(clock, planned, loss, voice_s=VOICE_S if speaks else None)
    seconds = SENTENCE_S * (FIRST + APART * len(MOMENTS_S) + 2)
    result = await interpreted([server], clock, seconds=seconds)
    assert server.lost == list(planned)
    assert result.text == result.talk.words
    assert result.sounds == (result.talk.words if speaks else [])


RETURN = 20
"""Sentences after which the first service has the channel again."""


@pytest.mark.parametrize(
    ("letter", "moments_s"),
    [("s", (0.0, 2.0, VOICE_S + 0.2, 4.5)), ("t", (0.6, 2.0))],
    ids=["same words", "other words"],
)
@pytest.mark.parametrize("standby", Standby)
async def test_the_next_service_speaks_what_was_written_and_does_not_write_it_again(
    standby: Standby, letter: str, moments_s: tuple[float, ...]
) -> None:
    """Each loss leads to the second service, and the first is back before the next one.

    In other words the second one says a sentence from its beginning that was lost in the middle.
    """
    clock = FastClock(1.0)
    planned = losses(moments_s, apart=RETURN)
    servers = [
        LateVoiceServer(clock, planned, Loss.HANGS),
        LateVoiceServer(clock, {}, letter=letter),
    ]
    seconds = SENTENCE_S * (FIRST + RETURN * len(moments_s))
    failover = Failover(standby=standby)
    result = await interpreted(servers, clock, seconds=seconds, failover=failover)
    assert servers[0].lost == list(planned)
    assert result.ranks == [0, *[1, 0] * len(moments_s)]
    assert result.text == result.talk.words
    assert result.sounds == result.talk.words
