"""Where a recipe's sources lie on this machine, and whether they are what the recipe means.

In a folder of sources, one file stands as `NAME/FILE` or as `FILE`, a folder of files as `NAME`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from msgspec import Struct

from build.checkpoint import read_checkpoint, read_pickle
from build.errors import BuildError
from build.recipe import Source

_SHARD = re.compile(r"-\d{5}-of-(\d{5})$")  # as transformers writes them

REVISION_FILE = "revision.txt"
"""Beside a fetched source: the commit that was taken."""


class Stock(Struct, frozen=True):
    """A source on this machine.

    Attributes:
        path: its file or folder.
        revision: the commit it is of; empty where it is not known.
        sha256: of each file that belongs to it, by name.
    """

    path: str
    revision: str
    sha256: dict[str, str]


def take_stock(sources: Mapping[str, Source], folder: Path, *, is_exact: bool) -> dict[str, Stock]:
    """Finds every source, reads it once for its SHA-256, and opens its weights (no code in them is run).

    Args:
        sources: by name.
        folder: holds them.
        is_exact: whether sizes and SHA-256 must be those of the recipe, where it knows them.

    Raises:
        BuildError: sources are missing, not those of the recipe, damaged, or hold code; a sentence for each.
    """
    stocks: dict[str, Stock] = {}
    problems: list[str] = []
    for name, source in sources.items():
        path = find_source(name, source, folder)
        if path is None:
            problems.append(f"The source {name} is missing: {_directions(name, source, folder)}.")
            continue
        digests = {file: _sha256(found) for file, found in source_files(source, path).items()}
        stock = Stock(str(path), _revision(name, source, folder), digests)
        problems += _problems(name, source, stock, is_exact=is_exact)
        stocks[name] = stock
    if problems:
        raise BuildError(*problems)
    return stocks


def find_source(name: str, source: Source, folder: Path) -> Path | None:
    """The file or folder of a source; None where it, or a file that it must have, is not there."""
    if source.file is not None:
        places = (folder / name / source.file, folder / PurePosixPath(source.file).name)
        return next((place for place in places if place.is_file()), None)
    path = folder / name
    is_whole = all((path / file).is_file() for file in source.files)
    return path if is_whole and (_weights(source, path) or not source.weights) else None


def source_files(source: Source, path: Path) -> dict[str, Path]:
    """The files that belong to a source found at `path`, by their names within it."""
    if source.file is not None:
        return {path.name: path}
    return {
        file.relative_to(path).as_posix(): file for file in (*map(path.joinpath, source.files), *_weights(source, path))
    }


def describe_source(source: Source, stock: Stock) -> dict[str, str]:
    """For each file where it is from, its licence and its SHA-256: what a pack says of its provenance."""
    origin = source.repository or source.address or "brought by the user"
    commit = f" at {stock.revision}" if stock.revision else ", revision not known" if source.repository else ""
    return {file: f"{origin}{commit}; {source.licence}; sha256 {digest}" for file, digest in stock.sha256.items()}


def _revision(name: str, source: Source, folder: Path) -> str:
    if source.revision is not None:
        return source.revision
    written = folder / name / REVISION_FILE
    return written.read_text("utf-8").strip() if written.is_file() else ""


def _weights(source: Source, path: Path) -> list[Path]:
    """The files of the first pattern that fits any, where they are all there: shards say how many they are."""
    fitting = (sorted(path.glob(pattern)) for pattern in source.weights)
    files = next((files for files in fitting if files), [])
    stated = [int(found[1]) for file in files if (found := _SHARD.search(file.stem))]
    return files if all(number == len(files) for number in stated) else []


def _directions(name: str, source: Source, folder: Path) -> str:
    what = source.file or ", ".join([*source.files, " or ".join(source.weights)]).rstrip(", ")
    place = folder / (source.file or name)
    if origin := source.repository or source.address:
        return f"{what} of {origin} must be in {place}, or be fetched with --fetch"
    return f"{what} must be in {place}, and nobody is known to publish it"


def _problems(name: str, source: Source, stock: Stock, *, is_exact: bool) -> Iterator[str]:
    path = Path(stock.path)
    size_bytes = path.stat().st_size
    if is_exact and source.file and source.size_bytes not in (None, size_bytes):
        yield f"The source {name} ({path}) is not the recipe's: {size_bytes} bytes instead of {source.size_bytes}."
    elif is_exact and source.file and source.sha256 not in (None, *stock.sha256.values()):
        yield f"The source {name} ({path}) is not the recipe's: its SHA-256 is another."
    try:
        _open_weights(source, path)
    except BuildError as error:
        yield from (f"The source {name} cannot be used: {problem}" for problem in error.problems)


def _open_weights(source: Source, path: Path) -> None:
    if source.weights:
        read_checkpoint(path)
    elif path.suffix in {".pth", ".bin"}:
        read_pickle(path)


def _sha256(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
