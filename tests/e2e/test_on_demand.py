"""A language nobody heard starts with its first listener; the bench measures how soon."""

from tests.support.on_demand import first_listeners


async def test_the_first_listener_starts_the_interpreter() -> None:
    for first in await first_listeners(2):
        print(first)
        assert 0 < first.live_s < first.voice_s
        assert 0 < first.sound_s <= first.voice_s
