"""Qwen LiveTranslate of Alibaba Cloud Model Studio, model generation 3.8.

It follows the client events, server events and language table that Alibaba Cloud publishes, and was
not tried against the real service. Older generations have other fields and revise their texts,
which this program's captions do not allow.
"""

from collections.abc import Mapping

from broadcaster.realtime import wire
from broadcaster.realtime.endpoint import RealtimeApi
from broadcaster.realtime.languages import OfferedLanguages, endpoint_language
from broadcaster.realtime.protocol.fields import mapping
from broadcaster.realtime.protocol.settings import ContinuousConfig
from broadcaster.realtime.protocol.translation import Dialect, TranslationProtocol
from broadcaster.realtime.providers.prices import Prices
from broadcaster.realtime.providers.provider import Provider

USUAL_VOICE = "Tina"
"""The server's own default is refused by this model generation."""
_SPOKEN = "ar cs da de en es fa fi fil fr he hi id is it ja ko ms nb nl pl pt ru sv th tr ur vi zh"
LANGUAGES = OfferedLanguages(tuple(_SPOKEN.split()))


def _settings(config: ContinuousConfig) -> Mapping[str, object]:
    translation: dict[str, object] = {"language": LANGUAGES.sent_tag(config.target)}
    if config.phrases:
        translation["corpus"] = {"phrases": dict(config.phrases)}
    session: dict[str, object] = {
        "output_modalities": ["text", "audio"],
        "translation": translation,
        "audio": {"output": {"voice": config.voice or USUAL_VOICE}},
    }
    if config.source is not None:
        session["input_audio_transcription"] = {"language": endpoint_language(config.source)}
    return session


def _confirms(session: Mapping[str, object], config: ContinuousConfig) -> bool:
    confirmed = mapping(session.get("translation")).get("language")
    return confirmed == LANGUAGES.sent_tag(config.target)


DIALECT = Dialect(
    settings=_settings,
    confirms=_confirms,
    input_hz=16_000,
    append=wire.BUFFER_APPEND,
    close="session.finish",
    names={
        "response.audio.delta": wire.OUTPUT_AUDIO_DELTA,
        "response.audio_transcript.delta": wire.OUTPUT_TRANSCRIPT_DELTA,
        "session.finished": wire.SESSION_CLOSED,
    },
    fills_silence=False,
    tells_elapsed=False,
    utterance="response_id",
)
QWEN = Provider(
    id="qwen",
    name="Alibaba Cloud (Qwen)",
    api=RealtimeApi(
        url="https://dashscope-intl.aliyuncs.com/api-ws/v1", translations_path=wire.REALTIME_PATH
    ),
    hosts=(".aliyuncs.com",),
    languages=LANGUAGES,
    translation=lambda config, _now: TranslationProtocol(config, DIALECT),
    translate_model="qwen3.8-livetranslate-flash-realtime",
    converse_model=None,
    transcribe_model=None,
    prices=Prices(translate_per_min=0.035),
    session_s=1_800.0,
    continuous_glossary=True,
    continuous_voice=True,
    voices=(USUAL_VOICE,),
    untried=True,
)
