"""A command that ends by itself, and whether it prints what it should."""

from contextlib import AsyncExitStack
from pathlib import Path

from tests.commands.publishers import stage
from tests.rack.documented.places import at
from tests.rack.documented.running import here, printed
from tests.rack.documented.trials import Place, Trial
from tests.support.deadline import deadline
from tests.support.processes import TOKEN


async def ending(trial: Trial, folder: Path, place: Place | None, wanted: str) -> tuple[bool, str]:
    """Run the command; returns whether it printed what is wanted, and the line with that."""
    async with AsyncExitStack() as stack:
        environment = await stack.enter_async_context(at(place, folder))
        addresses = {}
        if place is Place.SERVER:
            whip, _, _ = await stack.enter_async_context(stage(folder / "data"))
            base = whip.partition("/whip/")[0]
            addresses = {"https://talks.example": base, "$TOKEN": TOKEN}
        async with deadline():
            output = await printed(here(trial.told, "", addresses), environment)
    lines = [line for line in output.splitlines() if wanted in line]
    return bool(lines), lines[0][:100] if lines else output[:200] or "it failed"
