"""The command `broadcaster play` and its options."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from broadcaster import log
from broadcaster.commands.publish_progress import Progress
from broadcaster.commands.running import explained, run
from broadcaster.commands.sound_options import sound_options, trust_of
from broadcaster.rack.plan import (
    LONGEST_BUFFER_MS,
    SHORTEST_BUFFER_MS,
    RackPlan,
    WrongRackPlan,
    event_link,
    rack_channels,
)

if TYPE_CHECKING:
    from broadcaster.commands.playing.command import PushTarget


@click.command()
@click.argument("words", nargs=-1, metavar="LINK CHANNEL…")
@click.option("--device", help="Play on this sound card; a part of its name is enough.")
@click.option("--list-devices", is_flag=True, help="Print the names for --device.")
@click.option(
    "--aes67",
    metavar="ADDRESS[:PORT]",
    help="Send AES67 streams: the first channel to this address, the others to the next ones.",
)
@click.option("--interface", help="With --aes67: address of this computer in the AV network.")
@click.option(
    "--push",
    "pushes",
    multiple=True,
    metavar="URL",
    help="Push a channel to icecast://, rtmp://, srt:// or a WHIP address; one for each channel.",
)
@click.option("--push-key", envvar="BROADCASTER_PUSH_KEY", help="With --push: key of WHIP.")
@click.option(
    "--delay", "delays", multiple=True, metavar="CHANNEL=MS", help="Play it later: es=250ms."
)
@click.option(
    "--buffer",
    "buffer_ms",
    type=click.IntRange(SHORTEST_BUFFER_MS, LONGEST_BUFFER_MS),
    default=200,
    show_default=True,
    help="Milliseconds of sound that are held back, for the jitter of the network.",
)
@click.option("--passcode", envvar="BROADCASTER_PASSCODE", help="Passcode of the event.")
@sound_options
def play(
    words: tuple[str, ...],
    device: str | None,
    aes67: str | None,
    interface: str | None,
    pushes: tuple[str, ...],
    push_key: str | None,
    delays: tuple[str, ...],
    buffer_ms: int,
    passcode: str | None,
    progress: str,
    ca: Path | None,
    *,
    list_devices: bool,
) -> None:
    """Play channels of an event on the outputs of a rack.

    LINK is the link that attendees get. A CHANNEL is floor, es, or es=3 for output 3 of the card,
    es=3,4 for both; without a number it is the next output. A connection that is lost is made again
    and disturbs no other channel. Exit codes: 1 the device or the network cannot be used, 2 wrong
    usage, 130 interrupted.
    """
    from broadcaster.commands.playing.command import MulticastTarget, PlayCommand, PlayTarget
    from broadcaster.rack.aes67 import first_address, network_card
    from broadcaster.rack.card import find_playback_device, playback_devices

    log.configure("error")
    if list_devices:
        with explained():
            for one in playback_devices():
                click.echo(f"{one.name}\t{one.outputs} outputs\t{one.system}")
        return
    target: PlayTarget
    try:
        plan = _plan_from(words, delays, buffer_ms, passcode, ca)
        if sum((device is not None, aes67 is not None, bool(pushes))) != 1:
            raise click.UsageError("Say where to play: --device, --aes67 or --push.")
        if aes67 is not None:
            target = MulticastTarget(first_address(aes67), network_card(interface))
        elif interface is not None:
            raise click.UsageError("--interface is for --aes67.")
        if pushes:
            target = _push_target(pushes, len(plan.channels), push_key)
    except ValueError as wrong:
        raise click.UsageError(str(wrong)) from None
    if device is not None:
        with explained():
            target = find_playback_device(device)

    async def playing() -> None:
        sys.exit(await PlayCommand(plan, target, Progress(progress)).run())

    run(playing())


def _push_target(urls: tuple[str, ...], channels: int, key: str | None) -> "PushTarget":
    from broadcaster.audio.output.address import parse_push_address
    from broadcaster.commands.playing.command import PushTarget

    if len(urls) != channels:
        raise WrongRackPlan("Give one --push for each channel, in the order of the channels.")
    addresses = tuple(map(parse_push_address, urls))
    if any(address.scheme.is_whip for address in addresses) and not key:
        raise WrongRackPlan("Give the key of the WHIP address: --push-key.")
    if key and not (key.isprintable() and key.isascii()):
        raise WrongRackPlan("The key has characters that no key has; copy it again.")
    return PushTarget(addresses, key or "")


def _plan_from(
    words: tuple[str, ...],
    delays: tuple[str, ...],
    buffer_ms: int,
    passcode: str | None,
    ca: Path | None,
) -> RackPlan:
    if not words:
        raise WrongRackPlan("Name the attendees' link and the channels: LINK CHANNEL…")
    event = event_link(words[0])
    channels = rack_channels(words[1:], delays)
    if passcode and not (passcode.isprintable() and passcode.isascii()):
        raise WrongRackPlan("The passcode has characters that no passcode has; copy it again.")
    return RackPlan(event, channels, buffer_ms, passcode or "", trust_of(ca))
