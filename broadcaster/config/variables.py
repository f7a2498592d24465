"""The environment variables of settings, and those that are named like one by mistake."""

import os
from difflib import get_close_matches

from dotenv import dotenv_values

from broadcaster.config.settings import ENV_FILE, PREFIX, Settings

OTHER_VARIABLES = frozenset(PREFIX + n for n in ("INTERPRETER_KEY", "MODELS_DIR", "STAGE_KEY"))
"""Variables with the prefix that single commands read; they are no settings."""
_ALMOST_SURE = 0.85
"""Similarity from which a variable with another prefix is taken for a misspelt setting."""


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + name.upper()


def given_variables() -> dict[str, str]:
    """The variables of the environment and the `.env` file, their names in capitals."""
    given = {**dotenv_values(ENV_FILE), **os.environ}
    return {name.upper(): value or "" for name, value in given.items()}


def unknown_variables() -> dict[str, str]:
    """Variables of the environment and the `.env` file that are named like a setting by mistake.

    Returns:
        For each the variable that was probably meant, empty when none is similar.
    """
    known = {variable(name) for name in Settings.model_fields} | OTHER_VARIABLES
    found: dict[str, str] = {}
    for name in sorted(given_variables().keys() - known):
        if name.startswith(PREFIX):
            # The prefix, which all share, would make every two names similar.
            names = [one.removeprefix(PREFIX) for one in known]
            near = get_close_matches(name.removeprefix(PREFIX), names, n=1, cutoff=0.5)
            found[name] = PREFIX + near[0] if near else ""
        elif near := get_close_matches(name, known, n=1, cutoff=_ALMOST_SURE):
            found[name] = near[0]
    return found
