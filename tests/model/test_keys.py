"""Names on the bus: no two modules spell the same one."""

import inspect
from collections import Counter
from types import ModuleType

from broadcaster.model import keys
from broadcaster.model.announcements import announcement_keys
from broadcaster.model.check import check_keys
from broadcaster.model.consoles import console_keys
from broadcaster.model.outputs import output_keys
from broadcaster.model.recording import recording_keys

MODULES = (keys, announcement_keys, check_keys, console_keys, output_keys, recording_keys)


def names_of(module: ModuleType) -> list[str]:
    """Without leases, which nothing else can be taken for."""
    found = inspect.getmembers(module, inspect.isfunction)
    functions = [one for name, one in found if not name.endswith("_lease")]
    return [one(*inspect.signature(one).parameters) for one in functions]


def test_each_name_is_of_one_thing() -> None:
    names = Counter(name for module in MODULES for name in names_of(module))
    assert len(names) > 50
    assert not [name for name, count in names.items() if count > 1]
