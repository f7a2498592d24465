"""`broadcaster serve`: starts a server and prints what it serves."""

from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress

from rich.console import Console

from broadcaster import __version__, auth
from broadcaster.commands.links import base_url
from broadcaster.commands.running import stop_signals
from broadcaster.config import Role, Settings, unused
from broadcaster.from_settings import tls_context
from broadcaster.os_errors import DATA_DIR, blaming
from broadcaster.serving import running
from broadcaster.sockets.listening import BoundAddress
from broadcaster.system import garbage, open_files


async def serve_until_stopped(settings: Settings, roles: frozenset[Role], out: Console) -> None:
    """Serve until a signal comes.

    Raises:
        SettingUnusable: the address or the data folder cannot be used.
        BusUnavailable: the bus cannot be opened.
    """
    out.print(f"Conference broadcaster {__version__}")
    allowed = open_files.raise_open_files()
    token, is_new = organizers_token(settings)
    async with stop_signals() as stop, AsyncExitStack() as stack:
        with out.status("starting…"):
            acceptor = await stack.enter_async_context(
                running(settings, roles, token, tls_context(settings))
            )
        shown = None if settings.admin_token else token
        announce(settings, roles, acceptor.addresses, shown, out, is_new=is_new)
        warn_of_few_files(roles, allowed, out)
        garbage.collect_seldom()
        await stop.wait()
        say_goodbye("Stopping (Ctrl-C again to stop now)…", out)


def organizers_token(settings: Settings) -> tuple[str, bool]:
    """The organizer's token: the one that is set, or the one that the data folder keeps.

    Returns:
        The token, and whether it was made just now.

    Raises:
        SettingUnusable: it has to be made, and the data folder cannot be written.
    """
    if settings.admin_token:
        return settings.admin_token.get_secret_value(), False
    with blaming(DATA_DIR, settings.data_dir):
        return auth.admin_token(settings.data_dir)


def say_goodbye(text: str, out: Console) -> None:
    """Print at the end, unless the terminal has been closed."""
    with suppress(OSError):
        out.print(text)


def warn_of_few_files(roles: frozenset[Role], allowed: int, out: Console) -> None:
    """Warn if the limit of open files is too low for an audience."""
    listeners = max(0, allowed - open_files.OTHER_FILES)
    if Role.EDGE in roles and listeners < open_files.MANY_LISTENERS:
        out.print(
            f"[yellow]![/] a process may open {allowed} files here, enough for {listeners} "
            f"listeners. {open_files.HOW_TO_RAISE}",
            soft_wrap=True,
        )


def announce(
    settings: Settings,
    roles: frozenset[Role],
    addresses: Sequence[BoundAddress],
    token: str | None,
    out: Console,
    *,
    is_new: bool,
) -> None:
    """Print what is served where, and what is missing for a good broadcast."""
    base = base_url(settings, addresses)
    bus = "Redis" if settings.redis_url else f"embedded, in {settings.data_dir}"
    if settings.workers > 1:
        bus += f"; {settings.workers} workers"
    out.print(
        f"[green]✓[/] serving {base} ({', '.join(sorted(roles))}; bus: {bus})", soft_wrap=True
    )
    if ignored := unused(settings, roles):
        names = ", ".join(f"{name} ({why})" for name, why in ignored.items())
        out.print(f"[yellow]![/] set, but not used here: {names}", soft_wrap=True)
    if Role.BOOTHS in roles and settings.api_key is None:
        out.print(
            "[yellow]![/] no key for the interpreters: set OPENAI_API_KEY and start again, "
            "or see the whole broadcast without one: broadcaster demo",
            soft_wrap=True,
        )
    if Role.EDGE in roles and not base.startswith("https://"):
        out.print(
            "[yellow]![/] phones play their best sound only over https: --tls, or a proxy in front"
        )
    if Role.DESK in roles:
        query = f"?token={token}" if token else ""
        note = " (made just now; keep it)" if is_new else ""
        out.print(f"  Open the desk{note}: {base}/desk{query}", soft_wrap=True)
