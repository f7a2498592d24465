"""Validators of transcripts that are not a call of a library."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from tests.structure import ROOT

TT = "{http://www.w3.org/ns/ttml}"
TTS, TTP = "{http://www.w3.org/ns/ttml#styling}", "{http://www.w3.org/ns/ttml#parameter}"
XML = "{http://www.w3.org/XML/1998/namespace}"
EBU = {  # element -> its attributes, and of those that it must have; EBU Tech 3380, section 3
    "tt": (f"{XML}lang {TTP}timeBase {TTP}cellResolution", f"{XML}lang {TTP}timeBase"),
    "head": ("", ""),
    "styling": ("", ""),
    "style": (
        (
            f"{XML}id {TTS}direction {TTS}fontFamily {TTS}fontSize {TTS}lineHeight {TTS}textAlign "
            f"{TTS}color {TTS}backgroundColor {TTS}unicodeBidi {TTS}wrapOption"
        ),
        f"{XML}id",
    ),
    "layout": ("", ""),
    "region": (
        (
            f"{XML}id {TTS}origin {TTS}extent {TTS}displayAlign {TTS}padding {TTS}writingMode "
            f"{TTS}overflow style"
        ),
        f"{XML}id {TTS}origin {TTS}extent",
    ),
    "body": ("style", ""),
    "div": (f"{XML}id {XML}lang region style", ""),
    "p": (f"{XML}id {XML}lang region style begin end", f"{XML}id region"),
    "span": (f"{XML}id {XML}lang style begin end", ""),
    "br": ("", ""),
}


def keeps_ebu_tt_d(root: ET.Element) -> None:
    """Check the elements and attributes of a document, see `EBU`.

    No package of the registries has a schema of EBU-TT-D, so the tables of its document are here.
    """
    for element in root.iter():
        if element.tag.startswith(TT) and element.tag != f"{TT}metadata":
            may, must = (set(one.split()) for one in EBU[element.tag.removeprefix(TT)])
            assert must <= set(element.attrib) <= may, (element.tag, element.attrib)
    names = [one.get(f"{XML}id") for one in root.iter() if one.get(f"{XML}id")]
    assert len(names) == len(set(names))
    assert root.findall(f"{TT}head/{TT}styling/{TT}style")
    assert root.findall(f"{TT}head/{TT}layout/{TT}region")


def read_by_w3c(files: Sequence[Path]) -> list[dict[str, Any]]:
    """The `errors`, `times` and `texts` that the WebVTT validator of the W3C finds in each file."""
    script = Path(__file__).with_name("validate_webvtt.mjs")
    answer = subprocess.run(
        ["node", script, ROOT.parent / "listener_web", *files],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    found: list[dict[str, Any]] = json.loads(answer.stdout)
    return found
