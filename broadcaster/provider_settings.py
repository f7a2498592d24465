"""Turns the settings of the provider into what the parts need of it."""

from collections.abc import Mapping
from dataclasses import fields, replace
from functools import partial

import aiohttp
from pydantic import SecretStr
from yarl import URL

from broadcaster.booths.demand.costs import sessions_cost_usd
from broadcaster.booths.engines.line_up import PricedEngines
from broadcaster.booths.engines.opening import Engines
from broadcaster.config import Settings
from broadcaster.desk.warnings import Expectation, InterpreterFacts
from broadcaster.errors import UnknownLanguage
from broadcaster.model.language import describe
from broadcaster.realtime.endpoint import Endpoint, Timeouts
from broadcaster.realtime.languages import endpoint_language
from broadcaster.realtime.providers.azure import AZURE
from broadcaster.realtime.providers.local import LOCAL
from broadcaster.realtime.providers.openai import OPENAI
from broadcaster.realtime.providers.prices import Prices
from broadcaster.realtime.providers.provider import Provider
from broadcaster.realtime.providers.registry import PROVIDERS, provider_at
from broadcaster.realtime.socket.told_languages import ToldLanguages
from broadcaster.setting_types import LOOPBACK

IMPATIENT = Timeouts(connect_s=2.5, configure_s=1.5, silence_s=2.5, goodbye_s=0.3)
"""Deadlines where another engine can take over: the hall hears nothing until they are over."""


def provider(settings: Settings) -> Provider:
    """The service that interprets: the one that is named, else the one at this address.

    Raises:
        ValueError: no provider has this name.
    """
    if settings.provider is None:
        return AZURE if settings.realtime_azure else provider_at(_realtime_host(settings))
    if settings.provider not in PROVIDERS:
        raise ValueError(f"there is no provider {settings.provider}; use {' or '.join(PROVIDERS)}")
    return PROVIDERS[settings.provider]


def provider_name(settings: Settings) -> str:
    """The name by which attendees and speakers read of the service.

    Returns:
        The provider's name, or the host of another server that speaks its protocol; empty if that
        is on this machine.
    """
    host, used = _realtime_host(settings), provider(settings)
    if host in LOOPBACK or not host:
        return ""
    known = [one for one in PROVIDERS.values() if one.serves(host)]
    return known[0].name if known else used.name if used is AZURE else host


def problems(settings: Settings) -> list[str]:
    """Problems of the settings about the provider; each on its own is valid.

    Returns:
        A sentence for each problem that says what to do.
    """
    try:
        provider(settings)
    except ValueError as wrong:
        return [f"BROADCASTER_PROVIDER: {wrong}."]
    found = _azure_problems(settings)
    try:
        realtime_endpoint(settings)
    except ValueError as wrong:
        if not found:
            found.append(f"BROADCASTER_API_KEY: {wrong}.")
    try:
        for one in _of_fallbacks(settings):
            realtime_endpoint(one)
    except ValueError as wrong:
        keys = settings.fallback_keys.get_secret_value()
        name = "PROVIDERS" if settings.fallback_providers.strip() or not keys else "KEYS"
        found.append(f"BROADCASTER_FALLBACK_{name}: {wrong}.")
    for tag in _extra_languages(settings):
        try:
            describe(tag)
        except UnknownLanguage as unknown:
            found.append(f"BROADCASTER_EXTRA_TRANSLATE_LANGUAGES: {unknown.advice()}")
    return found


def doubts(settings: Settings) -> list[str]:
    """Probable mistakes about the provider that a server can run with."""
    if provider(settings) is AZURE or not AZURE.serves(_realtime_host(settings)):
        return []
    how = "Set BROADCASTER_PROVIDER=azure, unless the key is a token of Entra ID."
    return [f"BROADCASTER_REALTIME_URL is Azure's. {how}"]


def _azure_problems(settings: Settings) -> list[str]:
    """Contradictions between the settings of Azure, which are older than `provider`."""
    if settings.realtime_azure and settings.provider not in (None, AZURE.id):
        named = f"BROADCASTER_PROVIDER is {settings.provider}. Remove one of them."
        return [f"BROADCASTER_REALTIME_AZURE is on, but {named}"]
    if provider(settings) is not AZURE:
        return []
    cause = "BROADCASTER_PROVIDER is azure"
    if settings.realtime_azure:
        cause = "BROADCASTER_REALTIME_AZURE is on"
    if settings.realtime_url is None:
        wrong = "is not set. Set the address of your Azure resource."
    elif OPENAI.serves(_realtime_host(settings)):
        wrong = "is OpenAI's. Set the address of your Azure resource, or choose another provider."
    else:
        return []
    return [f"{cause}, but BROADCASTER_REALTIME_URL {wrong}"]


def _realtime_host(settings: Settings) -> str:
    """The machine of the service; the provider's own without an address."""
    if settings.realtime_url is not None:
        return URL(settings.realtime_url).host or ""
    named = PROVIDERS.get(settings.provider or OPENAI.id, OPENAI)
    return URL(named.api.url).host or ""


def _extra_languages(settings: Settings) -> list[str]:
    tags = (tag.strip() for tag in settings.extra_translate_languages.split(","))
    return [tag for tag in tags if tag]


def http_session(settings: Settings) -> aiohttp.ClientSession:
    """The client that asks the Realtime service.

    It uses the proxy of the environment, but not for a service on this machine: a proxy elsewhere
    cannot reach that.
    """
    local = _realtime_host(settings) in LOOPBACK
    return aiohttp.ClientSession(trust_env=not local)


def told_languages(settings: Settings, http: aiohttp.ClientSession) -> ToldLanguages | None:
    """Return what asks an interpreter for its languages: the first provider that tells them.

    Returns:
        None if none of the settings' providers does.
    """
    telling = _telling(settings)
    return None if telling is None else ToldLanguages(http, realtime_endpoint(telling))


def _telling(settings: Settings) -> Settings | None:
    """The settings of the first provider that tells its languages."""
    known = (settings, *_of_fallbacks(settings))
    return next((one for one in known if provider(one).api.languages_path), None)


def interpreter_facts(settings: Settings, told: ToldLanguages | None = None) -> InterpreterFacts:
    """Collect what the desk tells an organizer about the provider.

    Args:
        settings: of the provider.
        told: asks one of the providers for its languages; None if it does not tell them.

    Raises:
        UnknownLanguage: one of the extra languages is not a language.
    """
    used, extra = provider(settings), extra_languages(settings)
    languages, telling = used.languages, _telling(settings)

    def expectations() -> Mapping[str, Expectation] | None:
        if told is None or told.known is None:
            return None
        return {
            code: Expectation(one.translates, one.engine, one.quality, one.chrf)
            for code, one in told.known.items()
        }

    return InterpreterFacts(
        name=used.name or "The interpreter",
        providers=(used.id, *_assignments(settings.fallback_providers)),
        languages=tuple(dict.fromkeys((*languages.spoken, *languages.written))),
        speaks=lambda tag: languages.spoken_tag(tag) is not None or endpoint_language(tag) in extra,
        only_writes=lambda tag: languages.written_tag(tag) is not None,
        sent_tag=languages.sent_tag,
        converses=bool(settings.converse_model or used.converse_model),
        transcribes=bool(settings.transcribe_model or used.transcribe_model),
        needs_source=used.needs_source,
        continuous_glossary=used.continuous_glossary,
        continuous_voice=used.continuous_voice,
        most_sessions=used.most_sessions,
        untried=used.untried,
        told_by="" if telling is None else provider(telling).id,
        told=expectations,
        usd_per_hour={
            provider(one).id: 60 * prices(one).translate_per_min
            for one in (settings, *_of_fallbacks(settings))
        },
    )


def prices(settings: Settings) -> Prices:
    """The provider's prices, with those of the settings in their place."""
    given = {field.name: getattr(settings, f"price_{field.name}") for field in fields(Prices)}
    known = {name: price for name, price in given.items() if price is not None}
    return replace(provider(settings).prices, **known)


def rehearsal_engines(settings: Settings, http: aiohttp.ClientSession, url: str) -> Engines:
    """The engines of the rehearsal server at this base URL, with the usual models."""
    rehearsed = {
        "provider": LOCAL.id,
        "realtime_url": url,
        "realtime_azure": False,
        "api_key": SecretStr("rehearsal"),
        "translate_model": None,
        "converse_model": None,
        "transcribe_model": None,
        "extra_translate_languages": "",
    }
    return engines(settings.model_copy(update=rehearsed), http)


def engines(settings: Settings, http: aiohttp.ClientSession) -> Engines:
    """The engines of the provider, with its models unless the settings name others."""
    used = provider(settings)
    return Engines(
        http,
        realtime_endpoint(settings),
        settings.converse_model or used.converse_model,
        settings.transcribe_model or used.transcribe_model,
        extra_languages(settings),
        used,
        IMPATIENT if settings.fallback_providers.strip() else None,
    )


def fallbacks(settings: Settings, http: aiohttp.ClientSession) -> tuple[PricedEngines, ...]:
    """The engines that take over from the provider's, in this order.

    Raises:
        ValueError: they are not written as they should be.
    """
    return tuple(
        PricedEngines(engines(one, http), partial(sessions_cost_usd, prices(one)))
        for one in _of_fallbacks(settings)
    )


def _of_fallbacks(settings: Settings) -> list[Settings]:
    """The settings as they are for each fallback provider alone."""
    addresses = _assignments(settings.fallback_providers)
    keys = _assignments(settings.fallback_keys.get_secret_value())
    for name in [*addresses, *keys]:
        if name not in PROVIDERS:
            raise ValueError(f"there is no provider {name[:32]}; use {' or '.join(PROVIDERS)}")
    if provider(settings).id in addresses:
        raise ValueError(f"{provider(settings).id} is the provider already; name another one")
    own = {name: None for name in Settings.model_fields if name.startswith("price_")}
    own |= dict.fromkeys(("translate_model", "converse_model", "transcribe_model"))
    return [
        settings.model_copy(
            update={
                **own,
                "provider": name,
                "realtime_url": address or None,
                "realtime_azure": False,
                "api_key": SecretStr(keys.get(name, "")),
                "extra_translate_languages": "",
                "fallback_providers": "",
            }
        )
        for name, address in addresses.items()
    ]


def _assignments(text: str) -> dict[str, str]:
    """Read `name=value, name`; a name without a value has an empty one."""
    parts = (part.strip().partition("=") for part in text.split(",") if part.strip())
    return {name.strip(): value.strip() for name, _, value in parts}


def extra_languages(settings: Settings) -> frozenset[str]:
    """Tags of the languages the translation endpoint is used for beyond the documented ones.

    Raises:
        UnknownLanguage: one of them is not a language.
    """
    return frozenset(describe(text).tag for text in _extra_languages(settings))


def realtime_endpoint(settings: Settings) -> Endpoint:
    """The Realtime service that interprets.

    Raises:
        ValueError: its address or key is not valid.
    """
    used = provider(settings)
    return Endpoint(
        settings.realtime_url or used.api.url,
        settings.api_key.get_secret_value() if settings.api_key else "",
        used.api,
        settings.translate_model or used.translate_model,
    )
