"""Fetching a recipe's sources: said beforehand, resumed where it broke off, checked afterwards.

This module alone opens network connections for the build, in a process of its own, and only where the user says so.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping
from fnmatch import fnmatchcase
from http.client import HTTPException
from pathlib import Path, PurePosixPath
from typing import Any, Protocol
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from msgspec import Struct

from build.errors import BuildError
from build.recipe import Source
from build.sources import REVISION_FILE, find_source

_CHUNK_BYTES = 2**20
_TIMEOUT_S = 60
_SPARE = 1.02  # of the space that is needed: file systems have their own use for some
_RANGE_NOT_SATISFIABLE = 416


class Remote(Struct, frozen=True):
    """A file to fetch.

    Attributes:
        source: the source it belongs to.
        target: where it goes.
        size_bytes: as its publisher states it; None where the publisher does not.
        about_mb: the same, or else what the recipe says.
        repository, revision, name: of a hub's file.
        address: of any other.
    """

    source: str
    target: str
    size_bytes: int | None
    about_mb: float
    repository: str = ""
    revision: str = ""
    name: str = ""
    address: str = ""


class Hub(Protocol):
    """What is used of `huggingface_hub`."""

    def model_info(self, repo_id: str, *, revision: str | None, files_metadata: bool) -> Any:
        """The repository's commit (`sha`) and its files (`siblings`, with `rfilename` and `size`)."""
        ...

    def hf_hub_download(self, repo_id: str, filename: str, *, revision: str, local_dir: Path) -> str:
        """Fetches a file into a folder, going on where it broke off."""
        ...


def fetch_sources(sources: Mapping[str, Source], folder: Path, report: Callable[[str], None]) -> None:
    """Fetches what `folder` lacks of the sources; the commit taken of a repository is written beside its files.

    Raises:
        BuildError: something is not published, does not fit on the disk or cannot be had; what was fetched stays.
    """
    # huggingface_hub reads this when it is imported: this process is about to go online, and no other.
    os.environ["HF_HUB_OFFLINE"] = "0"
    from huggingface_hub import HfApi

    Fetcher(HfApi(), report).fetch(sources, folder)


class Fetcher:
    """Fetches sources from a hub and from plain addresses.

    Args:
        hub: the hub.
        report: tells the user a plain line.
    """

    def __init__(self, hub: Hub, report: Callable[[str], None]) -> None:
        self._hub = hub
        self._report = report

    def fetch(self, sources: Mapping[str, Source], folder: Path) -> None:
        """As `fetch_sources`."""
        missing = {name: source for name, source in sources.items() if find_source(name, source, folder) is None}
        unpublished = [name for name, source in missing.items() if not (source.repository or source.address)]
        if unpublished:
            raise BuildError(*(f"The source {name} is published nowhere: bring it yourself." for name in unpublished))
        folder.mkdir(parents=True, exist_ok=True)
        try:
            remotes = [remote for name, source in missing.items() for remote in self._list(name, source, folder)]
            _check_space(remotes, folder, self._report)
            for remote in remotes:
                self._fetch_file(remote)
        except (OSError, HTTPException, ValueError) as error:
            raise BuildError(
                f"The network or the publisher failed: {error}. Begin again to go on from here."
            ) from error

    def _list(self, name: str, source: Source, folder: Path) -> Iterator[Remote]:
        target = folder / name
        if source.address is not None:
            assert source.file is not None
            yield Remote(name, str(target / source.file), source.size_bytes, source.about_mb, address=source.address)
            return
        assert source.repository is not None
        info = self._hub.model_info(source.repository, revision=source.revision, files_metadata=True)
        target.mkdir(exist_ok=True)
        (target / REVISION_FILE).write_text(info.sha)
        sizes: dict[str, int | None] = {file.rfilename: file.size for file in info.siblings}
        for file in _wanted(name, source, sizes):
            about_mb = (sizes[file] or 0) / 1e6
            yield Remote(name, str(target / file), sizes[file], about_mb, source.repository, info.sha, file)

    def _fetch_file(self, remote: Remote) -> None:
        target = Path(remote.target)
        if target.is_file() and target.stat().st_size == remote.size_bytes:
            return
        self._report(f"Fetching {target.name} for {remote.source} ({remote.about_mb:,.0f} MB).")
        if remote.repository:
            folder = target.parents[len(PurePosixPath(remote.name).parts) - 1]
            self._hub.hf_hub_download(remote.repository, remote.name, revision=remote.revision, local_dir=folder)
        else:
            download(remote.address, target)
        size_bytes = target.stat().st_size
        if remote.size_bytes not in (None, size_bytes):
            raise BuildError(f"{target.name} came with {size_bytes} bytes instead of {remote.size_bytes}.")


def download(address: str, target: Path) -> None:
    """Fetches an address into `target`; until it is whole it is called `.part`, from whose end the next call goes on.

    Raises:
        OSError, HTTPException: it cannot be had.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    n_bytes = part.stat().st_size if part.exists() else 0
    request = Request(address, headers={"Range": f"bytes={n_bytes}-"} if n_bytes else {})  # noqa: S310  # recipes: https
    try:
        with urlopen(request, timeout=_TIMEOUT_S) as answer, part.open("ab" if answer.status == 206 else "wb") as file:  # noqa: S310
            expected = int(answer.headers.get("Content-Length", -1))
            begun = file.tell()
            shutil.copyfileobj(answer, file, _CHUNK_BYTES)
            if expected not in (-1, file.tell() - begun):
                raise URLError(f"{address} broke off")
    except HTTPError as error:
        if error.code != _RANGE_NOT_SATISFIABLE:  # which says that nothing is missing from the part
            raise
    part.rename(target)


def _wanted(name: str, source: Source, published: Collection[str]) -> list[str]:
    named = [source.file] if source.file else [*source.files]
    fitting = ([file for file in published if fnmatchcase(file, pattern)] for pattern in source.weights)
    weights = next((files for files in fitting if files), [])
    absent = [file for file in named if file not in published]
    if source.weights and not weights:
        absent.append(" or ".join(source.weights))
    if absent:
        raise BuildError(f"The source {name} has changed: {source.repository} holds no {', '.join(absent)}.")
    return [*named, *weights]


def _check_space(remotes: list[Remote], folder: Path, report: Callable[[str], None]) -> None:
    needed_gb = sum(remote.about_mb for remote in remotes) / 1e3
    free_gb = shutil.disk_usage(folder).free / 1e9
    report(f"To fetch: {len(remotes)} files, {needed_gb:.1f} GB; {free_gb:.1f} GB are free in {folder}.")
    if needed_gb * _SPARE > free_gb:
        raise BuildError(f"The sources take {needed_gb:.1f} GB and {folder} has room for {free_gb:.1f} GB.")
