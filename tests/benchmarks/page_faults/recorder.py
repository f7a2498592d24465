"""Records all that a page plays, with the time at which it was played."""

import base64
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from playwright.async_api import Page

from tests.benchmarks.page_faults.melody import HOP_S
from tests.support.sound import RATE_HZ, Samples, resampled

_WORKLET = """
registerProcessor('recorder', class extends AudioWorkletProcessor {
  #pcm = new Int16Array(2048);
  #filled = 0;
  process([input]) {
    const block = input[0] ?? new Float32Array(128);
    block.forEach((x, i) => {
      this.#pcm[this.#filled + i] = Math.max(-1, Math.min(1, x)) * 32767;
    });
    this.#filled += block.length;
    if (this.#filled < this.#pcm.length) return true;
    const end = currentFrame + block.length;
    this.port.postMessage({end, at_ms: Date.now(), pcm: this.#pcm.slice()});
    this.#filled = 0;
    return true;
  }
});
"""
SCRIPT = f"""
window.recorded = [];
const tapped = new WeakMap();
const {{connect}} = AudioNode.prototype;
function tapOf(context) {{
  if (tapped.has(context)) return tapped.get(context);
  const tap = new GainNode(context);
  tapped.set(context, tap);
  const url = URL.createObjectURL(new Blob([`{_WORKLET}`], {{type: 'text/javascript'}}));
  context.audioWorklet.addModule(url).then(() => {{
    const recorder = new AudioWorkletNode(context, 'recorder', {{numberOfOutputs: 0}});
    const {{sampleRate: rate}} = context;
    recorder.port.onmessage = ({{data}}) => window.recorded.push({{rate, ...data}});
    connect.call(tap, recorder);
  }});
  return tap;
}}
AudioNode.prototype.connect = function (target, ...more) {{
  if (target instanceof AudioDestinationNode) connect.call(this, tapOf(this.context));
  return connect.call(this, target, ...more);
}};
const {{play}} = HTMLMediaElement.prototype;
const elements = new WeakSet();
let context = null;
HTMLMediaElement.prototype.play = function () {{
  if (!(this.srcObject instanceof MediaStream) && !elements.has(this)) {{
    elements.add(this);
    context ??= new AudioContext();
    context.createMediaElementSource(this).connect(context.destination);
  }}
  return play.call(this);
}};
"""
"""Run in the page before its own scripts.

What is played is what reaches a loudspeaker. The sound of an element passes through a graph on its
way; the muted one that keeps a WebRTC stream alive has none.
"""
_READ = """() => window.recorded.splice(0).map(({rate, end, at_ms, pcm}) => ({
  rate, end, at_ms, pcm: btoa(String.fromCharCode(...new Uint8Array(pcm.buffer))),
}))"""
_LOOKS_AHEAD = 25
"""Blocks, about a second: the audio thread of a busy machine is late for less than that."""
_JUMP_MS = 50.0


@dataclass(frozen=True, slots=True)
class Block:
    """Samples in a row.

    Attributes:
        rate_hz: of the page.
        end: the number of the first sample after it, since the audio context began.
        at_ms: Unix time at which the last of it was made; on a busy machine that is late.
        pcm: the samples.
    """

    rate_hz: float
    end: int
    at_ms: float
    pcm: Samples

    @property
    def ahead_ms(self) -> float:
        """How much later than its own clock says it was made."""
        return self.at_ms - 1_000 * self.end / self.rate_hz


@dataclass(slots=True)
class Recording:
    """The sound that a page has played until it was last read."""

    blocks: list[Block] = field(default_factory=list)

    async def read(self, page: Page) -> None:
        """Take what the page has recorded since the last call."""
        raw: list[dict[str, Any]] = await page.evaluate(_READ)
        for block in raw:
            pcm = np.frombuffer(base64.b64decode(block["pcm"]), "<i2").astype(np.float64)
            self.blocks.append(Block(block["rate"], block["end"], block["at_ms"], pcm))

    def timeline(self, from_s: float, to_s: float) -> Samples:
        """The sound between two Unix times, at `RATE_HZ`; silence where the page played nothing."""
        length = round((to_s - from_s) / HOP_S) * round(HOP_S * RATE_HZ)
        line = np.zeros(length)
        for began_s, sound in self._pieces():
            at = round((began_s - from_s) * RATE_HZ)
            first, last = max(0, at), min(length, at + len(sound))
            if first < last:
                line[first:last] += sound[first - at : last - at]
        return line

    def _pieces(self) -> list[tuple[float, Samples]]:
        """Sound in a row, with the Unix time at which it began."""
        pieces = []
        for blocks in self._runs():
            sound = resampled(np.concatenate([block.pcm for block in blocks]), blocks[0].rate_hz)
            ahead_ms = min(block.ahead_ms for block in blocks)
            began = blocks[0].end - len(blocks[0].pcm)
            pieces.append((began / blocks[0].rate_hz + ahead_ms / 1_000, sound))
        return pieces

    def _runs(self) -> list[list[Block]]:
        """Blocks that follow each other: of one audio context, and without a stop of it."""
        runs: list[list[Block]] = []
        seen = tuple(self.blocks)  # the page may record more in the meantime
        levels = [
            min(block.ahead_ms for block in seen[number : number + _LOOKS_AHEAD])
            for number in range(len(seen))
        ]
        level = 0.0
        for block, now in zip(seen, levels, strict=True):
            follows = bool(runs) and block.end - len(block.pcm) == runs[-1][-1].end
            if follows and abs(now - level) < _JUMP_MS:
                runs[-1].append(block)
            else:
                runs.append([block])
                level = now
        return runs
