"""Values that are made when they are first asked for, and kept."""

import asyncio
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Generic, TypeVar

Prepared = TypeVar("Prepared")


class PreparedOnce(Mapping[str, Prepared], Generic[Prepared]):
    """Values by the paths of files, each made when it is first asked for.

    Args:
        paths: of all values.
        prepare: makes a value.
    """

    def __init__(self, paths: Collection[str], prepare: Callable[[str], Prepared]) -> None:
        self._paths = frozenset(paths)
        self._prepare = prepare
        self._prepared: dict[str, Prepared] = {}

    async def ready(self, path: str) -> Prepared:
        """A value that a thread makes, if it is not there yet."""
        if path not in self._prepared:
            await asyncio.to_thread(self.__getitem__, path)
        return self._prepared[path]

    def __getitem__(self, path: str) -> Prepared:
        if path not in self._prepared:
            if path not in self._paths:
                raise KeyError(path)
            self._prepared[path] = self._prepare(path)
        return self._prepared[path]

    def __contains__(self, path: object) -> bool:
        return path in self._paths

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)
