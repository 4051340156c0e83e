"""Makes the scores of a pack of nano's kind honest, and has it link only what it is sure of.

    python -m build.confidence --pack DIR [--n N] [--seed S] [--least-precision P]

What is found is written into `pack.json` (see `Confidence` there). It is measured on a validation exam of its own:
never on what the pack was trained on, nor on what is reported of it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import msgspec
from rich.console import Console
from rich.progress import track
from rich.table import Table

from bubo_desktop.cli.talk import talking
from bubo_desktop.engine.confidence import calibrate
from bubo_desktop.errors import BuboError
from bubo_desktop.packs.manifest import MANIFEST_NAME, Confidence, Curve, read_manifest
from build.errors import BuildError
from build.evaluation.calibration import Scored, calibration_error, choose_threshold, fit_curve
from build.evaluation.sittings import DrawSittings, Sitting
from build.evaluation.suites.nano import open_validation
from build.evaluation.suites.nano_exam import choose_exam

VALIDATION_SEED = 8_000
N_SITTINGS = 500
LEAST_PRECISION = 0.97
LEAST_CASES = 10  # right, and wrong, for a curve of two numbers
FOUND = ("tags", "boxes", "sounds")
CONCLUDED = ("links", "related", "unrelated")  # from what was found: their scores are made of those


def measure_confidence(
    pack: Path,
    draw: DrawSittings,
    n: int = N_SITTINGS,
    seed: int = VALIDATION_SEED,
    least_precision: float = LEAST_PRECISION,
) -> dict[str, Scored]:
    """Measures how sure a pack may be, and writes that into its manifest.

    Args:
        pack: its folder.
        draw: draws what is asked.
        n: sittings.
        seed: of the sittings; no other exam's.
        least_precision: of links; what the lower end of its confidence interval must reach.

    Returns:
        The scores that the curves were fitted to, by what they are of.

    Raises:
        BuildError: the pack is not one that knows a small world.
        BuboError: the pack cannot be used.
    """
    _write(pack, Confidence())
    found = _ask(pack, partial(_draw_shortened, draw), n, seed)
    curves = fit_curves({name: found[name] for name in FOUND})
    _write(pack, msgspec.structs.replace(Confidence(), **curves))
    concluded = _ask(pack, draw, n, seed)
    curves |= fit_curves({name: concluded[name] for name in CONCLUDED})
    least_link_score = choose_threshold(_straighten(concluded["links"], curves["links"]), least_precision)
    _write(pack, msgspec.structs.replace(Confidence(), **curves, least_link_score=least_link_score))
    return {name: found[name] for name in FOUND} | {name: concluded[name] for name in CONCLUDED}


def fit_curves(scored: Mapping[str, Scored]) -> dict[str, Curve | None]:
    """A curve for each kind of score; none where too few are right or wrong to tell, and scores stay as they are."""
    n_right = {name: sum(cases.right) for name, cases in scored.items()}
    n_rarer = {name: min(n_right[name], len(cases.right) - n_right[name]) for name, cases in scored.items()}
    return {name: fit_curve(cases) if n_rarer[name] >= LEAST_CASES else None for name, cases in scored.items()}


def _ask(pack: Path, draw: DrawSittings, n: int, seed: int) -> dict[str, Scored]:
    suite = open_validation(pack, n, seed, draw)
    console = Console(stderr=True)
    with talking(pack, cpu=True) as talk:
        for case in track(suite.cases(), "Asking", suite.n_cases, console=console):
            answers = [talk.ask(each.text, each.images, each.sounds, each.history) for each in case.questions]
            suite.mark(case.truth, answers)
    return suite.scored


def _draw_shortened(draw: DrawSittings, n: int, seed: int, folder: Path) -> Iterator[Sitting]:
    """Sittings with one question each: what is seen and heard does not hang on what is asked."""
    return (replace(sitting, asked=sitting.asked[:1]) for sitting in draw(n, seed, folder))


def _write(pack: Path, confidence: Confidence) -> None:
    manifest = msgspec.structs.replace(read_manifest(pack), confidence=confidence)
    contents = msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n"
    unfinished = pack / f"{MANIFEST_NAME}.part"
    unfinished.write_bytes(contents)
    unfinished.replace(pack / MANIFEST_NAME)


def _straighten(scored: Scored, curve: Curve | None) -> Scored:
    return Scored([calibrate(score, curve) for score in scored.scores], scored.right)


def _tell(confidence: Confidence, scored: dict[str, Scored]) -> None:
    table = Table("", "n", "right", "error before", "error after", "slope", "offset")
    for name, cases in scored.items():
        curve: Curve | None = getattr(confidence, name)
        if curve:
            n, after = len(cases.scores), calibration_error(_straighten(cases, curve))
            numbers = (sum(cases.right) / n, calibration_error(cases), after, curve.slope, curve.offset)
            table.add_row(name, f"{n:,}", *(f"{number:.3f}" for number in numbers))
    console = Console()
    console.print(table)
    console.print(f"Links are made from a score of {confidence.least_link_score:.3f} on.")


def main(arguments: Sequence[str] | None = None) -> int:
    """Reads the command line, measures and writes; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m build.confidence", description=__doc__.splitlines()[0])
    parser.add_argument("--pack", type=Path, required=True, help="the folder of the pack, whose pack.json is written")
    parser.add_argument("--n", type=int, default=N_SITTINGS, help="sittings")
    parser.add_argument("--seed", type=int, default=VALIDATION_SEED)
    parser.add_argument("--least-precision", type=float, default=LEAST_PRECISION, help="of links")
    order = parser.parse_args(arguments)
    try:
        scored = measure_confidence(order.pack, choose_exam(order.pack), order.n, order.seed, order.least_precision)
    except (BuildError, BuboError) as error:
        print(error, file=sys.stderr)
        return 1
    _tell(read_manifest(order.pack).confidence, scored)
    return 0


if __name__ == "__main__":
    sys.exit(main())
