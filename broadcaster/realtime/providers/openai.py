"""OpenAI, and every server that speaks its Realtime protocol.

The languages are those of its Realtime translation guide, the prices those of its model pages.
"""

from broadcaster.realtime import wire
from broadcaster.realtime.endpoint import RealtimeApi
from broadcaster.realtime.languages import OfferedLanguages
from broadcaster.realtime.protocol.translation import TranslationProtocol
from broadcaster.realtime.providers.prices import Prices
from broadcaster.realtime.providers.provider import Provider

_SPOKEN = "de en es fr hi id it ja ko pt ru vi zh"
"""The documented output languages; the server accepts more, without a promise."""
_VOICES = (
    *("alloy", "ash", "ballad", "coral", "echo"),
    *("sage", "shimmer", "verse", "marin", "cedar"),
)
OPENAI = Provider(
    id="openai",
    name="OpenAI",
    api=RealtimeApi(),
    hosts=("api.openai.com",),
    languages=OfferedLanguages(tuple(_SPOKEN.split())),
    translation=lambda config, _now: TranslationProtocol(config),
    translate_model=wire.DEFAULT_MODEL,
    converse_model=wire.DEFAULT_CONVERSATION_MODEL,
    transcribe_model=wire.DEFAULT_TRANSCRIPTION_MODEL,
    prices=Prices(),
    voices=_VOICES,
)
