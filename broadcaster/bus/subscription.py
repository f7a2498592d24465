"""Delivers live messages to the subscribers in this process."""

import asyncio
from collections import deque
from collections.abc import Collection, Iterator, KeysView
from contextlib import contextmanager, suppress
from typing import Self

from broadcaster.model.ports import Message


class BoundedSubscription:
    """A queue that drops its oldest message when it is full; implements `ports.Subscription`.

    Args:
        depth: messages it holds, at least 1.
    """

    def __init__(self, depth: int) -> None:
        if depth < 1:
            raise ValueError("a subscription holds at least one message")
        self.dropped = 0
        self._messages: deque[Message] = deque(maxlen=depth)
        self._arrived = asyncio.Event()

    def push(self, message: Message) -> None:
        """Add the newest message."""
        if len(self._messages) == self._messages.maxlen:
            self.dropped += 1
        self._messages.append(message)
        self._arrived.set()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Message:
        while not self._messages:
            self._arrived.clear()
            await self._arrived.wait()
        return self._messages.popleft()

    async def wait(self, timeout_s: float) -> Message | None:
        """Take one message, or return None after `timeout_s`."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                return await anext(self)
        return None


class TopicRouter:
    """Maps topics to the subscriptions of this process."""

    def __init__(self) -> None:
        self._routes: dict[str, tuple[BoundedSubscription, ...]] = {}

    def topics(self) -> KeysView[str]:
        """Topics that have subscriptions, as a live view."""
        return self._routes.keys()

    def dispatch(self, topic: str, payload: bytes) -> None:
        """Deliver a message to all subscriptions of its topic."""
        if subscriptions := self._routes.get(topic):
            message = Message(topic, payload)
            for subscription in subscriptions:
                subscription.push(message)

    @contextmanager
    def attach(self, topics: Collection[str], depth: int) -> Iterator[BoundedSubscription]:
        """A subscription that receives what is dispatched while the context lasts."""
        subscription = BoundedSubscription(depth)
        wanted = frozenset(topics)
        for topic in wanted:
            self._routes[topic] = (*self._routes.get(topic, ()), subscription)
        try:
            yield subscription
        finally:
            for topic in wanted:
                others = tuple(s for s in self._routes[topic] if s is not subscription)
                if others:
                    self._routes[topic] = others
                else:
                    del self._routes[topic]
