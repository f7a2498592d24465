"""The groups of commands that ask a running server, by name."""

import click

from broadcaster.commands.events.commands import events
from broadcaster.commands.events.tokens import tokens

GROUPS: dict[str, click.Command] = {"events": events, "tokens": tokens}
