"""Settings: environment variables `BROADCASTER_…` (and `OPENAI_API_KEY`), or a `.env` file."""

from broadcaster.config.roles import USED_BY, Role, unused
from broadcaster.config.settings import ENV_FILE, PREFIX, Settings
from broadcaster.config.variables import given_variables, unknown_variables, variable

__all__ = [
    "ENV_FILE",
    "PREFIX",
    "USED_BY",
    "Role",
    "Settings",
    "given_variables",
    "unknown_variables",
    "unused",
    "variable",
]
