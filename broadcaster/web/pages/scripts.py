"""Joins scripts: each is sent as one file with all that it imports.

The sources are small modules that import each other. Left to itself a browser asks for one level of
imports after the other, and each level takes a round trip.

A module becomes a block, so that its names stay its own, and an object with what it exports:

    const $shared_backoff = {};
    {
    class Backoff { … }
    Object.assign($shared_backoff, { Backoff });
    }

A script that imports it reads that object: `const { Backoff } = $shared_backoff;`. Comments and
indentation are left out. The sources use the part of the language whose meaning this keeps: named
imports and exports at the top level, no exported `let`, no circle of imports. Anything else is an
error.
"""

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import tree_sitter_javascript
from tree_sitter import Language, Node, Parser, Query, QueryCursor

_JAVASCRIPT = Language(tree_sitter_javascript.language())
_PLACES = Query(
    _JAVASCRIPT,
    """
    (comment) @comment
    (template_string) @template
    (call_expression function: (import)) @lazy_import
    (member_expression object: (meta_property)) @own_address
    """,
)
_INDENTATION = re.compile(rb"^[ \t]+", re.MULTILINE)
_BLANK_LINE = re.compile(rb"[ \t]*\Z")

Edit = tuple[int, int, str]
"""Bytes from and to, and the text that takes their place."""


class NotJoinable(ValueError):
    """A script uses the language in a way that cannot be joined."""


@dataclass(frozen=True, slots=True)
class Import:
    """`import { name as local } from 'path'`, or `import 'path'` without names."""

    path: str
    names: tuple[tuple[str, str], ...]
    start: int
    end: int


class ParsedScript:
    """A parsed source.

    Args:
        path: in `listener_web/`, such as `shared/backoff.js`.
        source: its text.

    Raises:
        NotJoinable: see the module.
    """

    def __init__(self, path: str, source: bytes) -> None:
        self.path = path
        self._source = source
        self._folder = posixpath.dirname(path)
        root = Parser(_JAVASCRIPT).parse(source).root_node
        if root.has_error:
            raise NotJoinable(f"{path} is not JavaScript")
        self.imports: list[Import] = []
        self._exports: list[str] = []
        self._export_edits: list[Edit] = []
        for statement in root.named_children:
            if statement.type == "import_statement":
                self.imports.append(self._import(statement))
            elif statement.type == "export_statement":
                self._read_export(statement)
        places = QueryCursor(_PLACES).captures(root)
        self._left_out = [self._without(node) for node in places.get("comment", ())]
        self._left_out += self._indentation(places.get("template", ()))
        self._lazy_imports = [self._argument(call) for call in places.get("lazy_import", ())]
        self._own_addresses = places.get("own_address", [])

    def as_entry(self, entry: str) -> str:
        """The text of the script that a browser asks for, after the blocks of what it imports."""
        return self._edited([*self._left_out, *self._import_edits(), *self._moved(entry)])

    def as_block(self, entry: str) -> str:
        """The text of a script that is imported by another one.

        Args:
            entry: the path of the file that it becomes a part of.
        """
        edits = [*self._left_out, *self._import_edits(), *self._export_edits, *self._moved(entry)]
        name, exports = _name(self.path), ", ".join(self._exports)
        text = self._edited(edits).rstrip("\n")
        return f"const {name} = {{}};\n{{\n{text}\nObject.assign({name}, {{ {exports} }});\n}}\n"

    def _import(self, statement: Node) -> Import:
        source = statement.child_by_field_name("source")
        assert source is not None
        path = posixpath.normpath(posixpath.join(self._folder, _text_of(source)))
        names = []
        for clause in statement.named_children:
            if clause.type != "import_clause":
                continue
            for group in clause.named_children:
                if group.type != "named_imports":
                    raise NotJoinable(f"{self.path} imports something without its name")
                for one in group.named_children:
                    name = one.child_by_field_name("name")
                    local = one.child_by_field_name("alias") or name
                    names.append((_code(name), _code(local)))
        return Import(path, tuple(names), statement.start_byte, statement.end_byte)

    def _read_export(self, statement: Node) -> None:
        if any(child.type == "default" for child in statement.children):
            raise NotJoinable(f"{self.path} has a default export")
        declaration = statement.child_by_field_name("declaration")
        if declaration is None:
            clause = statement.named_children[0] if statement.named_children else None
            if clause is None or clause.type != "export_clause" or clause.named_children:
                raise NotJoinable(f"{self.path} exports something else than a declaration")
            self._export_edits.append((statement.start_byte, statement.end_byte, ""))
            return
        kind = declaration.child_by_field_name("kind")
        if kind is not None and _code(kind) == "let":
            raise NotJoinable(f"{self.path} exports a variable that may change")
        if declaration.type == "lexical_declaration":
            named = [_code(one.child_by_field_name("name")) for one in declaration.named_children]
        else:
            named = [_code(declaration.child_by_field_name("name"))]
        self._exports += named
        self._export_edits.append((statement.start_byte, declaration.start_byte, ""))

    def _import_edits(self) -> Iterator[Edit]:
        for one in self.imports:
            names = ", ".join(n if n == local else f"{n}: {local}" for n, local in one.names)
            text = f"const {{ {names} }} = {_name(one.path)};" if names else ""
            yield one.start, one.end, text

    def _moved(self, entry: str) -> Iterator[Edit]:
        """Addresses that are relative to this script, once it is a part of another file."""
        folder = posixpath.dirname(entry)
        if folder == self._folder:
            return
        for node in self._lazy_imports:
            target = posixpath.normpath(posixpath.join(self._folder, _text_of(node)))
            yield node.start_byte, node.end_byte, f"'{_relative(target, folder)}'"
        for node in self._own_addresses:
            own = f"new URL('{_relative(self.path, folder)}', import.meta.url).href"
            yield node.start_byte, node.end_byte, own

    def _argument(self, call: Node) -> Node:
        arguments = call.child_by_field_name("arguments")
        given = arguments.named_children if arguments else []
        if len(given) != 1 or given[0].type != "string":
            raise NotJoinable(f"{self.path} imports an address that it computes")
        return given[0]

    def _without(self, comment: Node) -> Edit:
        """Take a comment out, and its lines if there is nothing else in them."""
        start, end = comment.start_byte, comment.end_byte
        line = self._source.rfind(b"\n", 0, start) + 1
        alone = _BLANK_LINE.match(self._source[line:start])
        if alone and self._source[end : end + 1] == b"\n":
            return line, end + 1, ""
        return start, end, ""

    def _indentation(self, templates: Iterable[Node]) -> Iterator[Edit]:
        """The blanks at the beginning of each line, unless they are a part of a text."""
        texts = [range(node.start_byte, node.end_byte) for node in templates]
        for blanks in _INDENTATION.finditer(self._source):
            if not any(blanks.start() in text for text in texts):
                yield blanks.start(), blanks.end(), ""

    def _edited(self, edits: list[Edit]) -> str:
        pieces, at = [], 0
        for start, end, text in sorted(edits, key=lambda edit: (edit[0], -edit[1])):
            if start < at:
                continue  # inside of what was replaced
            pieces += [self._source[at:start].decode(), text]
            at = end
        return "".join([*pieces, self._source[at:].decode()])


def joined(scripts: Mapping[str, ParsedScript], entry: str) -> str:
    """One file with a script and all that it imports.

    Raises:
        NotJoinable: the imports go round in a circle, or lead to a script that is not there.
    """
    order: list[str] = []
    _visit(scripts, entry, order, ())
    blocks = [scripts[path].as_block(entry) for path in order[:-1]]
    return "".join([*blocks, scripts[entry].as_entry(entry)])


def _visit(
    scripts: Mapping[str, ParsedScript], path: str, order: list[str], way: tuple[str, ...]
) -> None:
    """Put a script and what it imports into their order: what is imported comes first."""
    if path in way:
        raise NotJoinable(f"imports go round in a circle: {' → '.join([*way, path])}")
    if path in order:
        return
    if path not in scripts:
        raise NotJoinable(f"{way[-1]} imports {path}, which is not there")
    for one in scripts[path].imports:
        _visit(scripts, one.path, order, (*way, path))
    order.append(path)


def _name(path: str) -> str:
    return "$" + re.sub(r"\W", "_", path.removesuffix(".js"))


def _relative(target: str, folder: str) -> str:
    if posixpath.dirname(target) == folder:
        return f"./{posixpath.basename(target)}"
    return "../" * len(folder.split("/")) + target


def _text_of(string: Node) -> str:
    return _code(string)[1:-1]


def _code(node: Node | None) -> str:
    assert node is not None
    assert node.text is not None
    return node.text.decode()
