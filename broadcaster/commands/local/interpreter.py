"""The command `broadcaster interpreter`."""

import errno
import ipaddress
from collections.abc import Coroutine
from pathlib import Path
from socket import gaierror
from typing import Any

import click

from broadcaster import log
from broadcaster.commands.running import explained, out, run
from broadcaster.errors import BroadcasterError

_ADDRESSES = frozenset({errno.EADDRINUSE, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT})


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8090,
    show_default=True,
    help="TCP port; 0 picks a free one and prints it.",
)
@click.option(
    "--models",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    envvar="BROADCASTER_MODELS_DIR",
    help="Folder with models; without it those of installed packages are used.",
)
@click.option(
    "--key",
    envvar="BROADCASTER_INTERPRETER_KEY",
    help="The key that a broadcaster has to send; needed if other machines are let in.",
)
@click.option(
    "--voice",
    type=click.Choice(["female", "male", "simple"]),
    default="female",
    show_default=True,
    help="The natural voice where there is one; simple needs the least of the processor.",
)
def interpreter(host: str, port: int, models: Path | None, key: str | None, voice: str) -> None:
    """Interpret on this machine, without a cloud and without a network.

    A broadcaster uses it with BROADCASTER_PROVIDER=local and, from another machine,
    BROADCASTER_REALTIME_URL=http://HOST:8090/v1. It says first what it can do here.
    """
    from broadcaster.rehearsal.equipment import equipment
    from broadcaster.rehearsal.serving import serve
    from broadcaster.rehearsal.sessions.session import RehearsalSettings

    if not key and not _is_loopback(host):
        raise click.UsageError(
            f"--host {host} lets other machines in: choose a key and give it with --key, and to "
            "the broadcaster as BROADCASTER_API_KEY."
        )
    log.configure("warning")
    with explained():
        here = equipment(models, male=voice == "male")
    for sentence in here.sentences:
        out.print(sentence, soft_wrap=True, markup=False)
    settings = RehearsalSettings(
        stream_worker=here.stream_worker,
        recording_worker=here.recording_worker,
        natural_voice=None if voice == "simple" else here.natural_voice,
        male=voice == "male",
        rendered_voices=voice == "female",
        text_models_dir=here.text_models_dir,
        abilities=here.abilities,
        key=key,
        faults_by_http=False,
        tells_places=True,
        loads_first=True,
    )
    run(_explaining(serve(host, port, settings), host, port))


async def _explaining(serving: Coroutine[Any, Any, None], host: str, port: int) -> None:
    """Serve, and name the options by which the address was chosen if it cannot be used.

    Raises:
        BroadcasterError: the address cannot be listened on.
        OSError: something else failed.
    """
    try:
        await serving
    except OSError as error:
        if error.errno not in _ADDRESSES and not isinstance(error, gaierror):
            raise
        why = "is in use by another program"
        if error.errno != errno.EADDRINUSE:
            why = "is not an address of this machine"
        raise BroadcasterError(
            f"{host}, port {port} {why}",
            hint="Choose another --host or --port; --port 0 picks a free one.",
        ) from None


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
