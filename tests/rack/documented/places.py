"""The venue of a trial: its card, its stage box, the configuration of Icecast."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np

from tests.rack.documented.trials import Place
from tests.rack.null_sinks import OUTPUTS, pulseaudio
from tests.support.browser import write_wav
from tests.support.tasks import background_task
from tests.webrtc.support import voice

SECONDS = 60
LOOPBACK = "127.0.0.1"
ANNOUNCED = f"""v=0
o=- 1 1 IN IP4 {LOOPBACK}
s=Stage box
c=IN IP4 239.1.2.3/32
t=0 0
m=audio 5004 RTP/AVP 97
a=rtpmap:97 L24/48000/4
"""
CARD = """
pcm.!default { type plug slave.pcm "USB Audio" }
pcm.hw {
    @args [ CARD DEV ]
    @args.CARD { type string default "0" }
    @args.DEV { type string default "0" }
    type pulse
    device "rack.monitor"
}
pcm."USB Audio" {
    type pulse
    device "rack"
    hint { show on description "Card of the rack" }
}
"""
ICECAST = """
<icecast>
  <authentication><source-password>PASSWORD</source-password></authentication>
  <hostname>localhost</hostname>
  <listen-socket><port>8000</port><bind-address>127.0.0.1</bind-address></listen-socket>
  <paths><logdir>/tmp</logdir><webroot>/usr/share/icecast2/web</webroot></paths>
  <logging><accesslog>-</accesslog><errorlog>-</errorlog></logging>
  <security><changeowner><user>nobody</user><group>nogroup</group></changeowner></security>
</icecast>
"""


def furnish(folder: Path, description: str) -> None:
    """Write the files that the document's commands name."""
    said = voice(SECONDS)
    write_wav(folder / "hall.wav", said.astype(float), 48_000)
    (folder / "card.raw").write_bytes(np.repeat(said, OUTPUTS).tobytes())
    (folder / "icecast.xml").write_text(ICECAST)
    (folder / "asound.conf").write_text(CARD)
    (folder / "hall").mkdir()
    if description:
        (folder / "hall.sdp").write_text(description.replace("10.20.0.6", LOOPBACK))


@asynccontextmanager
async def at(place: Place | None, folder: Path) -> AsyncIterator[dict[str, str]]:
    """Make a place; yields the environment in which programs find it."""
    if place is Place.CARD:
        runtime = folder / "pulse"
        runtime.mkdir()
        with pulseaudio(runtime) as environment:
            async with asyncio.timeout(10):
                while not (runtime / "native").exists():
                    await asyncio.sleep(0.1)
            yield {**environment, "ALSA_CONFIG_PATH": str(folder / "asound.conf")}
    elif place is Place.BOX:
        async with background_task(_announce(), name="stage box"):
            yield {}
    else:
        yield {}


async def _announce() -> None:
    """Announce the stream of the stage box (SAP, RFC 2974)."""
    packet = b"\x20\0\0\1" + socket.inet_aton(LOOPBACK) + b"application/sdp\0" + ANNOUNCED.encode()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(LOOPBACK))
        while True:
            sender.sendto(packet, ("239.255.255.255", 9875))
            await asyncio.sleep(1)
