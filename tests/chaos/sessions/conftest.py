"""Sessions break in virtual time, so that the load of the machine does not matter."""

from asyncio import AbstractEventLoop
from collections.abc import Callable, Mapping

from tests.support.virtual_time import VirtualTimeLoop


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], AbstractEventLoop]]:
    """The event loop of these tests."""
    return {"virtual time": VirtualTimeLoop}
