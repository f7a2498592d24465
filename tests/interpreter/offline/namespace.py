"""A network namespace that has loopback alone, and what can be reached from it."""

import fcntl
import os
import shutil
import socket
import struct
import subprocess
import sys
from collections.abc import Sequence

ELSEWHERE = ("192.0.2.1", "2001:db8::1")
"""Addresses of RFC 5737 and RFC 3849, which are nobody's: without a route they are unreachable."""
NAME = "example.org"
_GET_FLAGS, _SET_FLAGS = 0x8913, 0x8914
_UP = 0x1
_TRY_S = 5.0
_NO_NAMESPACE = (
    "This machine gives no network namespace, so nothing can be shown about a machine without a "
    "network. Run the command as root, or allow user namespaces (sysctl -w "
    "kernel.unprivileged_userns_clone=1, or user.max_user_namespaces above 0)."
)


def is_alone() -> bool:
    """Whether this process has no network but loopback."""
    return {name for _, name in socket.if_nameindex()} == {"lo"}


def run_alone(module: str, arguments: Sequence[str]) -> int:
    """Run a Python module in a namespace of its own; returns its exit code.

    Raises:
        SystemExit: no namespace can be made; the sentence says what to do.
    """
    program = shutil.which("unshare")
    if program is None:
        raise SystemExit("The program unshare is missing. Install it: apt install util-linux")
    unshare = [program, "--net", *([] if os.geteuid() == 0 else ["--map-root-user"])]
    if subprocess.run([*unshare, "true"], check=False, capture_output=True).returncode:
        raise SystemExit(_NO_NAMESPACE)
    return subprocess.run(
        [*unshare, sys.executable, "-m", module, *arguments], check=False
    ).returncode


def bring_loopback_up() -> None:
    """Switch loopback on, which is off in a new namespace."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        answer = fcntl.ioctl(any_socket, _GET_FLAGS, struct.pack("16sH14x", b"lo", 0))
        _, flags = struct.unpack("16sH14x", answer)
        if not flags & _UP:
            fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack("16sH14x", b"lo", flags | _UP))


def found() -> tuple[str, ...]:
    """Sentences about what can be reached.

    Raises:
        SystemExit: something other than loopback can.
    """
    names = sorted(name for _, name in socket.if_nameindex())
    sentences = [f"Network interfaces: {', '.join(names)}."]
    sentences += [f"A connection to {address}: {_refusal(address)}." for address in ELSEWHERE]
    try:
        socket.getaddrinfo(NAME, 443)
    except OSError as error:
        sentences.append(f"The name {NAME}: {error.strerror}.")
    else:
        raise SystemExit(f"The name {NAME} was found, so there is a network.")
    return tuple(sentences)


def _refusal(address: str) -> str:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as connection:
            connection.settimeout(_TRY_S)
            connection.connect((address, 443))
    except TimeoutError:
        raise SystemExit(f"There is a route to {address}, so there is a network.") from None
    except OSError as error:
        return os.strerror(error.errno or 0)
    raise SystemExit(f"{address} answers, so there is a network.")
