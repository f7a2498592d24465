"""The local interpreter: the server of rehearsals and of the demo, on the organizer's machine."""

from dataclasses import replace

from broadcaster.realtime.endpoint import RealtimeApi
from broadcaster.realtime.languages import OfferedLanguages
from broadcaster.realtime.providers.openai import OPENAI
from broadcaster.realtime.providers.prices import FREE

LOCAL = replace(
    OPENAI,
    id="local",
    name="",
    api=RealtimeApi(url="http://127.0.0.1:8090/v1", languages_path="/languages"),
    hosts=(),
    languages=OfferedLanguages((*OPENAI.languages.spoken, "ar")),
    prices=FREE,
)
