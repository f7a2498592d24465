"""Receives webhooks, and prints each message once: `receiver.py SECRET [PORT]`."""

import base64
import hashlib
import hmac
import json
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

LATEST_S = 300
seen: set[str] = set()  # a program that is started again keeps this in its database


def is_genuine(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """Whether a message comes from the broadcaster, and is not an old one that somebody repeats."""
    message_id, timestamp = headers["webhook-id"], headers["webhook-timestamp"]
    if abs(time.time() - int(timestamp)) > LATEST_S:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{message_id}.{timestamp}.".encode() + body
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    given = [one.removeprefix("v1,") for one in headers["webhook-signature"].split()]
    return any(hmac.compare_digest(one, expected) for one in given)


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


class Receiver(BaseHTTPRequestHandler):
    """Answers 204 to a message that it has, also if it comes again, and 401 to a forged one."""

    def do_POST(self) -> None:
        """Take a message."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        if not is_genuine(sys.argv[1], headers, body):
            self.send_response(401)
        else:
            if headers["webhook-id"] not in seen:
                seen.add(headers["webhook-id"])
                message = json.loads(body)
                say(f"{message['type']} {message['timestamp']} {message['data']}")
            self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Log no requests."""


if __name__ == "__main__":
    port = int((*sys.argv, "8000")[2])
    server = HTTPServer(("127.0.0.1", port), Receiver)
    say(f"receiving at http://127.0.0.1:{server.server_port}")
    server.serve_forever()
