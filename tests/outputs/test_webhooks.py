"""Webhooks: everything arrives, duplicates only with the same id, the order of an event kept."""

import asyncio
import random
import sys
from pathlib import Path
from typing import Any

import pytest

from broadcaster.model.outputs import output_keys
from broadcaster.model.outputs.happening import Happened
from broadcaster.model.outputs.output import CaptionOutput
from broadcaster.model.outputs.progress import OutputState
from broadcaster.outputs import letters
from broadcaster.outputs.wires.webhook import signature
from tests.outputs.stage import Talk
from tests.outputs.webhook_receiver import Receiver, receiver
from tests.outputs.zoom_server import Fault
from tests.support.deadline import deadline
from tests.support.processes import started

RECEIVER = Path(__file__).parents[2] / "docs" / "examples" / "receiver.py"


async def happen(talk: Talk, *numbers: int) -> None:
    for number in numbers:
        happened = Happened(f"talk.{number}", "event.live", talk.clock.now_ms(), {"n": number})
        await talk.bus.append(output_keys.happenings("talk"), happened.to_json())


async def added(talk: Talk, hook: Receiver, **more: Any) -> CaptionOutput:
    output = await talk.add("webhook", hook.url, **{"channel": "", **more})
    hook.secret = talk.target.password
    return output


def test_a_signature_is_that_of_the_specification() -> None:
    """The example of the specification's reference libraries."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = b'{"test": 2432232314}'
    expected = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body) == expected


@pytest.mark.parametrize("seed", range(3))
async def test_everything_arrives_in_order_and_only_ids_repeat(talk: Talk, seed: int) -> None:
    """The receiver fails and starts again at random, and so does the process that sends."""
    chance = random.Random(seed)
    faults = [Fault.BUSY, Fault.FAILED, Fault.NOT_VALID, Fault.LOST_REQUEST, Fault.LOST_ANSWER]
    async with receiver() as hook:
        output = await added(talk, hook)
        restarts = 0
        for number in range(10):
            hook.faults = chance.choices([Fault.NONE, *faults], k=5)
            async with talk.outputs():
                await happen(talk, *range(number * 4 + 1, number * 4 + 5))
                if chance.random() < 0.5:
                    await hook.stop()
                    await asyncio.sleep(chance.random() / 10)
                    await hook.start()
                    restarts += 1
                if chance.random() < 0.7:
                    await talk.until_sent(output, chance.randint(1, number * 4 + 4))
        async with talk.outputs():
            await talk.until_sent(output, 40)
        assert [one["data"]["n"] for one in hook.once] == list(range(1, 41))
        assert {one["type"] for one in hook.once} == {"event.live"}
        by_id: dict[str, dict[str, Any]] = {}
        for message_id, body in hook.got:
            assert by_id.setdefault(message_id, body) == body
        assert hook.broken == []
        assert restarts
        print(
            f"seed {seed}: 40 messages arrived in order, {len(hook.got) - 40} twice with the same "
            f"id; {hook.failures} requests failed, the receiver started again {restarts} times"
        )


async def test_the_captions_of_a_channel_as_messages(talk: Talk) -> None:
    async with receiver() as hook, talk.outputs():
        output = await added(talk, hook, channel="es")
        await talk.say("Won.")
        await talk.revise("One.")
        await talk.until_sent(output, 2)
        first, second = hook.once
        assert (first["type"], first["data"]["text"]) == ("caption.finished", "Won.")
        assert (second["type"], second["data"]["text"]) == ("caption.revised", "One.")
        assert first["data"]["id"] == second["data"]["id"]
        assert len({message_id for message_id, _ in hook.got}) == 2


async def test_what_is_rejected_does_not_hold_up_the_rest_and_can_be_sent_again(
    talk: Talk,
) -> None:
    async with receiver() as hook, talk.outputs():
        output = await added(talk, hook)
        hook.rejects = {'"n":2}'}
        await happen(talk, 1, 2, 3)
        progress = await talk.until_sent(output, 2)
        assert [one["data"]["n"] for one in hook.once] == [1, 3]
        assert [one.what for one in progress.dead] == ["event.live"]
        hook.rejects = set()
        await talk.send_again(output)
        async with deadline():
            while (await talk.progress(output)).dead:
                await asyncio.sleep(0.01)
        assert [one["data"]["n"] for one in hook.once] == [1, 3, 2]
        await happen(talk, 4)
        await talk.until_sent(output, 4)
        assert [one["data"]["n"] for one in hook.got[-1:][0][1:]] == [4]


async def test_a_receiver_that_is_away_for_a_day_gets_the_rest_when_asked(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with receiver() as hook, talk.outputs():
        output = await added(talk, hook)
        hook.faults = [Fault.BUSY] * 100_000
        await happen(talk, 1, 2)
        await talk.until(output, OutputState.RETRYING, "answered")
        talk.clock.passed_s = letters.DAY_S + 60
        async with deadline():
            while len((await talk.progress(output)).dead) < 2:
                await asyncio.sleep(0.01)
        talk.clock.passed_s = 0.0
        await talk.send_again(output)  # it fails once more, and everything is kept
        async with deadline():
            while (await talk.progress(output)).again != 1:
                await asyncio.sleep(0.01)
        assert len((await talk.progress(output)).dead) == 2
        hook.faults = []
        await talk.send_again(output)
        async with deadline():
            while (await talk.progress(output)).dead:
                await asyncio.sleep(0.01)
        assert [one["data"]["n"] for one in hook.once] == [1, 2]


async def test_the_example_prints_each_message_once(talk: Talk) -> None:
    """It is started twice: what comes while it is not there comes later."""
    port = 0
    command = [sys.executable, str(RECEIVER)]
    output = await talk.add("webhook", "http://127.0.0.1:9/hook", channel="")
    secret = talk.target.password
    async with talk.outputs():
        async with started([*command, secret, "0"]) as example:
            address = (await example.line(r"receiving at (\S+)"))[1]
            port = int(address.rpartition(":")[2])
            await talk.replace_address(output, address)
            await happen(talk, 1)
            await example.line(r"event.live .*'n': 1")
            await talk.until_sent(output, 1)
        await happen(talk, 2)
        await talk.until(output, OutputState.RETRYING, "unreachable")
        async with started([*command, secret, str(port)]) as example:
            await example.line(r"event.live .*'n': 2")
            await happen(talk, 3)
            await example.line(r"event.live .*'n': 3")
            assert not [line for line in example.lines if "'n': 1" in line]
