"""Looks through Redis and the data folder for what is left of an event."""

import asyncio
from collections.abc import Iterable, Iterator
from pathlib import Path

import redis


async def places_with(url: str, folder: Path, words: Iterable[str]) -> dict[str, set[str]]:
    """For each word the keys of Redis and the files in which it is found, in a name or a value.

    Args:
        url: of Redis.
        folder: with the server's files.
        words: to look for.
    """
    return await asyncio.to_thread(_places_with, url, folder, tuple(words))


def _places_with(url: str, folder: Path, words: tuple[str, ...]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {word: set() for word in words}
    for place, content in (*_contents(url), *_files(folder)):
        for word in words:
            if word.encode() in content or word in place:
                found[word].add(place)
    return found


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in folder.rglob("*"):
        if path.is_file():
            yield str(path.relative_to(folder)), path.read_bytes()


def _contents(url: str) -> Iterator[tuple[str, bytes]]:
    """Every key with its whole value, whatever its type."""
    with redis.Redis.from_url(url) as client:
        for key in client.scan_iter(count=1_000):
            kind = client.type(key)
            reads = {
                b"string": lambda key=key: client.get(key),
                b"hash": lambda key=key: client.hgetall(key),
                b"list": lambda key=key: client.lrange(key, 0, -1),
                b"set": lambda key=key: client.smembers(key),
                b"zset": lambda key=key: client.zrange(key, 0, -1),
                b"stream": lambda key=key: client.xrange(key),
            }
            if kind != b"none":  # it has ended since
                yield key.decode(), _bytes_of(reads[kind]())


def _bytes_of(value: object) -> bytes:
    match value:
        case bytes():
            return value
        case dict():
            return b"\n".join(_bytes_of(part) for pair in value.items() for part in pair)
        case list() | tuple() | set():
            return b"\n".join(map(_bytes_of, value))
        case _:
            return str(value).encode()
