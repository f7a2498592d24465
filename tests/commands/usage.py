"""A command that ends before it opens anything: it runs in this process, which takes no time."""

import os

from click.testing import CliRunner, Result

from broadcaster.commands.cli import main


def usage(*words: str, **environment: str) -> Result:
    """The result of a command with these variables, and none of the tests' own."""
    unset = dict.fromkeys(
        name for name in os.environ if name.startswith(("BROADCASTER_", "OPENAI_"))
    )
    mask = os.umask(0o077)
    try:
        return CliRunner().invoke(main, words, env={**unset, **environment})
    finally:
        os.umask(mask)
