"""The command `broadcaster publish` and its options."""

import sys
from pathlib import Path

import click

from broadcaster import log
from broadcaster.commands.running import explained, run
from broadcaster.commands.sound_options import sound_options


@click.command()
@click.argument("words", nargs=-1, metavar="[SOURCE] URL")
@click.option("--key", envvar="BROADCASTER_STAGE_KEY", help="The event's stage key.")
@click.option("--loop", is_flag=True, help="Repeat the file for ever.")
@click.option("--device", help="Publish this microphone or sound card instead of a file.")
@click.option("--list-devices", is_flag=True, help="Print the names for --device.")
@click.option(
    "--channels",
    help="Of a sound card or an AES67 stream, counted from 1: 3, or 3,4 for stereo.",
)
@click.option("--interface", help="Address of the network card for AES67.")
@click.option("--list-streams", is_flag=True, help="Print the AES67 streams that are announced.")
@click.option(
    "--backup", "is_backup", is_flag=True, help="Stand by, and be heard if the main input fails."
)
@sound_options
def publish(
    words: tuple[str, ...],
    key: str | None,
    device: str | None,
    progress: str,
    ca: Path | None,
    *,
    loop: bool,
    list_devices: bool,
    list_streams: bool,
    channels: str | None,
    interface: str | None,
    is_backup: bool,
) -> None:
    """Publish a sound file, a stream or a sound device as the floor of an event.

    SOURCE is a file, the address of a stream (srt://, rtmp://, http(s)://, udp://), or an AES67
    stream: its .sdp file, or sap:NAME. URL is the WHIP address, https://…/whip/EVENT. A lost
    connection is made again, and a file goes on where it was. Exit codes: 0 played to the end,
    1 the source cannot be played, 2 wrong usage, 3 refused by the server, 4 no server at the start,
    130 interrupted.
    """
    from broadcaster.commands.publishing.aes67 import show_streams
    from broadcaster.commands.publishing.command import PublishCommand, plan_from, show_devices

    log.configure("error")
    if list_devices:
        with explained():
            show_devices()
        return
    if list_streams:
        with explained():
            show_streams(interface)
        return
    plan = plan_from(
        words,
        key,
        device,
        progress,
        ca,
        channels=channels,
        interface=interface,
        loop=loop,
        backup=is_backup,
    )

    async def play() -> None:
        sys.exit(await PublishCommand(plan).run())

    run(play())
