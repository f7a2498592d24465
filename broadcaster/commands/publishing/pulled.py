"""Publishes one input that the server fetches: `python -m broadcaster.commands.publishing.pulled`.

The order comes as a line of JSON on the standard input, because it has secrets. What is printed is
that of `broadcaster publish --progress json`.
"""

import asyncio
import sys
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from broadcaster import log
from broadcaster.commands.publishing.command import PublishCommand, plan_from


class Order(BaseModel):
    """See `PullOrder` of the desk."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    source: str
    url: str
    key: str
    backup: bool
    ca: str


def main() -> int:
    """Publish until the source is refused or a signal comes; returns the exit code."""
    log.configure("error")
    order = Order.model_validate_json(sys.stdin.readline())
    plan = plan_from(
        (order.source, order.url),
        order.key,
        None,
        "json",
        Path(order.ca) if order.ca else None,
        loop=False,
        backup=order.backup,
    )
    return asyncio.run(PublishCommand(plan).run())


if __name__ == "__main__":
    sys.exit(main())
