"""The rules of an event's inputs, by the API of the desk."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from broadcaster.model import keys
from broadcaster.model.inputs.rules import InputChoice, InputRules
from tests.edge.screens.hall import Hall, hall

PATH = "/api/events/talk/inputs"
USUAL = {"choice": "auto", "silent_s": 5.0, "hold_s": 10.0}


@pytest_asyncio.fixture
async def venue() -> AsyncIterator[Hall]:
    async with hall() as found:
        yield found


async def change(venue: Hall, body: object, status: int = 200) -> dict[str, object]:
    async with venue.http.patch(PATH, json=body) as answer:
        assert answer.status == status, await answer.text()
        found: dict[str, object] = await answer.json()
        return found


async def test_what_is_not_named_stays_and_the_log_says_what_changed(venue: Hall) -> None:
    async with venue.http.get(PATH) as answer:
        assert await answer.json() == USUAL
    assert await change(venue, {"choice": "backup"}) == {**USUAL, "choice": "backup"}
    assert await change(venue, {"silent_s": 3}) == {**USUAL, "choice": "backup", "silent_s": 3}
    record = await venue.bus.get(keys.inputs_record("talk"))
    assert record is not None
    assert InputRules.from_json(record.value) == InputRules(InputChoice.BACKUP, 3.0, 10.0)
    async with venue.http.get(PATH) as answer:
        assert await answer.json() == {**USUAL, "choice": "backup", "silent_s": 3.0}
    async with venue.http.get("/api/events/talk/log") as answer:
        entry = (await answer.json())["entries"][-1]
    assert (entry["what"], entry["values"]["choice"]) == ("inputs_changed", "backup")


@pytest.mark.parametrize(
    "body", [{"choice": "best"}, {"silent_s": 0}, {"hold_s": 1e9}, {"other": 1}, []]
)
async def test_other_bodies_are_refused(venue: Hall, body: object) -> None:
    await change(venue, body, 422)
