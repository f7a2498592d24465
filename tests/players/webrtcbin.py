"""Plays a channel with GStreamer's `webrtcbin`: `python3 webrtcbin.py URL SECONDS SOUND`.

Runs under the Python that Debian's `python3-gst-1.0` is installed for, which is not the project's.
SOUND gets what was heard as s16le mono 48 kHz; a line of JSON says what the endpoint
answered. The signalling is
what `webrtcbin` leaves to its user: gather, POST the offer, DELETE the session.
"""

import json
import sys
import urllib.request
from pathlib import Path
from urllib.parse import urljoin

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstSdp", "1.0")
gi.require_version("GstWebRTC", "1.0")
from gi.repository import GLib, Gst, GstSdp, GstWebRTC  # noqa: E402 - versions are named before

HEARD = "audio/x-raw,format=S16LE,channels=1,rate=48000"
OPUS = "application/x-rtp,media=audio,payload=96,encoding-name=OPUS,clock-rate=48000"
DECODE = "rtpopusdepay ! opusdec ! audioconvert ! audioresample"
EAR = "appsink name=ear emit-signals=true sync=false"
REPLY_S = 20


class Player:
    """One session."""

    def __init__(self, url: str, sound_bytes: int) -> None:
        self._url = url
        self._sound_bytes = sound_bytes
        self._session = ""
        self.heard = bytearray()
        self.answers: list[str] = []
        self.loop = GLib.MainLoop()
        self.pipeline = Gst.Pipeline.new()
        self._web = Gst.ElementFactory.make("webrtcbin")
        self._web.set_property("bundle-policy", GstWebRTC.WebRTCBundlePolicy.MAX_BUNDLE)
        self.pipeline.add(self._web)
        self._web.connect("on-negotiation-needed", self._offer)
        self._web.connect("notify::ice-gathering-state", self._gathered)
        self._web.connect("pad-added", self._play)
        direction = GstWebRTC.WebRTCRTPTransceiverDirection.RECVONLY
        self._web.emit("add-transceiver", direction, Gst.Caps.from_string(OPUS))
        bus = self.pipeline.get_bus()
        bus.add_signal_watch()
        bus.connect("message::error", self._failed)
        self.pipeline.set_state(Gst.State.PLAYING)

    def stop(self) -> None:
        """Delete the session."""
        request = urllib.request.Request(self._session, method="DELETE")
        with urllib.request.urlopen(request, timeout=REPLY_S) as reply:
            self.answers.append(f"DELETE {reply.status}")
        self.pipeline.set_state(Gst.State.NULL)

    def _offer(self, web: Gst.Element) -> None:
        web.emit("create-offer", None, Gst.Promise.new_with_change_func(self._offered))

    def _offered(self, promise: Gst.Promise) -> None:
        reply = promise.get_reply()  # what it holds lives as long as it
        offer = reply.get_value("offer")
        self._web.emit("set-local-description", offer, None)

    def _gathered(self, web: Gst.Element, _: object) -> None:
        if web.get_property("ice-gathering-state") == GstWebRTC.WebRTCICEGatheringState.COMPLETE:
            GLib.idle_add(self._ask)

    def _ask(self) -> bool:
        offer = self._web.get_property("local-description").sdp.as_text()
        headers = {"Content-Type": "application/sdp"}
        request = urllib.request.Request(self._url, offer.encode(), headers)
        with urllib.request.urlopen(request, timeout=REPLY_S) as reply:
            self.answers.append(f"POST {reply.status}")
            answer = reply.read().decode()
            self._session = urljoin(self._url, reply.headers["Location"])
        _, message = GstSdp.SDPMessage.new_from_text(answer)
        kind = GstWebRTC.WebRTCSDPType.ANSWER
        description = GstWebRTC.WebRTCSessionDescription.new(kind, message)
        self._web.emit("set-remote-description", description, None)
        return False

    def _play(self, _: Gst.Element, pad: Gst.Pad) -> None:
        chain = f"{DECODE} ! {HEARD} ! {EAR}"
        decoding = Gst.parse_bin_from_description(chain, ghost_unlinked_pads=True)
        decoding.get_by_name("ear").connect("new-sample", self._hear)
        self.pipeline.add(decoding)
        decoding.sync_state_with_parent()
        pad.link(decoding.sinkpads[0])

    def _hear(self, ear: Gst.Element) -> Gst.FlowReturn:
        buffer = ear.emit("pull-sample").get_buffer()
        self.heard += buffer.extract_dup(0, buffer.get_size())
        if len(self.heard) >= self._sound_bytes:
            GLib.idle_add(self.loop.quit)
        return Gst.FlowReturn.OK

    def _failed(self, _: Gst.Bus, message: Gst.Message) -> None:
        print(message.parse_error(), file=sys.stderr)
        self.loop.quit()


def main(url: str, seconds: str, sound: str) -> None:
    """Listen, and write down what was heard."""
    Gst.init(None)
    player = Player(url, int(float(seconds) * 48_000) * 2)
    player.loop.run()
    player.stop()
    Path(sound).write_bytes(player.heard)
    print(json.dumps({"version": Gst.version_string(), "answers": ", ".join(player.answers)}))


if __name__ == "__main__":
    main(*sys.argv[1:])
