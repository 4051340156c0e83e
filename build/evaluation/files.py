"""Where a test set's files are, wherever in its folder they were unpacked to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import msgspec

from build.errors import BuildError
from build.training.datasets.annotations import refuse

Kind = TypeVar("Kind")


def find_file(folder: Path, *patterns: str) -> Path:
    """The one file whose name fits a pattern, the first pattern that fits any; at any depth.

    Raises:
        BuildError: there is none, or there are several.
    """
    if not folder.is_dir():
        raise BuildError(f"There is no folder {folder}.")
    for pattern in patterns:
        found = sorted(path for path in folder.rglob(pattern) if path.is_file())
        if len(found) > 1:
            raise BuildError(f"{folder} has several files {pattern}: {', '.join(map(str, found[:3]))}.")
        if found:
            return found[0]
    raise BuildError(f"{folder} has no file {' or '.join(patterns)}.")


def index_files(folder: Path, endings: Sequence[str]) -> dict[str, Path]:
    """All files with one of these endings (`.jpg`) at any depth, by name without ending."""
    return {path.stem: path for path in sorted(folder.rglob("*")) if path.suffix.lower() in endings}


def refuse_absent(names: Iterable[str], present: Mapping[str, Path], folder: Path) -> None:
    """Lets nothing pass if files are not there. Raises `BuildError` with the first ten of them."""
    refuse(f"{name} is nowhere in {folder}." for name in dict.fromkeys(names) if name not in present)


def read_typed(contents: object, kind: type[Kind], path: Path) -> Kind:
    """What a file held, checked against its format. Raises `BuildError` where it is something else."""
    try:
        return msgspec.convert(contents, kind, strict=False)
    except msgspec.ValidationError as error:
        raise BuildError(f"{path} is not in its format: {error}.") from error
