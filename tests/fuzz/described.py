"""Sends what schemathesis makes of the description, and checks every answer against it."""

import functools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import hypothesis
import requests
import schemathesis
from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st
from requests.adapters import HTTPAdapter
from schemathesis import Case, GenerationMode
from schemathesis.checks import CHECKS
from schemathesis.core.failures import FailureGroup

import broadcaster.desk
from broadcaster.web.assets import assets

DESCRIPTION = Path(broadcaster.desk.__file__).parent / "openapi.yaml"
CHECKED = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
IN_A_ROUND = 25
"""Examples of one operation, in a row, with an event of their own."""
CREATED = 201
ENDLESS = ("text/event-stream", "audio/")
OFFER = (
    "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n"
    "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\na=rtcp-mux\r\n"
    "a=ice-ufrag:abcd\r\na=ice-pwd:0123456789abcdefghijklmn\r\na=setup:actpass\r\n"
    f"a=fingerprint:sha-256 {':'.join(['AB'] * 32)}\r\na=rtpmap:111 opus/48000/2\r\n"
)
DIRECTIONS = {"/whip/{event}": "a=sendonly\r\n", "/whep/{event}/{channel}": "a=recvonly\r\n"}


@schemathesis.serializer("application/sdp", "application/trickle-ice-sdpfrag")
def as_text(_context: Any, value: Any) -> bytes:
    """The bytes of a session description, or of what was made in its place."""
    return str(value).encode(errors="surrogatepass")


@dataclass(slots=True)
class Tally:
    """The answers to the examples so far.

    Attributes:
        statuses: by operation, such as `GET /desk`, how often each status was the answer.
        failures: what an answer had that the description does not have, by operation.
    """

    statuses: dict[str, Counter[int]] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)

    @property
    def examples(self) -> int:
        return sum(counter.total() for counter in self.statuses.values())

    def lines(self) -> Iterator[str]:
        """A table for people."""
        for name, counter in self.statuses.items():
            counted = ", ".join(f"{status}: {counter[status]}" for status in sorted(counter))
            yield f"{name:45} {counter.total():6}  {counted}"
        for name, failure in self.failures.items():
            yield f"\n{name}\n{failure}"


@dataclass(frozen=True, slots=True)
class Session:
    """A WHIP or WHEP session that was made: what its address is made of, and its key."""

    parameters: dict[str, str]
    headers: dict[str, str]


class _HeadsOfEndless(HTTPAdapter):
    """Takes the headers of an answer without end, and hangs up."""

    def send(self, request: Any, stream: bool = False, *more: Any, **options: Any) -> Any:  # noqa: ARG002, FBT001, FBT002 - requests' signature
        response = super().send(request, True, *more, **options)  # noqa: FBT003
        if response.headers.get("Content-Type", "").startswith(ENDLESS):
            response.close()
            response._content = b""
            response._content_consumed = True
        return response


class Fuzz:
    """Sends examples of every operation, a round after the other.

    Args:
        url: of the server.
        token: the organizer's.
        seed: decides what is sent, with the answers that came before.
    """

    def __init__(self, url: str, token: str, seed: int) -> None:
        self._url = url
        self._organizer = {"Authorization": f"Bearer {token}"}
        self._seed = seed
        schema = schemathesis.openapi.from_path(DESCRIPTION)
        self._operations: list[Any] = [one.ok() for one in schema.get_all_operations()]  # type: ignore[union-attr]
        self._checks: list[Any] = CHECKS.get_by_names(list(CHECKED))
        self._session = requests.Session()
        self._session.mount("http://", _HeadsOfEndless())
        self._sessions: dict[str, Session] = {}
        self.tally = Tally()

    def run(self, examples: int) -> Tally:
        """Send at least `examples` of them."""
        number = 0
        while self.tally.examples < examples:
            left = examples - self.tally.examples
            in_a_row = max(1, min(IN_A_ROUND, -(-left // len(self._operations))))
            for operation in self._operations:
                number += 1
                self._send(operation, number, in_a_row)
        self._session.close()
        return self.tally

    def _send(self, operation: Any, number: int, in_a_row: int) -> None:
        name = f"{operation.method.upper()} {operation.path}"
        if name in self.tally.failures:
            return
        counter = self.tally.statuses.setdefault(name, Counter())
        event = self._new_event(number)
        key = event["stage_key"] if operation.path.startswith("/whip/") else ""
        headers = {"Authorization": f"Bearer {key}"} if key else self._organizer

        @hypothesis.seed(self._seed + number)
        @hypothesis.settings(
            max_examples=in_a_row,
            database=None,
            deadline=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @hypothesis.given(case=_cases(operation, event["id"]), chance=st.integers(0, 9))
        def send(case: Case[Any], chance: int) -> None:
            authorization = {} if chance == 9 else headers  # small numbers are likelier
            session = self._sessions.get(operation.path.split("/")[1])
            if session is not None and "session" in case.path_parameters and chance < 6:
                case.path_parameters |= session.parameters
                authorization = session.headers
            response = case.call(
                base_url=self._url, session=self._session, headers=authorization, timeout=60
            )
            counter[response.status_code] += 1
            case.validate_response(response, checks=self._checks)
            if response.status_code == CREATED and "location" in response.headers:
                self._keep(response.headers["location"][0], headers)

        try:
            send()
        except (Exception, FailureGroup) as failure:  # noqa: BLE001 - it is reported
            self.tally.failures[name] = _described(failure)

    def _keep(self, location: str, headers: dict[str, str]) -> None:
        _, kind, event, *_, session = location.split("/")
        if kind in {"whip", "whep"}:
            self._sessions[kind] = Session({"event": event, "session": session}, headers)

    def _new_event(self, number: int) -> dict[str, Any]:
        """A live event in two languages."""
        new = {"id": f"fuzz-{number}", "title": f"Round {number}", "languages": ["es", "fr"]}
        address = f"{self._url}/api/events"
        made = requests.post(address, json=new, headers=self._organizer, timeout=60)
        made.raise_for_status()
        change = {"state": "live"}
        live = requests.patch(
            f"{address}/fuzz-{number}", json=change, headers=self._organizer, timeout=60
        )
        live.raise_for_status()
        event: dict[str, Any] = live.json()
        return event


def _cases(operation: Any, event: str) -> st.SearchStrategy[Case[Any]]:
    """Valid requests about this event and about others, and invalid ones."""
    valid = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    invalid = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)

    def about(
        case: Case[Any], channel: str, languages: list[Any], file: str, *, has_offer: bool
    ) -> Case[Any]:
        given = {"event": event, "channel": channel, "file": file}
        case.path_parameters |= {n: v for n, v in given.items() if n in case.path_parameters}
        if has_offer and operation.path in DIRECTIONS and operation.method == "post":
            case.body = OFFER + DIRECTIONS[operation.path]
        elif isinstance(case.body, dict) and "languages" in case.body:
            case.body["languages"] = languages
        return case

    about_known = functools.partial(
        st.builds,
        about,
        channel=st.sampled_from(["es", "fr", "floor", "es+floor", "xx"]),
        languages=st.sampled_from(
            [["es"], ["es", "fr", "pt-BR", "Dutch"], [{"tag": "ja", "always": True}]]
        ),
        file=st.sampled_from(sorted(assets().sources)),
        has_offer=st.booleans(),
    )
    return st.one_of(about_known(case=valid), about_known(case=invalid), valid, invalid)


def _described(failure: BaseException) -> str:
    parts = getattr(failure, "exceptions", (failure,))
    return "\n".join(f"{type(part).__name__}: {part}" for part in parts)
