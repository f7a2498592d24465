"""WebRTC on a machine whose only network may be loopback."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from unittest import mock

from broadcaster.webrtc import ice


@contextmanager
def loopback_offered() -> Iterator[None]:
    """Every WebRTC peer of this process offers 127.0.0.1, whatever its settings say."""
    offered = ContextVar("loopback_offered", default=True)
    with mock.patch.object(ice, "_loopback_offered", offered):
        yield
