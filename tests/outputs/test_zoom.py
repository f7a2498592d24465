"""Zoom's rules: `seq` grows with each new text, not for a retry; the last one can be asked for."""

import random

import pytest

from broadcaster.model.outputs.progress import OutputState
from broadcaster.outputs.wires import http_posts
from broadcaster.outputs.wires.zoom import language_and_country
from tests.outputs.stage import Talk
from tests.outputs.zoom_server import Fault, zoom_meeting
from tests.support.deadline import deadline


async def test_finished_captions_arrive_in_order(talk: Talk) -> None:
    async with zoom_meeting() as meeting, talk.outputs():
        await talk.say("Before it was added")
        output = await talk.add("zoom", meeting.address)
        await talk.say("Good morning,\neverybody.", "¿Qué tal?")
        progress = await talk.until_sent(output, 2)
        assert meeting.texts == ["Good morning,\neverybody.", "¿Qué tal?"]
        assert meeting.broken == []
        assert meeting.languages == {"es-ES"}
        assert (progress.state, progress.number) == (OutputState.SENDING, 2)


@pytest.mark.parametrize("seed", range(3))
async def test_no_fault_loses_or_doubles_a_text(
    talk: Talk, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when the process ends at any moment, and another one goes on."""
    chance = random.Random(seed)
    some = [one for one in Fault if one not in {Fault.HELD, Fault.NONE, Fault.REDIRECT}]
    async with zoom_meeting() as meeting:
        output = await talk.add("zoom", meeting.address)
        for number in range(12):
            meeting.faults = chance.choices([Fault.NONE, *some], k=4)
            wanted = len(talk.said) + 3
            async with talk.outputs():
                await talk.say(*(f"Sentence {number}.{part}" for part in range(3)))
                if chance.random() < 0.7:
                    await talk.until_sent(output, chance.randint(1, wanted))
        async with talk.outputs():
            await talk.say("The end.")
            await talk.until_sent(output, len(talk.said))
        assert meeting.texts == talk.said
        assert meeting.broken == []


async def test_a_process_that_dies_before_the_answer_doubles_nothing(talk: Talk) -> None:
    async with zoom_meeting() as meeting:
        output = await talk.add("zoom", meeting.address)
        meeting.faults = [Fault.HELD]
        async with talk.outputs(), deadline():
            await talk.say("One.")
            await meeting.held.wait()
        meeting.release.set()
        async with talk.outputs():
            await talk.say("Two.")
            progress = await talk.until_sent(output, 2)
        assert (meeting.texts, meeting.broken) == (["One.", "Two."], [])
        assert progress.number == 2


async def test_an_answer_that_does_not_come_is_a_failure(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_posts, "REQUEST_TIMEOUT_S", 0.2)
    async with zoom_meeting() as meeting, talk.outputs():
        output = await talk.add("zoom", meeting.address)
        meeting.faults = [Fault.HELD]
        await talk.say("One.", "Two.")
        await talk.until_sent(output, 2)
        assert (meeting.texts, meeting.broken) == (["One.", "Two."], [])
        meeting.release.set()


@pytest.mark.parametrize(
    ("fault", "state", "reason", "values"),
    [
        (Fault.BUSY, OutputState.RETRYING, "answered", {"status": 503}),
        (Fault.REDIRECT, OutputState.RETRYING, "answered", {"status": 302}),
        (Fault.NOT_STARTED, OutputState.RETRYING, "not_started", {}),
        (Fault.NOT_VALID, OutputState.STOPPED, "refused", {"status": 403}),
    ],
)
async def test_the_state_says_what_is_wrong_until_it_is_right(
    talk: Talk, fault: Fault, state: OutputState, reason: str, values: dict[str, int]
) -> None:
    async with zoom_meeting() as meeting, talk.outputs():
        output = await talk.add("zoom", meeting.address)
        assert (await talk.until(output, OutputState.WAITING)).sent == 0
        meeting.faults = [fault] * 100_000
        await talk.say("One.")
        assert (await talk.until(output, state, reason)).values == values
        meeting.faults.clear()
        await talk.until(output, OutputState.SENDING)
        assert meeting.texts == ["One."]


async def test_a_revision_is_not_sent(talk: Talk) -> None:
    async with zoom_meeting() as meeting, talk.outputs():
        output = await talk.add("zoom", meeting.address)
        await talk.say("Won.")
        await talk.revise("One.")
        await talk.say("Two.")
        await talk.until_sent(output, 2)
        assert (meeting.texts, meeting.broken) == (["Won.", "Two."], [])


async def test_a_meeting_that_counts_already_is_followed(talk: Talk) -> None:
    async with zoom_meeting() as meeting:
        meeting.texts = ["By another captioner.", "And more."]
        output = await talk.add("zoom", meeting.address)
        async with talk.outputs():
            await talk.say("One.")
            await talk.until_sent(output, 1)
        assert meeting.texts[2:] == ["One."]
        assert meeting.broken == []


async def test_texts_that_would_come_much_too_late_are_given_up(talk: Talk) -> None:
    async with zoom_meeting() as meeting, talk.outputs():
        output = await talk.add("zoom", meeting.address)
        meeting.faults = [Fault.BUSY] * 100_000
        await talk.say("Old.", "As old.")
        await talk.until(output, OutputState.RETRYING, "answered")
        talk.clock.passed_s = 300
        async with deadline():
            while (await talk.progress(output)).missed < 2:
                await talk.clock.sleep(1)
        meeting.faults.clear()
        await talk.say("New.")
        await talk.until_sent(output, 1)
        assert (meeting.texts, meeting.broken) == (["New."], [])


@pytest.mark.parametrize(
    ("tag", "expected"),
    [("es", "es-ES"), ("pt", "pt-BR"), ("pt-PT", "pt-PT"), ("zh-Hant", "zh-TW"), ("", "en-US")],
)
def test_a_language_has_a_country(tag: str, expected: str) -> None:
    assert language_and_country(tag) == expected
