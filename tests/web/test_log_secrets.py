"""Nothing that a stranger sends gets into the log, whatever it is and wherever it stands."""

import asyncio
import base64
import json
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import aiohttp
import pytest

from tests.support.deadline import deadline
from tests.support.processes import TOKEN, broadcaster
from tests.support.server import Server
from tests.webrtc.offers import corpus

REQUESTS = 1000
AT_ONCE = 40
UNFINISHED_S = 0.5
"""An answer that has not come by then waits for the rest of the request."""
MARK = "xk9Qz"
"""Every secret begins with it, and nothing else has it."""
FORMS = (MARK.lower(), base64.b64encode(f"user:{MARK}".encode()).decode()[:12].lower())
"""How a secret would look in the log."""
METHODS = ("GET", "POST", "PATCH", "DELETE", "PUT", "OPTIONS", "HEAD")
ODD_METHODS = ("get", "CONNECT", "M-SEARCH", "PRI")
PATHS = (
    *("/", "/desk", "/metrics", "/readyz", "/nothing", "*", "http://x/", "//", "/static/a.js"),
    *(
        "/api/events",
        "/api/events/talk",
        "/api/events/talk/status",
        "/api/events/talk/qr/stage.svg",
    ),
    *("/e/talk", "/e/talk/info", "/e/talk/captions/es?wait=0", "/e/talk/poll/es", "/stage/talk"),
    *("/e/talk/audio/es", "/listen/talk/xx.mp3", "/whip/talk", "/whip/talk/abc", "/whep/talk/es"),
    *("/whep/talk/session/abc", "/whep/talk/session/0123abcd.abcdefghijklmnopqrstuvwx"),
)
TYPES = ("application/json", "application/sdp", "application/trickle-ice-sdpfrag", "text/plain")
READ = (
    (b"POST", b"/api/events", TYPES[0]),
    (b"PATCH", b"/api/events/talk", TYPES[0]),
    (b"POST", b"/whip/talk?takeover=1", TYPES[1]),
    (b"POST", b"/whep/talk/es", TYPES[1]),
    (b"PATCH", b"/whip/talk/abc", TYPES[2]),
    (b"PATCH", b"/whep/talk/session/0123abcd.abcdefghijklmnopqrstuvwx", TYPES[2]),
    (b"POST", b"/whep/talk/session/0123abcd.abcdefghijklmnopqrstuvwx", TYPES[0]),
)
"""Method, path and type of requests with a body."""
OFFERS = [offer for role in ("sendonly", "recvonly") for offer in corpus(role, count=60)]


class Stranger:
    """Makes malformed requests with secrets in them.

    Args:
        keys: what opens the desk and the floor, so that bodies are read, too.
    """

    def __init__(self, seed: int, keys: tuple[str, ...]) -> None:
        self._random = random.Random(seed)
        self._keys = keys
        self._odd: tuple[Callable[[], bytes], ...] = (
            lambda: b"Authorization: Bearer " + self.secret(),
            lambda: b"Authorization: Basic " + base64.b64encode(b"user:" + self.secret()),
            lambda: b"Authorization: " + self.secret() + b"\xff\xfe " + self.secret(),
            lambda: b"Cookie: broadcaster_desk=" + self.secret() + b'; "' + self.secret(),
            lambda: b"X-" + self.secret() + b": " + self.secret(),
            lambda: b"Expect: " + self.secret(),
            lambda: b"If-Match: " + self.secret(),
            lambda: b"If-None-Match: W/" + self.secret(),
            lambda: b"If-Modified-Since: " + self.secret(),
            lambda: b"Last-Event-ID: " + self.secret(),
            lambda: b"Range: bytes=" + self.secret(),
            lambda: b"Accept: " + self.secret(),
            lambda: b"Accept-Encoding: gzip, " + self.secret(),
            lambda: b"Content-Encoding: gzip\r\nX-Y: " + self.secret(),
            lambda: b"Content-Encoding: " + self.secret(),
            lambda: b"Content-Type: multipart/form-data; boundary=" + self.secret(),
            lambda: b"Content-Type: text/" + self.secret() + b'; charset="' + self.secret(),
            lambda: b"Origin: https://" + self.secret(),
            lambda: b"Referer: https://x/?token=" + self.secret(),
            lambda: b"Forwarded: for=" + self.secret(),
            lambda: b"X-Forwarded-For: " + self.secret(),
            lambda: (
                b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                b"Sec-WebSocket-Key: " + self.secret()
            ),
            lambda: b"Upgrade: " + self.secret() + b"\r\nConnection: Upgrade",
        )
        self._forbidden: tuple[Callable[[], bytes], ...] = (
            lambda: b"Host: " + self.secret() + b" " + self.secret(),
            lambda: b"Content-Length: " + self.secret(),
            lambda: b"Content-Length: -1\r\nX-A: " + self.secret(),
            lambda: b"Content-Length: 5\r\nContent-Length: 6\r\nX-A: " + self.secret(),
            lambda: b"Transfer-Encoding: " + self.secret(),
            lambda: b"Transfer-Encoding: chunked\r\nX-A: " + self.secret(),
            lambda: b"X-A: \0" + self.secret(),
            lambda: b"X-A: " + self.secret() + b"\rX-B: " + self.secret(),
            lambda: b"X A: " + self.secret(),
            self.secret,
            lambda: b" " + self.secret() + b": folded",
            lambda: b": " + self.secret(),
            lambda: b"X-Long: " + self.secret() * 1000,
        )

    def secret(self) -> bytes:
        """Some letters and digits behind `MARK`."""
        return f"{MARK}{self._random.getrandbits(60):x}".encode()

    def request(self) -> bytes:
        """One request, with one to four things wrong or odd about it."""
        pick = self._random
        first = b" ".join((self._method(), self._target(), self._version()))
        headers = [b"Host: talks.example"]
        parts = self._odd if pick.random() < 0.6 else self._odd + self._forbidden
        headers += [part() for part in pick.sample(parts, pick.randint(1, 4))]
        body = self._body()
        names = b"\r\n".join(headers)
        if b"Authorization" not in names and pick.random() < 0.7:
            headers.append(b"Authorization: Bearer " + pick.choice(self._keys).encode())
        if b"Content-Type" not in names:
            headers.append(b"Content-Type: " + pick.choice(TYPES).encode())
        if not any(name in names for name in (b"Content-Length", b"Transfer-Encoding")):
            wrong_by = pick.choices((0, 7, -3), (8, 1, 1))[0]
            headers.append(b"Content-Length: %d" % (len(body) + wrong_by))
        return b"\r\n".join((first, *headers, b"", body))

    def with_body(self) -> bytes:
        """A request whose body is read, by a parser of JSON or of session descriptions."""
        pick = self._random
        method, path, kind = pick.choice(READ)
        key = self._keys[b"whip" in path]
        body = self._body()
        return (
            b"%s %s HTTP/1.1\r\nHost: talks.example\r\nAuthorization: Bearer %s\r\n"
            b"Content-Type: %s\r\nContent-Length: %d\r\nX-A: %s\r\n\r\n"
            % (method, path, key.encode(), kind.encode(), len(body), self.secret())
        ) + body

    def websocket(self) -> bytes:
        """A handshake, and frames with secrets in them."""
        pick = self._random
        frames = b"".join(self._frame() for _ in range(pick.randint(1, 4)))
        return (
            b"GET /e/talk/audio/es HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n"
            b"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
            b"Sec-WebSocket-Protocol: broadcaster.audio.v1, " + self.secret() + b"\r\n\r\n" + frames
        )

    def _method(self) -> bytes:
        odd = self._random.random()
        if odd < 0.05:
            return self.secret()
        return self._random.choice(ODD_METHODS if odd < 0.1 else METHODS).encode()

    def _target(self) -> bytes:
        pick, path = self._random, self._random.choice(PATHS).encode()
        odd = (
            path,
            path + (b"&" if b"?" in path else b"?") + b"token=" + self.secret(),
            path.replace(b"talk", self.secret()),
            path + b"/" + self.secret(),
            path + b"#" + self.secret(),
            path + quote("é\0\n").encode() + self.secret(),
            path + b"\xff\xfe" + self.secret(),
            path + b"?" + self.secret() * 600,
        )
        return pick.choices(odd, (8, 2, 2, 2, 1, 1, 1, 1))[0]

    def _version(self) -> bytes:
        versions = (
            b"HTTP/1.1",
            b"HTTP/1.0",
            b"HTTP/9.9",
            b"HTTP/1.1 ",
            b"",
            b"HTTP/" + self.secret(),
        )
        return self._random.choices(versions, (60, 9, 1, 1, 1, 1))[0]

    def _body(self) -> bytes:
        secret = self.secret().decode()
        event = {"title": secret, "languages": [secret], "id": secret, secret: secret}
        offer = self._random.choice(OFFERS)
        bodies = (
            json.dumps(event),
            json.dumps({"title": secret, "languages": ["es"], "glossary": [{"text": secret * 20}]}),
            json.dumps({"channel": secret}),
            f'{{"title": "{secret}',
            "[" * 20_000 + secret,
            f"\0\ud800{secret}",
            f"zz{secret}\r\n{secret}",
            f"v=0\r\n{secret}\r\nm=audio {secret}",
            offer.replace("a=ice-pwd:", f"a=ice-pwd:{secret}"),
            offer.replace("a=ice-ufrag:", f"a=ice-ufrag:{secret}"),
            offer.replace("a=fingerprint:", f"a=fingerprint:{secret}"),
            offer.replace("a=rtpmap:", f"a=rtpmap:{secret}"),
            offer.replace("a=candidate:", f"a=candidate:{secret}") + f"a=candidate:{secret}\r\n",
            offer.replace("a=mid:", f"a=mid:{secret}"),
            offer + f"a={secret}:{secret}\r\n",
            f"a=ice-ufrag:{secret}\r\na=ice-pwd:{secret}\r\nm=audio {secret}\r\n",
        )
        return self._random.choice(bodies).encode(errors="surrogatepass")

    def _frame(self) -> bytes:
        pick = self._random
        payload = self.secret() * pick.choice((1, 1, 4))
        if pick.random() < 0.3:
            payload = pick.choice((1000, 1002, 4999, 65_535)).to_bytes(2, "big") + payload
        opcode = pick.choice((0x81, 0x82, 0x88, 0x89, 0x8A, 0x80, 0xC1, 0x83, 0x01, 0x8F))
        masked = pick.choice((0x80, 0x80, 0x80, 0))
        return bytes((opcode, masked | len(payload))) + b"\0\0\0\0" * bool(masked) + payload


async def status_of(port: int, sent: bytes) -> str:
    """The status of the answer, or an empty text; the rest of the answer is not awaited."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(sent)
        reading = asyncio.ensure_future(reader.read(65_536))
        await asyncio.wait([reading], timeout=UNFINISHED_S)
        if not reading.done():
            writer.write_eof()
        async with deadline():
            head = await reading
    except ConnectionError:
        return ""
    finally:
        writer.transport.abort()
    return head.split(b" ", 2)[1].decode() if head.startswith(b"HTTP/") else ""


@pytest.mark.parametrize("log_json", ["true", "false"])
async def test_no_secret_of_a_stranger_is_logged(tmp_path: Path, log_json: str) -> None:
    statuses: Counter[str] = Counter()
    async with broadcaster(tmp_path, log_level="debug", log_json=log_json) as (url, process):
        organizer = {"Authorization": f"Bearer {TOKEN}"}
        async with aiohttp.ClientSession(url, headers=organizer) as http:
            stage_key = (await Server(url, http).create("es"))["stage_key"]
        stranger = Stranger(16, (TOKEN, stage_key))
        port = int(url.rpartition(":")[2])
        turns = asyncio.Semaphore(AT_ONCE)

        async def send(request: bytes) -> None:
            async with turns:
                statuses[await status_of(port, request)] += 1

        async with asyncio.TaskGroup() as sending:
            for number in range(REQUESTS):
                make = (stranger.with_body, stranger.websocket, *[stranger.request] * 4)[number % 6]
                sending.create_task(send(make()), name=f"request {number}")
        assert await status_of(port, b"GET /healthz HTTP/1.0\r\n\r\n") == "200"
    log = "".join(process.lines)
    print(dict(statuses))
    assert "a request that is not HTTP" in log, "the log has the lines of DEBUG"
    leaked = [line for line in process.lines if any(form in line.lower() for form in FORMS)]
    assert not leaked
    assert TOKEN not in log
    assert stage_key not in log
    failures = ("Traceback", " failed:", " ERROR ", '"level": "error"')
    assert not [line for line in process.lines if any(sign in line for sign in failures)]
    assert not {status for status in statuses if status.startswith("5")} - {"503", "505"}
    assert statuses.total() == REQUESTS
    assert sum(number for status, number in statuses.items() if status.startswith("4")) > 500
