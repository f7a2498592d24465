"""Addresses and credentials of Realtime servers."""

import pytest

from broadcaster.realtime import wire
from broadcaster.realtime.endpoint import Endpoint, RealtimeApi
from broadcaster.realtime.providers.azure import AZURE
from broadcaster.realtime.providers.openai import OPENAI
from tests.realtime.peer import (
    KEY,
    assert_keyless,
)

API = {False: OPENAI.api, True: AZURE.api}


@pytest.mark.parametrize(
    ("url", "azure", "expected"),
    [
        ("https://api.openai.com/v1", False, "https://api.openai.com/v1/realtime/translations"),
        ("wss://api.openai.com/v1//", False, "https://api.openai.com/v1/realtime/translations"),
        ("https://api.openai.com", False, "https://api.openai.com/v1/realtime/translations"),
        ("ws://localhost:9000/v1", False, "http://localhost:9000/v1/realtime/translations"),
        (
            "wss://host/v1/realtime/translations",
            False,
            "https://host/v1/realtime/translations",
        ),
        ("https://r.azure.com", True, "https://r.azure.com/openai/v1/realtime/translations"),
        (
            "https://r.azure.com/openai/",
            True,
            "https://r.azure.com/openai/v1/realtime/translations",
        ),
        (
            "https://r.azure.com/openai/v1/",
            True,
            "https://r.azure.com/openai/v1/realtime/translations",
        ),
    ],
)
def test_addresses_of_translations(url: str, azure: bool, expected: str) -> None:  # noqa: FBT001
    endpoint = Endpoint(url, KEY, API[azure], model="my model")
    assert str(endpoint.translations_url()) == expected + "?model=my+model"


@pytest.mark.parametrize(
    ("url", "azure", "base"),
    [
        ("https://api.openai.com/v1", False, "https://api.openai.com/v1"),
        ("wss://api.openai.com", False, "https://api.openai.com/v1"),
        ("ws://localhost:8080/v1/realtime", False, "http://localhost:8080/v1"),
        ("https://host/v1/realtime/translations", False, "https://host/v1"),
        ("https://r.azure.com", True, "https://r.azure.com/openai/v1"),
        ("https://r.azure.com/openai/v1/realtime", True, "https://r.azure.com/openai/v1"),
    ],
)
def test_addresses_of_other_sessions(url: str, base: str, *, azure: bool) -> None:
    endpoint = Endpoint(url, KEY, API[azure], model="of translations")
    assert str(endpoint.conversation_url("my model")) == f"{base}/realtime?model=my+model"
    assert str(endpoint.transcription_url()) == f"{base}/realtime?intent=transcription"


def test_a_query_of_the_base_url_is_kept() -> None:
    url = Endpoint("https://gate/v1?tenant=a").translations_url()
    assert dict(url.query) == {"tenant": "a", "model": wire.DEFAULT_MODEL}


def test_how_the_key_travels() -> None:
    assert Endpoint(api_key=KEY).headers() == {"Authorization": f"Bearer {KEY}"}
    assert Endpoint(api_key=KEY, api=AZURE.api).headers() == {"api-key": KEY}
    assert Endpoint().headers() == {}
    assert KEY not in repr(Endpoint(api_key=KEY))
    api = RealtimeApi(key_header="", subprotocols=("talk.v1",), key_subprotocol="key.")
    endpoint = Endpoint(api_key=KEY, api=api)
    assert (endpoint.headers(), endpoint.subprotocols()) == ({}, ("talk.v1", f"key.{KEY}"))
    assert Endpoint(api=api).subprotocols() == ("talk.v1",)
    assert KEY not in repr(endpoint)
    with pytest.raises(ValueError, match="no subprotocol") as refused:
        Endpoint(api_key=f"{KEY},x", api=api)
    assert_keyless(refused.value)


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("ftp://host/v1", KEY),
        ("api.openai.com", KEY),
        ("", KEY),
        ("https://", KEY),
        ("https://[::1", KEY),
        (f"https://me:{KEY}@host/v1", KEY),
        ("https://host/v1", KEY + "\n"),
        ("https://host/v1", KEY + " x"),
        ("https://host/v1", KEY + "…"),
    ],
)
def test_invalid_endpoints_are_refused(url: str, key: str) -> None:
    with pytest.raises(ValueError, match=r"URL|key") as refused:
        Endpoint(url, key)
    assert_keyless(refused.value)
