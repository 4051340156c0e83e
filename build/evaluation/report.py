"""Writes a pack's report from measurements: goals, kinds, confusions, honesty of scores, worst cases, others' numbers.

    python -m build.evaluation.report --pack models/nano --run shipped=out/nano/figures.json \
        --run fp32=out/nano/figures-fp32.json --cases out/nano/cases --out models/nano

The first run is what is shipped; the others stand beside it, column by column. Runs of public test sets are given with
`--also`; they stand beside what others published.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from bubo_desktop.errors import PackError
from bubo_desktop.packs.manifest import Manifest, read_manifest
from build.errors import BuildError
from build.evaluation.contact_sheet import draw_sheet
from build.evaluation.examiner import Measurement
from build.evaluation.goals import GOALS, PACK_MB
from build.evaluation.published import PUBLISHED
from build.evaluation.reliability_plot import draw_reliability
from build.evaluation.suites.nano_said import BY_KIND, BY_LANGUAGE
from build.evaluation.tables import (
    draw_confusion,
    draw_errors,
    draw_figures,
    draw_goals,
    draw_kinds,
    draw_losses,
    draw_mistakes,
    draw_published,
    draw_table,
    draw_worst,
)
from build.training.datasets.annotations import read_json

REPORT, CALIBRATION, WORST = "REPORT.md", "calibration.png", "worst.png"
WIDEST = 10  # columns of a table of confusions
HEAD = """# {name} {version}: what was measured

{n_cases:,} cases of the suite `{suite}`, drawn afresh with seed {seed} and answered by the engine that ships: \
{quantization} language network through llama.cpp, the senses through ONNX Runtime, on {device}. The world is drawn \
and synthesised: nothing here speaks of photographs or real recordings, except that they are refused.

Intervals hold 95 % of what another draw would give: Wilson's for shares of one kind, the bootstrap's over cases for \
all else. *Narrowly* says that the goal lies within the interval. An answer is right when it is exact to the last \
character; what was said before a follow-up is taken to have been right.
"""
CALIBRATION_TEXT = f"""
## Are scores honest?

On the diagonal, what scores 0.8 is right in 8 of 10 cases. The expected calibration error is the mean distance from it.

![Share that is right over the score, for each kind of score]({CALIBRATION})
"""
WORST_TEXT = f"""
## The worst cases

Red is what was found, green what should have been.

![The worst cases, numbered]({WORST})
"""
PUBLISHED_TEXT = """
## Numbers that others published

None of them is of nano's world, whose exam is a test of its own and not to be compared with any; and nano was not made
for photographs. CIDEr is given as coco-caption does, 1 being what others call 100.
"""


def write_report(
    runs: Mapping[str, Measurement], others: Sequence[Measurement], pack: Path, cases: Path, out: Path
) -> None:
    """Writes `REPORT.md`, `calibration.png` and `worst.png`.

    Args:
        runs: of one suite, by what the pack was then; the first is what is shipped.
        others: runs of public test sets.
        pack: the folder of the shipped pack.
        cases: the folder of the shipped run's worst cases.
        out: the folder to write to.

    Raises:
        BuildError: runs are of different cases, or pictures are missing.
    """
    shipped = next(iter(runs.values()))
    problems = [
        f"The run {name} is not of the same suite, seed and number of cases as the first."
        for name, run in runs.items()
        if (run.suite, run.seed, run.n_cases) != (shipped.suite, shipped.seed, shipped.n_cases)
    ]
    problems += [f"{cases / shown.file} is missing." for shown in shipped.worst if not (cases / shown.file).is_file()]
    if problems:
        raise BuildError(*problems)
    (out / CALIBRATION).write_bytes(draw_reliability(shipped.findings.scored))
    (out / WORST).write_bytes(draw_sheet(shipped.worst, cases))
    (out / REPORT).write_text(compose(runs, others, pack), encoding="utf-8")


def compose(runs: Mapping[str, Measurement], others: Sequence[Measurement], pack: Path) -> str:
    """The report as Markdown; arguments as of `write_report`."""
    manifest, shipped = read_manifest(pack), next(iter(runs.values()))
    size_mb = sum(file.size_bytes for file in manifest.files) / 1e6
    lines = [_head(manifest, shipped), *_warnings(runs), *_command(shipped)]
    lines += ["\n## Goals\n", *draw_goals(shipped.figures, size_mb, PACK_MB)]
    for name, run in list(runs.items())[1:]:
        lines += [f"\n## Beside {name}\n", *_command(run), *draw_losses(shipped, run, name)]
    lines += _tables(shipped)
    for title, confusion in shipped.findings.confusions.items():
        lines += [f"\n## Confusions: {title}\n", *_confusion(confusion)] if confusion else []
    lines += [CALIBRATION_TEXT, *draw_errors(shipped.findings.scored), WORST_TEXT, *draw_worst(shipped.worst)]
    measured = {run.suite: run for run in others}
    lines += [PUBLISHED_TEXT, *(line for each in PUBLISHED for line in draw_published(each, measured.get(each.suite)))]
    return "\n".join([*lines, *_training(manifest), ""])


def _head(manifest: Manifest, shipped: Measurement) -> str:
    fields = {field: getattr(shipped, field) for field in ("suite", "seed", "n_cases", "quantization", "device")}
    return HEAD.format(name=manifest.name, version=manifest.version, **fields)


def _warnings(runs: Mapping[str, Measurement]) -> list[str]:
    """What a reader must know before believing a number."""
    partial = [
        f"**Partial:** the run {name} was stopped after {run.n_cases:,} of {run.n_listed:,} cases.\n"
        for name, run in runs.items()
        if run.is_partial
    ]
    left_out = [
        f"{len(run.left_out):,} cases of the run {name} were left out.\n" for name, run in runs.items() if run.left_out
    ]
    notes = dict.fromkeys(note for run in runs.values() for note in run.findings.notes)
    return [*partial, *left_out, *(f"{note}\n" for note in notes)]


def _command(run: Measurement) -> list[str]:
    return [f"    {run.command}\n"] if run.command else []


def _tables(shipped: Measurement) -> list[str]:
    """All figures that have no goal of their own, and those by kind."""
    lines: list[str] = []
    for title in dict.fromkeys(figure.table for figure in shipped.figures):
        figures = [each for each in shipped.figures if each.table == title and each.name not in GOALS]
        if not figures or title == BY_LANGUAGE:
            continue
        drawn = draw_kinds(figures) if title.startswith(BY_KIND) else draw_figures(figures)
        lines += [f"\n## {'Other figures' if title == 'Overall' else title}\n", *drawn]
    return lines


def _confusion(confusion: Mapping[str, Mapping[str, int]]) -> list[str]:
    n_columns = len({column for row in confusion.values() for column in row})
    return draw_confusion(confusion) if n_columns <= WIDEST else draw_mistakes(confusion)


def _training(manifest: Manifest) -> list[str]:
    if not manifest.provenance:
        return []
    rows = [[name, f"`{line}`"] for name, line in manifest.provenance.items()]
    return ["\n## Training\n", *draw_table(["run", "last line of its log"], rows)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Reads the command line and writes the report; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m build.evaluation.report", description=__doc__)
    parser.add_argument("--run", action="append", required=True, help="name=file, the shipped pack's first")
    parser.add_argument("--also", type=Path, action="append", default=[], help="JSON of a public test set")
    parser.add_argument("--pack", type=Path, default=Path("models/nano"))
    parser.add_argument("--cases", type=Path, required=True, help="the folder of the worst cases' pictures")
    parser.add_argument("--out", type=Path, default=Path("models/nano"))
    order = parser.parse_args(arguments)
    try:
        runs = {name: read_json(Path(file), Measurement) for name, _, file in (run.partition("=") for run in order.run)}
        write_report(runs, [read_json(path, Measurement) for path in order.also], order.pack, order.cases, order.out)
    except (BuildError, PackError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
