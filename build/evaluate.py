"""Measures a pack on a test set through the engine that ships.

    python -m build.evaluate --pack models/nano --suite nano --n 400 --json out/nano/figures.json
    python -m build.evaluate --pack DIR --suite refcoco --data DIR [--n N] [--seed S] [--json FILE] [--cases DIR]

Ctrl-C ends it with what was measured so far, marked as partial.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from bubo_desktop.cli.talk import talking
from bubo_desktop.errors import BuboError
from bubo_desktop.packs.manifest import read_manifest
from build.errors import BuildError
from build.evaluation.examiner import Examiner, Measurement
from build.evaluation.figures import Figure
from build.evaluation.gallery import Gallery
from build.evaluation.suite import Suite
from build.evaluation.suites.avsbench import open_avsbench
from build.evaluation.suites.flickr_soundnet import open_flickr_soundnet
from build.evaluation.suites.grandf import open_grandf
from build.evaluation.suites.grounding_bench import open_grounding_bench
from build.evaluation.suites.nano import open_nano
from build.evaluation.suites.nano_exam import choose_exam
from build.evaluation.suites.refcoco import open_refcoco
from build.evaluation.suites.sound_captions import open_audiocaps, open_clotho
from build.evaluation.suites.unrelated import open_unrelated

EVALUATION_SEED = 9_000
MOST_TOLD = 5
OpenData = Callable[[Path, int | None, int], Suite[Any]]
SUITES: dict[str, OpenData] = {
    "refcoco": open_refcoco,
    "grandf": open_grandf,
    "groundingbench": open_grounding_bench,
    "flickr-soundnet": open_flickr_soundnet,
    "avsbench": open_avsbench,
    "audiocaps": open_audiocaps,
    "clotho": open_clotho,
    "unrelated": open_unrelated,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Reads the command line and measures; returns the exit status: 130 if it was stopped."""
    order = _read_order(arguments)
    try:
        measurement = measure(order)
    except (BuildError, BuboError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped; nothing was measured.", file=sys.stderr)
        return 130
    if order.json:
        order.json.parent.mkdir(parents=True, exist_ok=True)
        order.json.write_bytes(msgspec.json.format(msgspec.json.encode(measurement), indent=1) + b"\n")
    _tell(measurement)
    return 130 if measurement.is_partial else 0


def measure(order: argparse.Namespace) -> Measurement:
    """Opens the test set, then the engine, and asks everything.

    Raises:
        BuildError: the test set is not as it must be.
        BuboError: the pack cannot be used.
    """
    manifest, gallery = read_manifest(order.pack), Gallery()
    suite = _open_suite(order)
    with talking(order.pack, cpu=order.cpu) as talk, Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task(f"Asking {order.suite}", total=suite.n_cases)
        examiner = Examiner(talk, gallery, lambda: progress.advance(task))
        findings = examiner.examine(suite)
        device = talk.ready.device if talk.ready else ""
    return Measurement(
        suite=order.suite,
        pack=f"{manifest.id} {manifest.version}",
        quantization=manifest.parts.language.quantization,
        device=device,
        seed=order.seed,
        n_drawn=order.n,
        n_cases=examiner.n_cases,
        n_listed=suite.n_cases,
        is_partial=examiner.is_partial,
        left_out=examiner.left_out,
        findings=findings,
        worst=gallery.hang(order.cases) if order.cases else [],
        command=_repeat(order),
    )


def _repeat(order: argparse.Namespace) -> str:
    """The command that measures the same again."""
    options = {name: getattr(order, name) for name in ("pack", "suite", "data", "n", "seed")}
    said = (f"--{name} {value}" for name, value in options.items() if value is not None)
    return " ".join(["python -m build.evaluate", *said])


def _open_suite(order: argparse.Namespace) -> Suite[Any]:
    if order.suite == "nano":
        return open_nano(order.pack, order.data, order.n, order.seed, choose_exam(order.pack))
    return SUITES[order.suite](order.data, order.n, order.seed)


def _tell(measurement: Measurement) -> None:
    console = Console()
    for title in dict.fromkeys(figure.table for figure in measurement.figures):
        table = Table("", "value", "95 % interval", "n", title=f"{measurement.suite}: {title}", title_justify="left")
        for figure in measurement.figures:
            if figure.table == title:
                table.add_row(*_row(figure))
        console.print(table)
    for note in measurement.findings.notes:
        console.print(note)
    if measurement.is_partial:
        console.print(
            f"PARTIAL: stopped after {measurement.n_cases} of {measurement.n_listed} cases.", style="bold red"
        )
    for sentence in measurement.left_out[:MOST_TOLD]:
        console.print(f"Left out: {sentence}", style="yellow", markup=False)
    if len(measurement.left_out) > MOST_TOLD:
        console.print(f"{len(measurement.left_out):,} cases were left out.")


def _row(figure: Figure) -> tuple[str, str, str, str]:
    interval = "" if figure.low is None or figure.high is None else f"{figure.low:.3f} to {figure.high:.3f}"
    return figure.name, f"{figure.value:.3f}", interval, f"{figure.n:,}"


def _read_order(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m build.evaluate", description=__doc__.splitlines()[0])
    parser.add_argument("--pack", type=Path, required=True, help="the folder of the pack")
    parser.add_argument("--suite", choices=("nano", *SUITES), required=True)
    parser.add_argument("--data", type=Path, help="the test set's folder; for nano: photographs of no drawn world")
    parser.add_argument("--n", type=int, help="only so many cases, drawn with the seed")
    parser.add_argument("--seed", type=int, default=EVALUATION_SEED)
    parser.add_argument("--json", type=Path, help="where the figures are written")
    parser.add_argument("--cases", type=Path, help="the folder that pictures of the worst cases are written to")
    parser.add_argument("--cpu", action="store_true", help="without a graphics card")
    order = parser.parse_args(arguments)
    if order.suite != "nano" and order.data is None:
        parser.error(f"--suite {order.suite} needs --data, the folder of the test set.")
    if order.n is not None and order.n < 1:
        parser.error("--n must be at least 1.")
    return order


if __name__ == "__main__":
    sys.exit(main())
