"""Tables that are made from the code say what the code says."""

from pathlib import Path

import pytest

from tests.docs.generated import GENERATED, with_table


@pytest.mark.parametrize("path", GENERATED, ids=lambda path: path.name)
def test_a_generated_table_is_up_to_date(path: Path) -> None:
    name, make = GENERATED[path]
    text = path.read_text()
    assert text == with_table(text, name, make()), "run `make docs` and look at the difference"
