"""Spanish words in the sounds of the English acoustic model.

The sounds are those of the CMU pronouncing dictionary. Spanish is spelled as it is spoken, so a
few rules are enough. A sound that English lacks is replaced by the nearest one. The pronunciation
is Latin American: z and soft c are an s, ll is a y.
"""

import re

_SOUNDS = {  # the first spelling that fits is taken
    "ch": "CH",
    "ll": "Y",
    "rr": "R",
    "qu(?=[eiéí])": "K",
    "gu(?=[eiéí])": "G",
    "c(?=[eiéí])": "S",
    "g(?=[eiéí])": "HH",
    "ai|ay$": "AY",
    "au": "AW",
    "ei|ey$": "EY",
    "oi|oy$": "OY",
    "[iy](?=[aeouáéóú])": "Y",
    "[uü](?=[aeoiáéóí])": "W",
    "[aá]": "AA",
    "[eé]": "EH",
    "[iíy]": "IY",
    "[oó]": "OW",
    "[uúü]": "UW",
    "[bv]": "B",
    "[ckq]": "K",
    "[sz]": "S",
    "d": "D",
    "f": "F",
    "g": "G",
    "h": "",
    "j": "HH",
    "l": "L",
    "m": "M",
    "n": "N",
    "ñ": "N Y",
    "p": "P",
    "r": "R",
    "t": "T",
    "w": "W",
    "x": "K S",
}
_RULES = [(re.compile(spelling), sounds) for spelling, sounds in _SOUNDS.items()]


def spanish_sounds(word: str) -> str:
    """The ARPABET sounds of a lower-case Spanish word, separated by spaces.

    Raises:
        ValueError: the word holds something other than Spanish letters.
    """
    sounds, at = [], 0
    while at < len(word):
        for rule, sound in _RULES:
            if match := rule.match(word, at):
                sounds.append(sound)
                at = match.end()
                break
        else:
            raise ValueError(f"{word!r} is not spelled in Spanish letters")
    return " ".join(filter(None, sounds))
