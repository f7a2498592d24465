"""Passes the AI's text on to the captions of its channel, or to the human interpreter's console.

While a human is heard, their own words are the captions, and the AI's text is only their crib.
When the AI takes over, what it writes waits until the captions of the human are complete.
"""

import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from broadcaster.booths.timing.places import TextPlace
from broadcaster.model.audio import ms_to_samples
from broadcaster.model.consoles import console_keys
from broadcaster.model.ports import Bus

KEPT_FRAGMENTS = 400
"""Text that came while a human was heard, and may be heard after that: a minute of it, at least."""
MOST_WAITING_FRAGMENTS = 2_000

WriteText = Callable[[str, TextPlace | None], None]


@dataclass(frozen=True, slots=True)
class AiFragment:
    """A piece of the AI's text, and where it is or would be heard."""

    text: str
    place: TextPlace


class AiText:
    """The AI's text of one channel.

    Args:
        event: id of the event.
        channel: id of the channel.
        bus: where the crib is published.
        write: takes text for the captions.
        now_ms: event clock now.
    """

    def __init__(
        self, event: str, channel: str, bus: Bus, write: WriteText, now_ms: Callable[[], int]
    ) -> None:
        self._topic = console_keys.crib(event, channel)
        self._bus = bus
        self._write = write
        self._now_ms = now_ms
        self._human = False
        self._holds = False
        self._unheard: deque[AiFragment] = deque(maxlen=KEPT_FRAGMENTS)
        self._waiting: deque[AiFragment] = deque(maxlen=MOST_WAITING_FRAGMENTS)

    def push_ai_text(self, text: str, place: TextPlace) -> None:
        """Take the next fragment, and where it is or would be heard."""
        if self._human:
            crib = {"text": text, "position": ms_to_samples(self._now_ms())}
            self._bus.publish(self._topic, json.dumps(crib, ensure_ascii=False).encode())
            self._unheard.append(AiFragment(text, place))
        elif self._holds:
            self._waiting.append(AiFragment(text, place))
        else:
            self._write(text, place)

    def hear_human(self) -> None:
        """From now on a human is heard, and their words are the captions."""
        self._human = True
        self._unheard.clear()

    def hear_ai(self) -> None:
        """From now on the AI is heard, with the words that it wrote and has not spoken yet."""
        now_ms = self._now_ms()
        self._human = False
        self._holds = True
        self._waiting += (one for one in self._unheard if one.place.ends_ms(0) > now_ms)
        self._unheard.clear()

    def release(self) -> None:
        """The captions of the human are complete: what waits can be written."""
        self._holds = False
        while self._waiting:
            fragment = self._waiting.popleft()
            self._write(fragment.text, fragment.place)
