"""Lists of captions as the data sets publish them: read whole, with everything that is wrong told at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from build.errors import BuildError

MOST_TOLD = 10  # a list may be wrong from end to end

Value = TypeVar("Value")


def read_json(path: Path, kind: type[Value]) -> Value:
    """A JSON file's value.

    Raises:
        BuildError: it is not there, or holds something else.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except OSError as error:
        raise BuildError(f"{path} could not be read: {error.strerror}.") from error
    except msgspec.DecodeError as error:
        raise BuildError(f"{path} is not such a list: {error}.") from error


def read_entries(path: Path, fields: Sequence[str], under: str | None = None) -> list[dict[str, str]]:
    """The entries of a list, each with these fields as text; numbers are written out.

    Args:
        path: a JSON file: a list of objects, or an object that has the list under a key.
        fields: what each entry must have.
        under: that key.

    Raises:
        BuildError: it cannot be read, or entries lack a field or have it empty.
    """
    entries = read_json(path, list[Any]) if under is None else read_json(path, dict[str, list[Any]]).get(under)
    if entries is None:
        raise BuildError(f"{path} has no {under}.")
    texts = [{field: _read_text(entry, field) for field in fields} for entry in entries]
    refuse(
        f"Entry {number} of {path.name} has no {field}."
        for number, entry in enumerate(texts)
        for field in fields
        if not entry[field]
    )
    return texts


def _read_text(entry: Any, field: str) -> str:
    value = entry.get(field) if isinstance(entry, dict) else None
    return str(value).strip() if isinstance(value, str | int) else ""


def refuse(problems: Iterable[str]) -> None:
    """Lets nothing pass if there are problems.

    Raises:
        BuildError: with the first ten of them, and how many more there are.
    """
    told = list(problems)
    if len(told) > MOST_TOLD:
        told[MOST_TOLD:] = [f"There are {len(told) - MOST_TOLD:,} more of this kind."]
    if told:
        raise BuildError(*told)


def list_files(folder: Path) -> frozenset[str]:
    """The names in a folder: looked up once, since asking for each of a hundred thousand files takes minutes.

    Raises:
        BuildError: it is not there.
    """
    if not folder.is_dir():
        raise BuildError(f"There is no folder {folder}.")
    return frozenset(entry.name for entry in folder.iterdir())


def refuse_missing(folder: Path, names: Iterable[str]) -> None:
    """Lets nothing pass if files are not in a folder.

    Raises:
        BuildError: with the first ten of them.
    """
    present = list_files(folder)
    refuse(f"{folder / name} is missing." for name in dict.fromkeys(names) if name not in present)
