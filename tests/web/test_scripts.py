"""Scripts are joined with what they import, and mean the same as before."""

import re

import pytest

from broadcaster.web.assets import assets
from broadcaster.web.pages.scripts import NotJoinable, ParsedScript, joined


def together(entry: str, **sources: str) -> str:
    """A script joined with others; `_` in a name stands for the slash, and `.js` is added."""
    paths = {name.replace("_", "/") + ".js": text for name, text in sources.items()}
    scripts = {path: ParsedScript(path, text.encode()) for path, text in paths.items()}
    return joined(scripts, entry)


def test_what_is_imported_comes_first_and_once() -> None:
    text = together(
        "page/main.js",
        page_main="import { a as b } from '../shared/a.js';\nimport { c } from './c.js';\nb(c);\n",
        page_c="import { a } from '../shared/a.js';\nexport const c = a, d = 1;\n",
        shared_a="/** Says a. */\nexport function a() {}\n",
        shared_unused="export class Unused {}\n",
    )
    assert text == (
        "const $shared_a = {};\n{\nfunction a() {}\nObject.assign($shared_a, { a });\n}\n"
        "const $page_c = {};\n{\nconst { a } = $shared_a;\nconst c = a, d = 1;\n"
        "Object.assign($page_c, { c, d });\n}\n"
        "const { a: b } = $shared_a;\nconst { c } = $page_c;\nb(c);\n"
    )


def test_the_script_itself_keeps_its_exports() -> None:
    text = together("a/b.js", a_b="import './c.js';\nexport class B {}\n", a_c="run();\n")
    assert text.endswith("export class B {}\n")
    assert text.index("run();") < text.index("class B")


def test_comments_go_and_what_looks_like_one_stays() -> None:
    source = "// one\nconst a = '// two'; // three\n/* four */ const b = `\n\n/* five */\n`;\n"
    assert together("a/b.js", a_b=source) == (
        "const a = '// two'; \n const b = `\n\n/* five */\n`;\n"
    )


def test_indentation_goes_except_that_of_a_text() -> None:
    source = "if (a) {\n  b(`\n  c ${d(\n    e,\n  )}`);\n\n  // f\n  g();\n}\n"
    assert together("a/b.js", a_b=source) == (
        "if (a) {\nb(`\n  c ${d(\n    e,\n  )}`);\n\ng();\n}\n"
    )


def test_addresses_lead_to_the_same_place_from_another_folder() -> None:
    text = together(
        "page/main.js",
        page_main="import { load, url } from '../player/load.js';\n",
        player_load=(
            "export const load = () => import('./deck.js');\n"
            "export const url = new URL('./worker.js', import.meta.url);\n"
        ),
    )
    assert "import('../player/deck.js')" in text
    assert "new URL('./worker.js', new URL('../player/load.js', import.meta.url).href)" in text


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("export default 1;", "default"),
        ("export let a = 1;", "may change"),
        ("export * from './b.js';", "something else"),
        ("const a = 1;\nexport { a };", "something else"),
        ("import a from './b.js';", "without its name"),
        ("import * as a from './b.js';", "without its name"),
        ("const a = import(name);", "computes"),
        ("import './missing.js';", "not there"),
        ("import './a.js';", "circle"),
        ("const = 1;", "not JavaScript"),
    ],
)
def test_what_cannot_be_joined_is_refused(source: str, says: str) -> None:
    with pytest.raises(NotJoinable, match=says):
        together("x/a.js", x_a=source, x_b="export const a = 1;")


def test_every_script_is_sent_without_imports_and_comments() -> None:
    for path, asset in assets().sent.items():
        if path.endswith(".js"):
            text = asset.body.decode()
            assert not re.search(r"^(?:import |\s*/\*\*)", text, re.MULTILINE), path


def test_a_module_that_may_exist_twice_in_a_page_keeps_no_state() -> None:
    """The sound's scripts are joined apart from the page's own."""
    copies = [
        set(re.findall(r"^const (\$\w+) = \{\};$", asset.body.decode(), re.MULTILINE))
        for path, asset in assets().sent.items()
        if path.startswith("player/") or path == "attendee/attendee.js"
    ]
    names = [name for found in copies for name in found]
    for path, source in assets().sources.items():
        name = "$" + re.sub(r"\W", "_", path.removesuffix(".js"))
        if names.count(name) > 1:
            assert not re.search(r"^let ", source.body.decode(), re.MULTILINE), path
