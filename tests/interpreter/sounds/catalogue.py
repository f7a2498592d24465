"""All sounds without words by their names."""

from collections.abc import Mapping

from tests.interpreter.sounds.building import Make
from tests.interpreter.sounds.music import MUSIC
from tests.interpreter.sounds.noises import NOISES
from tests.interpreter.sounds.people import PEOPLE
from tests.interpreter.sounds.things import THINGS

SOUNDS: Mapping[str, Make] = {**NOISES, **PEOPLE, **THINGS, **MUSIC}
MURMUR = "murmur of twelve voices"
"""People talk in it, so a word may be understood."""
