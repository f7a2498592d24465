"""A card whose clock is wrong, for hours: `python -m tests.rack.drifting --hours 8`.

The packets come by the server's clock with the jitter of a network, and blocks are taken by the
clock of a card. Time is virtual. The sound is a tone, so every sample that does not continue it is
found: the largest step between two samples is compared with that of the tone.
"""

import argparse
import math
import platform
import random
from dataclasses import dataclass, field

import numpy as np

from broadcaster.rack.output_buffer import OutputBuffer
from broadcaster.rack.sound import BLOCK_SAMPLES, RACK_HZ, RackSamples

PACKET_SAMPLES = 2_880
TARGET_MS = 200
HZ = 440
FIRST_S = 2.0
"""The sound has faded in by then."""
SETTLED_S = 900.0
"""The controller knows the drift of the clocks by then."""


@dataclass
class Drifted:
    """The result of one card."""

    ppm: float
    underruns: int = 0
    measured_ppm: float = 0.0
    largest_step: float = 0.0
    lengths_ms: list[float] = field(default_factory=list)
    settled_ms: list[float] = field(default_factory=list)

    def line(self) -> str:
        """One line for people."""
        return (
            f"card {self.ppm:+5.0f} ppm: measured {self.measured_ppm:+7.1f} ppm, "
            f"underruns {self.underruns}, "
            f"buffer {min(self.lengths_ms):.1f} to {max(self.lengths_ms):.1f} ms, "
            f"settled {min(self.settled_ms):.1f} to {max(self.settled_ms):.1f} ms, "
            f"largest step {self.largest_step:.3f} of the tone's"
        )


def tone(first: int, count: int) -> RackSamples:
    """Part of an endless tone of amplitude 0.5."""
    at = (first + np.arange(count)) % RACK_HZ
    return (0.5 * np.sin(2 * math.pi * HZ * at / RACK_HZ)).astype(np.float32)


def drifted(
    ppm: float, seconds: float, jitter_s: float, block_samples: int = BLOCK_SAMPLES
) -> Drifted:
    """Play for some time on a card that takes `ppm` millionths more than it should."""
    now = 0.0
    chance = random.Random(1)
    buffer = OutputBuffer(TARGET_MS, lambda: now)
    result = Drifted(ppm)
    packet_s = PACKET_SAMPLES / RACK_HZ
    block_s = block_samples / RACK_HZ / (1 + ppm * 1e-6)
    tone_step = float(np.abs(np.diff(tone(0, RACK_HZ))).max())
    number, arrives_s, blocks, last = 0, 0.0, 0, 0.0
    while now < seconds:
        if arrives_s <= blocks * block_s:
            now = arrives_s
            buffer.push(tone(number * PACKET_SAMPLES, PACKET_SAMPLES), number * PACKET_SAMPLES // 2)
            number += 1
            arrives_s = max(now, number * packet_s + chance.uniform(0, jitter_s))
            if now > FIRST_S:
                result.lengths_ms.append(buffer.buffer_ms)
            if now > SETTLED_S:
                result.settled_ms.append(buffer.buffer_ms)
            continue
        now = blocks * block_s
        out = buffer.pull(block_samples)
        blocks += 1
        if now > FIRST_S:
            steps = np.abs(np.diff(out, prepend=np.float32(last)))
            result.largest_step = max(result.largest_step, float(steps.max()) / tone_step)
        last = float(out[-1])
    result.underruns = buffer.underruns
    result.measured_ppm = buffer.drift_ppm
    return result


def main() -> None:
    """Print a line for each card."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=8.0)
    parser.add_argument("--jitter-ms", type=float, default=40.0)
    parser.add_argument("--ppm", type=float, nargs="+", default=(-200.0, 0.0, 200.0))
    given = parser.parse_args()
    print(f"{given.hours} simulated hours, jitter {given.jitter_ms} ms, {platform.machine()}")
    for ppm in given.ppm:
        print(drifted(ppm, given.hours * 3600, given.jitter_ms / 1000).line(), flush=True)


if __name__ == "__main__":
    main()
