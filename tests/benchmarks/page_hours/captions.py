"""A talk in captions: twenty a minute, each of which grows."""

import asyncio
from collections.abc import Iterator

from broadcaster.model import keys
from broadcaster.model.caption import Caption
from tests.edge.conftest import Edge

PER_MINUTE = 20
PER_HOUR = 60 * PER_MINUTE
CAPTION_MS = 60_000 // PER_MINUTE
VERSIONS = 5
"""Of each caption, the last one final."""
_TEXT = (
    "Frase {} de una charla larga sobre el agua\ndel valle, que cada año llega un poco más tarde."
)


def versions(number: int) -> Iterator[Caption]:
    """The versions of one caption, at its place in the talk."""
    start_ms = number * CAPTION_MS
    words = _TEXT.format(number).split(" ")
    for version in range(1, VERSIONS + 1):
        text = " ".join(words[: len(words) * version // VERSIONS])
        end_ms = start_ms + CAPTION_MS * version // VERSIONS
        final = version == VERSIONS
        yield Caption(f"es-{number}", "es", start_ms, end_ms, text, final)


async def publish(edge: Edge, caption: Caption) -> None:
    """Append one version to the channel's stream."""
    await edge.bus.append(keys.captions("talk", caption.channel), caption.to_json())


async def write_captions(edge: Edge, first: int = 0) -> None:
    """Publish captions in real time until cancelled, beginning with this number."""
    number = first
    while True:
        for caption in versions(number):
            await publish(edge, caption)
            await asyncio.sleep(CAPTION_MS / VERSIONS / 1_000)
        number += 1
