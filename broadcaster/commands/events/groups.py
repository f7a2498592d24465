"""The groups of commands that ask a running server, by name."""

import click

from broadcaster.commands.events.commands import events
from broadcaster.commands.events.conferences import conferences
from broadcaster.commands.events.tokens import tokens

GROUPS: dict[str, click.Command] = {
    "conferences": conferences,
    "events": events,
    "tokens": tokens,
}
