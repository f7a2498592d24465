"""`python -m tests.interpreter.uncached …`: the broadcaster's commands without kept speech.

The interpreter keeps the sound of sentences that it has spoken. A measurement plays the same clips
again and again, and would find all of them kept, unlike free speech.
"""

from collections.abc import Hashable

from broadcaster.commands.cli import main
from broadcaster.rehearsal.speaking.sound_cache import SoundCache


def _nothing(_cache: SoundCache, _key: Hashable) -> None:
    return None


if __name__ == "__main__":
    setattr(SoundCache, "get", _nothing)  # noqa: B010 - mypy forbids to assign a method
    main()
