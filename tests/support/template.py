"""A process that imports a program once, and whose copies run it: `tests/support/copies.py`.

To import the broadcaster takes longer than most of what its tests do with it. The process reads
orders from the socket that it is given. For each it forks. The copy takes the environment, the
folder, the words and the output of the order, and runs the program from its beginning, as
`python -m` does.
"""

import gc
import json
import os
import runpy
import selectors
import signal
import socket
import sys
from dataclasses import dataclass
from importlib import import_module
from typing import Any

_ORDER_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Order:
    """A copy that is wanted.

    Attributes:
        words: the program's arguments.
        environment: all its variables.
        folder: in which it runs.
    """

    words: list[str]
    environment: dict[str, str]
    folder: str


def main() -> None:
    """Import what is named after the socket's number; a copy goes on to run the first of these."""
    control = socket.socket(fileno=int(sys.argv[1]))
    program, *others = sys.argv[2:]
    for name in (f"{program}.__main__", *others):
        import_module(name)
    gc.collect()
    gc.freeze()
    order = _next_copy(control)
    if order is not None:
        sys.argv = [program, *order.words]
        del sys.modules[f"{program}.__main__"]
        runpy.run_module(program, run_name="__main__", alter_sys=True)


def _next_copy(control: socket.socket) -> Order | None:
    """Fork for each order; returns it in the copy, and None here when nobody orders any more."""
    with selectors.DefaultSelector() as waiting:
        waiting.register(control, selectors.EVENT_READ)
        while True:
            for key, _ in waiting.select():
                if key.fileobj is control:
                    message, files, _, _ = socket.recv_fds(control, _ORDER_BYTES, 3)
                    if not message:
                        return None
                    answers = socket.socket(fileno=files[0])
                    pid = os.fork()
                    if pid == 0:
                        return _become(json.loads(message), files[1:], (control, answers))
                    for file in files[1:]:
                        os.close(file)
                    answers.sendall(b"%d\n" % pid)
                    waiting.register(os.pidfd_open(pid), selectors.EVENT_READ, (pid, answers))
                else:
                    waiting.unregister(key.fileobj)
                    _tell_end(*key.data)
                    os.close(key.fd)


def _tell_end(pid: int, answers: socket.socket) -> None:
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    with answers:
        answers.sendall(b"%d\n" % code)


def _become(given: dict[str, Any], outputs: list[int], closed: tuple[socket.socket, ...]) -> Order:
    """Make this copy the process that was ordered, but for the program that it runs."""
    order = Order(**given)
    for one in closed:
        one.close()
    nothing = os.open(os.devnull, os.O_RDWR)
    for source, standard in zip((nothing, *outputs), range(3), strict=True):
        os.dup2(source, standard)
    os.closerange(3, max(nothing, *outputs) + 1)
    for stream in (sys.stdout, sys.stderr):
        assert hasattr(stream, "reconfigure")
        stream.reconfigure(write_through=True)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.clear()
    os.environ.update(order.environment)
    os.chdir(order.folder)
    return order


if __name__ == "__main__":
    main()
