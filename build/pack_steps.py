"""The steps of a pack, each in a process of its own, and what was made of them, kept so that they can be resumed."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import warnings
from collections.abc import Callable, Mapping
from concurrent.futures.process import BrokenProcessPool
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from bubo_desktop.packs.manifest import PackFile
from build.apart import Cost, run_apart
from build.dims import Dims
from build.errors import BuildError
from build.recipe import StepName, StepRecipe
from build.sources import Stock
from build.workshop import Made, Quantize, Workshop

WORK_FOLDER = ".build"
"""Inside an unfinished pack: records of the finished steps, and scratch."""
_MEMORY_GOAL_BYTES = 8e9

Result = TypeVar("Result")


class Job(Struct, frozen=True):
    """A step to run: what it is made of, and where."""

    step: StepName
    recipe: StepRecipe
    dims: Dims
    quantize: Quantize
    stocks: dict[str, Stock]
    folder: str

    def fingerprint(self) -> str:
        """The same for two jobs that would make the same: options, sizes and the contents of the sources."""
        contents = {role: self.stocks[source].sha256 for role, source in self.recipe.sources.items()}
        told = (self.step, self.recipe.options, contents, self.dims, self.quantize)
        return hashlib.sha256(msgspec.json.encode(told, order="sorted")).hexdigest()


class Record(Struct, frozen=True):
    """What a finished step made: the manifest's part as plain values, its files, and the figures of its proof."""

    fingerprint: str
    part: dict[str, Any]
    files: tuple[PackFile, ...]
    figures: dict[str, float | str]


def finish_step(job: Job) -> Record:
    """Runs a step, or takes what it made before of the same things.

    Raises:
        BuildError: the step could not be done.
    """
    record_path = Path(job.folder, WORK_FOLDER, f"{job.step}.json")
    if (kept := _kept_record(record_path, job)) is not None:
        say(f"{job.step}: made before, taken as it is.")
        return kept
    say(f"{job.step}: {job.recipe.makes}.")
    record, cost = run_step_apart(job.step, _make_part, job)
    figures = record.figures | {"peak_mb": round(cost.peak_bytes / 1e6), "cpu_s": round(cost.cpu_s, 1)}
    record = msgspec.structs.replace(record, figures=figures)
    record_path.write_bytes(msgspec.json.encode(record))
    size_mb = sum(file.size_bytes for file in record.files) / 1e6
    beyond = " (more than the 8 GB it should keep to)" if cost.peak_bytes > _MEMORY_GOAL_BYTES else ""
    say(f"{job.step}: {size_mb:,.1f} MB in {cost.wall_s:.0f} s, with {figures['peak_mb']:,} MB of memory{beyond}.")
    return record


def run_step_apart(what: str, work: Callable[..., Result], *arguments: Any) -> tuple[Result, Cost]:
    """Runs `work` in a process of its own that leaves Ctrl-C to this one.

    Raises:
        BuildError: it raised one, or the process died.
    """
    try:
        return run_apart(_undisturbed, work, *arguments)
    except BrokenProcessPool as error:
        raise BuildError(f"{what} was ended by the system: the memory was not enough, perhaps.") from error


def describe_file(folder: Path, path: str) -> PackFile:
    """Size and SHA-256 of a file of a pack."""
    with (folder / path).open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    return PackFile(path, (folder / path).stat().st_size, digest)


def say(line: str) -> None:
    """Tells the user a plain line, at once."""
    print(line, flush=True)


def _kept_record(path: Path, job: Job) -> Record | None:
    """What an earlier run wrote down, where it is of the same things and its files still have their sizes."""
    if not path.is_file():
        return None
    try:
        record = msgspec.json.decode(path.read_bytes(), type=Record)
        is_whole = all(Path(job.folder, file.path).stat().st_size == file.size_bytes for file in record.files)
    except (OSError, msgspec.MsgspecError):  # written halfway, or a file is gone: made again
        return None
    return record if is_whole and record.fingerprint == job.fingerprint() else None


def _make_part(job: Job) -> Record:
    _quiet_exporters()
    folder = Path(job.folder)
    scratch = folder / WORK_FOLDER / "scratch"
    shutil.rmtree(scratch, ignore_errors=True)  # of a step that was stopped
    scratch.mkdir()
    sources = {name: Path(stock.path) for name, stock in job.stocks.items()}
    workshop = Workshop(job.dims, folder, scratch, job.quantize, lambda line: say(f"{job.step}: {line}"), sources)
    options: Mapping[str, Any] = job.recipe.options | job.recipe.sources
    made: Made = import_module(f"build.parts.{job.step}").make(workshop, options)
    shutil.rmtree(scratch)
    files = tuple(describe_file(folder, name) for name in made.files)
    return Record(job.fingerprint(), msgspec.to_builtins(made.part), files, made.figures)


def _quiet_exporters() -> None:
    """Before they are imported: progress bars, and remarks on what was not folded, would bury the plain lines."""
    os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"
    warnings.filterwarnings("ignore", module=r"torch\.onnx\.")


def _undisturbed(work: Callable[..., Result], *arguments: Any) -> Result:
    """A terminal sends Ctrl-C to children too: the parent ends them."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return work(*arguments)
