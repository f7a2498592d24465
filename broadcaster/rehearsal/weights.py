"""Weights of models that packages carry in parts, joined and checked."""

import hashlib
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path


class WeightsMissing(Exception):
    """A model is not on this machine, or not the one that was pinned."""


@dataclass(frozen=True, slots=True)
class PackagedWeights:
    """One large file that several packages carry.

    Attributes:
        parts: name of a package and of a file in it, in the order in which they are joined.
        sha256: of the joined parts, in hexadecimal.
    """

    parts: tuple[tuple[str, str], ...]
    sha256: str

    def installed(self) -> bool:
        """Whether all parts are on this machine; their content is not looked at."""
        try:
            return all(packaged_file(package, name).exists() for package, name in self.parts)
        except WeightsMissing:
            return False

    def joined(self) -> bytes:
        """The whole file.

        Raises:
            WeightsMissing: a part is not installed, or the whole is not what was pinned.
        """
        whole = b"".join(packaged_file(*part).read_bytes() for part in self.parts)
        if hashlib.sha256(whole).hexdigest() != self.sha256:
            names = ", ".join(sorted({package for package, _ in self.parts}))
            raise WeightsMissing(
                f"the weights in the packages {names} are not those that were checked; "
                "install the versions in constraints.txt, or set BROADCASTER_MODELS_DIR"
            )
        return whole


def packaged_file(package: str, name: str) -> Path:
    """A file of an installed package, by its name without folders.

    Raises:
        WeightsMissing: the package or the file is not installed.
    """
    try:
        for file in files(package) or ():
            if file.name == name:
                return Path(str(file.locate()))
    except PackageNotFoundError:
        raise WeightsMissing(f"the package {package} is not installed") from None
    raise WeightsMissing(f"the package {package} has no file {name}")
