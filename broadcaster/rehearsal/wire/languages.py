"""The languages a translation session accepts, as ISO 639 codes without region.

These are the real endpoint's input languages. It accepts the same set as targets, although it
documents only thirteen targets.
"""

_CODES = (
    "af ar az be bg bn bo bs ca cs cy da de dz el en eo es et eu fa fi fil fr gl gu haw he hi "
    "hr ht hu hy id it ja jv ka kk ko ku la lt lv mi mk ml mn ms my ne nl nn no pa pl pt ro "
    "ru sk sl sn sq sr sv sw te th tl tr uk ur uz vi yo zh"
)
ACCEPTED = frozenset(_CODES.split())
DEFAULT = "es"
"""The target language of a new session."""
