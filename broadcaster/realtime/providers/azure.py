"""Azure OpenAI: the same protocol and models at another address, with the key in a header."""

from dataclasses import replace

from broadcaster.realtime.endpoint import RealtimeApi
from broadcaster.realtime.providers.openai import OPENAI

AZURE = replace(
    OPENAI,
    id="azure",
    name="Microsoft Azure",
    api=RealtimeApi(url="", fixed_path="/openai/v1", key_header="api-key", key_prefix=""),
    hosts=(".openai.azure.com", ".cognitiveservices.azure.com", ".services.ai.azure.com"),
)
