"""What it costs to tag, box and mask the objects of a picture with a pack: time, memory and disk, part by part.

python -m build.grounding_costs --pack DIR [DIR ...] [--rounds N] [--json FILE]

Every row is measured in processes of its own, through the engine's own classes, its picture's preparation included.
Compare rows of one run only: times are the best of some rounds, in processor time on one thread and on the wall clock
on two, which other programs on the machine prolong.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from bubo_desktop.engine.imaging import Picture
from bubo_desktop.engine.senses import make_worker
from bubo_desktop.engine.shelf import Shelf
from bubo_desktop.environment import quiet_libraries
from bubo_desktop.errors import BuboError
from bubo_desktop.packs.integrity import named_files
from bubo_desktop.packs.manifest import Parts, read_manifest
from build.apart import run_apart
from build.calibration import draw_pictures

WIDTH_PX, HEIGHT_PX = 1280, 960
NOUNS = "dog cat bell table person tree car window lamp chair bird boat cup book shoe bottle flower bridge horse train"
N_OBJECTS = 5
BOXES = tuple((150.0 * n, 100.0 * n, 150.0 * n + 400, 100.0 * n + 300) for n in range(N_OBJECTS))
PARTS = ("tagger", "grounder", "segmenter")
Action = Callable[[Mapping[str, Any], Picture, Any, int], Any]
"""Workers by their parts' names, a picture, what an earlier step made of it, the round's number -> a result."""


class Row(Struct, frozen=True):
    """A step's costs; memory is the most that its process had at once, everything included."""

    name: str
    cpu_ms: float
    wall_ms: float
    peak_mb: float
    size_mb: float


def tag(workers: Mapping[str, Any], picture: Picture, _given: None, _round: int) -> None:
    """Tags the picture."""
    workers["tagger"].tags(picture)


def see_objects(workers: Mapping[str, Any], picture: Picture, _given: None, _round: int) -> Any:
    """Gives what the grounder can remember of the picture."""
    return workers["grounder"].see(picture)


def locate_new(workers: Mapping[str, Any], picture: Picture, maps: Any, round_: int) -> None:
    """Looks for phrases that were never read, in a picture that was seen."""
    nouns = NOUNS.split()
    first = round_ * N_OBJECTS % len(nouns)
    workers["grounder"].locate(picture, None, nouns[first : first + N_OBJECTS], maps)


def locate_known(workers: Mapping[str, Any], picture: Picture, _given: None, _round: int) -> None:
    """Looks for the same phrases in a new picture, as a camera's is."""
    workers["grounder"].locate(picture, None, NOUNS.split()[:N_OBJECTS])


def see_outlines(workers: Mapping[str, Any], picture: Picture, _given: None, _round: int) -> Any:
    """Gives what the segmenter can remember of the picture."""
    return workers["segmenter"].see(picture)


def mask_one(workers: Mapping[str, Any], picture: Picture, maps: Any, _round: int) -> None:
    """Masks one object of a picture that was seen."""
    workers["segmenter"].masks(picture, BOXES[:1], None, maps)


def mask_all(workers: Mapping[str, Any], picture: Picture, maps: Any, _round: int) -> None:
    """Masks all objects of a picture that was seen."""
    workers["segmenter"].masks(picture, BOXES, None, maps)


def ground(workers: Mapping[str, Any], picture: Picture, _given: None, round_: int) -> None:
    """Goes the whole way from a picture to the masks of its objects, with the parts that there are."""
    if "tagger" in workers:
        tag(workers, picture, None, round_)
    if "grounder" in workers:
        locate_known(workers, picture, None, round_)
    if "segmenter" in workers:
        mask_all(workers, picture, None, round_)


STEPS: Sequence[tuple[str, str, Action, Action | None]] = (
    ("tagger", "tagger", tag, None),
    ("grounder", "grounder: the picture", see_objects, None),
    ("grounder", f"grounder: {N_OBJECTS} new phrases", locate_new, see_objects),
    ("grounder", "grounder: a new picture, known phrases", locate_known, None),
    ("segmenter", "segmenter: the picture", see_outlines, None),
    ("segmenter", "segmenter: 1 box", mask_one, see_outlines),
    ("segmenter", f"segmenter: {N_OBJECTS} boxes", mask_all, see_outlines),
)
"""Part, name of the row, what is measured, and what must have been done before."""


@dataclass(frozen=True)
class Task:
    """What is measured in a process of its own.

    Attributes:
        folder: the pack's.
        parts: its manifest's.
        rgb: the picture, uint8 [height, width, 3].
        present: names of those whose workers are needed.
        action: what is measured.
        maps: what an earlier step made of the picture.
        budget_bytes: as `Shelf` has it.
    """

    folder: Path
    parts: Parts
    rgb: NDArray[np.uint8]
    present: tuple[str, ...]
    action: Action
    maps: Any = None
    budget_bytes: int | None = None

    def workers(self, n_threads: int) -> dict[str, Any]:
        """What does the parts' work, by their names."""
        quiet_libraries()
        shelf = Shelf(self.folder, n_threads, self.budget_bytes)
        return {name: make_worker(getattr(self.parts, name), shelf) for name in self.present}

    def size_mb(self) -> float:
        """What the parts take on the disk."""
        files = {file for name in self.present for file in named_files(getattr(self.parts, name))}
        return sum((self.folder / file).stat().st_size for file in files) / 1e6


def measure_pack(folder: Path, n_rounds: int) -> list[Row]:
    """The rows of a pack, for the parts that it has; those of the whole way come last.

    Raises:
        BuboError: the pack is damaged.
    """
    parts = read_manifest(folder).parts
    present = tuple(name for name in PARTS if getattr(parts, name) is not None)
    task, rows = Task(folder, parts, draw_pictures(1, WIDTH_PX, HEIGHT_PX)[0].rgb, present, ground), []
    for part, name, action, before in STEPS:
        if part in present:
            alone = replace(task, present=(part,), action=action)
            maps = run_apart(_work_out, replace(alone, action=before))[0] if before else None
            rows.append(_measure(name, replace(alone, maps=maps), n_rounds))
    for name, budget_bytes in (("all, opened one after another", 0), ("all, kept open", None)):
        rows.append(_measure(name, replace(task, budget_bytes=budget_bytes), n_rounds))
    return rows


def draw_table(rows: Sequence[Row]) -> str:
    """The rows under each other, for people."""
    lines = [f"{'':40}{'ms, 1 thread':>14}{'ms, 2 threads':>15}{'peak MB':>9}{'file MB':>9}"]
    lines += [f"{row.name:40}{row.cpu_ms:14.0f}{row.wall_ms:15.0f}{row.peak_mb:9.0f}{row.size_mb:9.1f}" for row in rows]
    return "\n".join(lines)


def _measure(name: str, task: Task, n_rounds: int) -> Row:
    (cpu_ms, _), cost = run_apart(_time, task, 1, n_rounds)
    (_, wall_ms), other = run_apart(_time, task, 2, n_rounds)
    return Row(name, cpu_ms, wall_ms, max(cost.peak_bytes, other.peak_bytes) / 1e6, task.size_mb())


def _time(task: Task, n_threads: int, n_rounds: int) -> tuple[float, float]:
    """Milliseconds of the best round, of the processor and of the clock, after one that is not counted."""
    workers, times = task.workers(n_threads), []
    for number in range(1 + n_rounds):
        picture, begin_s, begin_cpu_s = Picture.from_array(task.rgb), perf_counter(), process_time()
        task.action(workers, picture, task.maps, number)
        times.append((process_time() - begin_cpu_s, perf_counter() - begin_s))
    cpu_s, wall_s = zip(*times[1:], strict=True)
    return 1e3 * min(cpu_s), 1e3 * min(wall_s)


def _work_out(task: Task) -> Any:
    return task.action(task.workers(1), Picture.from_array(task.rgb), None, 0)


def main() -> None:
    """Reads the command line, measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pack", type=Path, nargs="+", required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path, help="where to write the rows, besides printing them")
    arguments = parser.parse_args()
    measured: dict[str, list[Row]] = {}
    try:
        for folder in arguments.pack:
            measured[folder.name] = measure_pack(folder, arguments.rounds)
            print(f"{folder.name}\n{draw_table(measured[folder.name])}\n", flush=True)
    except BuboError as error:
        sys.exit(str(error))
    if arguments.json:
        arguments.json.write_bytes(msgspec.json.format(msgspec.json.encode(measured), indent=1) + b"\n")


if __name__ == "__main__":
    main()
