"""Records and messages that cannot be read are left out and logged, without their content."""

import pytest

from broadcaster.bus.embedded import EmbeddedBus
from broadcaster.model.consoles.on_air import OnAir
from broadcaster.model.records.reading import readable_messages, readable_records


async def test_a_record_that_cannot_be_read_is_left_out(caplog: pytest.LogCaptureFixture) -> None:
    async with EmbeddedBus(None) as bus:
        await bus.put("turn.a", b'["said in private"]', 0)
        await bus.put("turn.b", OnAir("ana").to_json(), 0)
        name, turn = await anext(readable_records(bus.watch_all("turn."), OnAir.from_json))
    assert (name, turn) == ("turn.b", OnAir("ana"))
    assert "turn.a cannot be read and is ignored" in caplog.text
    assert "private" not in caplog.text


async def test_a_message_that_cannot_be_read_is_left_out(caplog: pytest.LogCaptureFixture) -> None:
    async with EmbeddedBus(None) as bus, bus.subscribe("turns") as messages:
        bus.publish("turns", b'["said in private"]')
        bus.publish("turns", OnAir("ana").to_json())
        assert await anext(readable_messages(messages, OnAir.from_json)) == OnAir("ana")
    assert "a message on turns cannot be read and is ignored" in caplog.text
    assert "private" not in caplog.text
