"""The one-way street: who may import whom, and which folder owns which library."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[1] / "broadcaster"

LIBRARY = "errors log system model audio webrtc realtime bus"
MAY_IMPORT = {  # folder or top-level module -> what it may import from broadcaster
    "__init__": "",
    "errors": "",
    "log": "",
    "system": "",
    "model": "errors",
    "config": "errors model",
    "auth": "errors model",
    "audio": "errors log system model",
    "webrtc": "errors log system model audio",
    "realtime": "errors log system model",
    "bus": "errors log system model",
    "sockets": "errors log system",
    "floor": f"{LIBRARY} auth",
    "booths": f"{LIBRARY} auth",
    "edge": f"{LIBRARY} auth sockets",
    "desk": f"{LIBRARY} auth",
    "rehearsal": "realtime.wire",
    "loadtest": LIBRARY,
    "web": "errors log model",
    "app": "*",
    "commands": "*",
    "__main__": "commands",
}
OWNERS = {  # library -> the only folders that may import it
    "aiortc": {"webrtc"},
    "aioice": {"webrtc"},
    "OpenSSL": {"webrtc"},
    "pylibsrtp": {"webrtc"},
    "av": {"audio"},
    "redis": {"bus"},
    "aiosqlite": {"bus"},
    "sqlite3": {"bus"},
    "pocketsphinx": {"rehearsal"},
    "espeakng_loader": {"rehearsal"},
    "openai": set(),
    "prometheus_client": {"web"},
}
LONGEST_MODULE = 400


def imports(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: absolute imports only"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def violations(path: Path) -> list[str]:
    where = path.relative_to(ROOT)
    home = where.with_suffix("").parts[0]
    allowed = {home, *MAY_IMPORT[home].split()}
    wrong = []
    for name in sorted(imports(path)):
        top, _, rest = name.partition(".")
        if top == "broadcaster":
            fine = "*" in allowed or any(f"{rest}.".startswith(f"{a}.") for a in allowed)
            fine = fine or rest.startswith("__version__")
        else:
            fine = home in OWNERS.get(top, {home})
        if not fine:
            wrong.append(f"{where} must not import {name}")
    return wrong


def test_layers() -> None:
    wrong = [line for path in sorted(ROOT.rglob("*.py")) for line in violations(path)]
    assert not wrong, "\n".join(wrong)


def test_rooms_are_small() -> None:
    web = ROOT.parent / "listener_web"
    sources = [*ROOT.rglob("*.py"), *web.glob("*.js")]
    large = {str(p.relative_to(ROOT.parent)): len(p.read_text().splitlines()) for p in sources}
    assert not {name: lines for name, lines in large.items() if lines > LONGEST_MODULE}
