"""Chooses the wire of an output by its kind."""

import aiohttp

from broadcaster.model.outputs.output import CaptionOutput, OutputKind
from broadcaster.outputs.wires.obs import ObsWire
from broadcaster.outputs.wires.tcp import TcpWire
from broadcaster.outputs.wires.teams import TeamsWire
from broadcaster.outputs.wires.vmix import VmixWire
from broadcaster.outputs.wires.wire import Wire, WireTarget
from broadcaster.outputs.wires.youtube import YouTubeWire
from broadcaster.outputs.wires.zoom import ZoomWire


def make_wire(http: aiohttp.ClientSession, output: CaptionOutput, target: WireTarget) -> Wire:
    """The connection of an output, which is not open yet.

    Args:
        http: the client of those that use HTTP.
        output: its kind decides.
        target: where it leads.
    """
    match output.kind:
        case OutputKind.ZOOM:
            return ZoomWire(http, target)
        case OutputKind.YOUTUBE:
            return YouTubeWire(http, target)
        case OutputKind.TEAMS:
            return TeamsWire(http, target)
        case OutputKind.TCP:
            return TcpWire(target)
        case OutputKind.OBS:
            return ObsWire(http, target)
        case OutputKind.VMIX:
            return VmixWire(http, target)
