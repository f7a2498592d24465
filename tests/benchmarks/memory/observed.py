"""Runs a module as `python -m` does, and writes down every few seconds what its memory is used for.

    python -m tests.benchmarks.memory.observed FILE MODULE ARGUMENT…

The figures are the allocator's own (`mallinfo2` of glibc) and Python's number of objects. They tell
memory that is in use from memory that was freed and is kept. Where a file `FILE.collect` appears,
Python's garbage is collected once, and the types of what was found are written into it.
"""

import ctypes
import gc
import json
import runpy
import sys
import threading
import time
from collections import Counter
from pathlib import Path

EVERY_S = 5.0
_FIELDS = (
    *("arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks"),
    *("uordblks", "fordblks", "keepcost"),
)


class _MallInfo(ctypes.Structure):
    _fields_ = tuple((name, ctypes.c_size_t) for name in _FIELDS)


def malloc_state() -> dict[str, int]:
    """Bytes in use and free in malloc's heaps, bytes it mapped one by one, Python's objects."""
    library = ctypes.CDLL(None)
    library.mallinfo2.restype = _MallInfo
    info = library.mallinfo2()
    return {
        "malloc_used": info.uordblks,
        "malloc_free": info.fordblks,
        "malloc_mapped": info.hblkhd,
        "python_blocks": sys.getallocatedblocks(),
        "threads": threading.active_count(),
    }


def garbage() -> str:
    """Collect, and list the types of the objects that only a collection could free."""
    before = sys.getallocatedblocks()
    gc.set_debug(gc.DEBUG_SAVEALL)
    gc.collect()
    gc.set_debug(0)
    found = gc.garbage.copy()
    gc.garbage.clear()
    types = Counter(f"{type(one).__module__}.{type(one).__qualname__}" for one in found)
    functions = Counter(
        one.gi_code.co_qualname if hasattr(one, "gi_code") else one.f_code.co_qualname
        for one in found
        if hasattr(one, "gi_code") or hasattr(one, "f_code")
    )
    coroutines = Counter(one.cr_code.co_qualname for one in found if hasattr(one, "cr_code"))
    samples = Counter(repr(one)[:100] for one in found if isinstance(one, dict | BaseException))
    found.clear()
    gc.collect()
    freed = before - sys.getallocatedblocks()
    listed = {
        "freed_blocks": freed,
        "types": types.most_common(40),
        "frames": functions.most_common(20),
        "coroutines": coroutines.most_common(20),
        "samples": samples.most_common(20),
    }
    return json.dumps(listed, indent=1)


def _observe(file: Path) -> None:
    unfinished = file.with_suffix(".new")
    while True:
        unfinished.write_text(json.dumps(malloc_state()))
        unfinished.replace(file)
        asked = file.with_suffix(".collect")
        if asked.exists() and not asked.stat().st_size:
            asked.write_text(garbage())
        time.sleep(EVERY_S)


def main() -> None:
    """Observe from a thread, and run the module in this one."""
    file, module = Path(sys.argv[1]), sys.argv[2]
    sys.argv[:3] = [module]
    threading.Thread(target=_observe, args=(file,), name="memory", daemon=True).start()
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
