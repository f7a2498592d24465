"""Chooses the wire of an output by its kind."""

from collections.abc import Callable, Mapping

import aiohttp

from broadcaster.model.outputs.output import CaptionOutput, OutputKind
from broadcaster.model.ports import Clock
from broadcaster.outputs.wires.obs import ObsWire
from broadcaster.outputs.wires.tcp import TcpWire
from broadcaster.outputs.wires.teams import TeamsWire
from broadcaster.outputs.wires.vmix import VmixWire
from broadcaster.outputs.wires.webhook import WebhookWire
from broadcaster.outputs.wires.wire import Wire, WireTarget
from broadcaster.outputs.wires.youtube import YouTubeWire
from broadcaster.outputs.wires.zoom import ZoomWire

_BY_HTTP: Mapping[OutputKind, Callable[[aiohttp.ClientSession, WireTarget], Wire]] = {
    OutputKind.ZOOM: ZoomWire,
    OutputKind.YOUTUBE: YouTubeWire,
    OutputKind.TEAMS: TeamsWire,
    OutputKind.OBS: ObsWire,
    OutputKind.VMIX: VmixWire,
}


def make_wire(
    http: aiohttp.ClientSession, clock: Clock, output: CaptionOutput, target: WireTarget
) -> Wire:
    """The connection of an output, which is not open yet.

    Args:
        http: the client of those that use HTTP.
        clock: the time.
        output: its kind decides.
        target: where it leads.
    """
    if output.kind is OutputKind.TCP:
        return TcpWire(target)
    if output.kind is OutputKind.WEBHOOK:
        return WebhookWire(http, clock, target)
    return _BY_HTTP[output.kind](http, target)
