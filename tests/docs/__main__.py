"""`make docs`: write the generated tables into the documents."""

from tests.docs.generated import GENERATED, with_table

for path, (name, make) in GENERATED.items():
    path.write_text(with_table(path.read_text(), name, make()))
