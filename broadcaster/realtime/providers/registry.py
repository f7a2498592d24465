"""Every provider by its name in the settings. A new one gets a file here and a line below."""

from broadcaster.realtime.providers.azure import AZURE
from broadcaster.realtime.providers.gemini import GEMINI
from broadcaster.realtime.providers.local import LOCAL
from broadcaster.realtime.providers.openai import OPENAI
from broadcaster.realtime.providers.provider import Provider
from broadcaster.realtime.providers.qwen import QWEN

PROVIDERS: dict[str, Provider] = {one.id: one for one in (OPENAI, AZURE, LOCAL, QWEN, GEMINI)}


def voice_at(provider: Provider, voice: str | None) -> str | None:
    """The voice that an organizer has chosen, as this provider is asked for it.

    A channel has one voice, and several providers may speak in turn.

    Returns:
        None for its usual voice, if the chosen one belongs to another provider.
    """
    if voice in provider.voices or not any(voice in one.voices for one in PROVIDERS.values()):
        return voice
    return None


def provider_at(host: str) -> Provider:
    """The provider whose own machine has this name.

    A server that is nobody's is taken for one that speaks OpenAI's protocol. So is Azure's: its key
    may be a token of Entra ID, which travels as OpenAI's key does.
    """
    own = (one for one in PROVIDERS.values() if one is not AZURE and one.serves(host))
    return next(own, OPENAI)
