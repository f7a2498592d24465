"""Reads the settings for a command; what is wrong with them becomes sentences, all at once."""

from collections.abc import Iterator, Mapping
from enum import EnumType
from types import MappingProxyType
from typing import Any, Literal, get_args, get_origin

import click
from dotenv import dotenv_values
from pydantic import SecretStr, ValidationError
from pydantic_core import ErrorDetails, PydanticUndefined
from pydantic_settings import SettingsError

from broadcaster.config import ENV_FILE, PREFIX, Settings, unknown_variables, variable

NO_REDIS = (
    "BROADCASTER_WORKERS starts several processes, which meet on Redis: set BROADCASTER_REDIS_URL."
)
_LONGEST_SHOWN = 60
_NOTHING: Mapping[str, Any] = MappingProxyType({})


class WrongSettings(click.UsageError):
    """Settings cannot be used.

    Attributes:
        sentences: one for each problem, with what to do.
    """

    def __init__(self, sentences: list[str]) -> None:
        super().__init__("\n       ".join(sentences))
        self.sentences = sentences


def settings_from(replaced: Mapping[str, Any] = _NOTHING, /, **given: Any) -> Settings:
    """Settings of the environment; options of the command line, where given, replace them.

    Args:
        replaced: settings that are not read from the environment, None included.
        given: options by the name of their setting; None for those not given.

    Raises:
        WrongSettings: says which, why and what to do.
    """
    from broadcaster.from_settings import problems

    values = {name: value for name, value in given.items() if value is not None}
    try:
        dotenv_values(ENV_FILE)
        settings = Settings(**{**values, **replaced})
    except ValidationError as wrong:
        raise WrongSettings([_sentence(error) for error in wrong.errors()]) from None
    except (OSError, UnicodeDecodeError, SettingsError):
        text = (
            f"The file {ENV_FILE} cannot be read. It holds settings as text: correct or remove it."
        )
        raise WrongSettings([text]) from None
    if found := problems(settings):
        raise WrongSettings(found)
    return settings


def warnings(settings: Settings) -> list[str]:
    """Probable mistakes: variables that are not settings, and doubtful settings."""
    from broadcaster.from_settings import doubts

    found = []
    for name, meant in unknown_variables().items():
        question = f" Did you mean {meant}?" if meant else ' "broadcaster config" lists them all.'
        found.append(f"{name} is not a setting and is ignored.{question}")
    return found + doubts(settings)


def warn(settings: Settings) -> None:
    """Say what was probably not meant, so that no typing error stays hidden."""
    for text in warnings(settings):
        click.echo(f"Warning: {text}", err=True)


def _sentence(error: ErrorDetails) -> str:
    name = _setting(error["loc"])
    if name is None:  # a rule about several settings
        return f"{_own_words(error)}."
    field = Settings.model_fields[name]
    text = " ".join(str(error["input"]).split())
    # A URL may hold a password.
    secret = SecretStr in _kinds(field.annotation) or "@" in text
    shown = "" if secret else f" “{text[:_LONGEST_SHOWN]}{'…' * (len(text) > _LONGEST_SHOWN)}”"
    must = _own_words(error) if error["type"] == "value_error" else f"must be {_allowed(name)}"
    default = field.get_default()
    way_out = "Correct it"
    if default not in {None, "", PydanticUndefined} and not isinstance(default, SecretStr):
        way_out += f", or unset it to have {default}"
    return f"{variable(name)}{shown} {must}. {way_out}."


def _own_words(error: ErrorDetails) -> str:
    return error["msg"].removeprefix("Value error, ")


def _setting(where: tuple[int | str, ...]) -> str | None:
    """The setting of an error's location, which may be an alias in any case."""
    if not where:
        return None
    name = str(where[0]).lower().removeprefix(PREFIX.lower())
    name = "api_key" if name == "openai_api_key" else name
    return name if name in Settings.model_fields else None


def _allowed(name: str) -> str:
    """The values a setting can have, in words."""
    field = Settings.model_fields[name]
    kinds = set(_kinds(field.annotation))
    if get_origin(field.annotation) is Literal:
        return _alternatives([str(one) for one in get_args(field.annotation)])
    if isinstance(field.annotation, EnumType):
        return _alternatives([str(one.value) for one in field.annotation])
    if bool in kinds:
        return "true or false"
    if kinds & {int, float}:
        least, most = None, None
        for limit in field.metadata:
            least, most = getattr(limit, "ge", least), getattr(limit, "le", most)
        return f"a {'whole ' if int in kinds else ''}number from {least} to {most}"
    return "text that is not empty"


def _kinds(annotation: Any) -> Iterator[Any]:
    """The types that make up an annotation."""
    yield annotation
    for part in get_args(annotation):
        yield from _kinds(part)


def _alternatives(words: list[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"
