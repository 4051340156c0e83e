"""Compares a pack with PyTorch and with llama.cpp's own tools, and says which goals it meets.

python -m build.compare --pack DIR [--native DIR] [--quick] [--only tools,levers] [--threads N] [--json FILE]

Processor time, the best of several rounds taken in turns: other programs on the machine spoil wall time, and this
less. What they do to caches and memory remains: compare figures of one run only.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from bubo_desktop.errors import BuboError
from bubo_desktop.packs.manifest import read_manifest
from build.compare.figures import Figure, count_verdicts, draw_table
from build.compare.native import Settings
from build.compare.report import list_comparisons, write_report
from build.errors import BuildError
from build.native_llama import DEFAULT_DIR, TOOLS, find_tools

N_QUICK, N_THOROUGH = 2, 5  # rounds
LEFT_OUT_IF_QUICK = ("repacked",)
N_BATCH, N_CTX = 128, 1024


def main() -> None:
    """Reads the command line, measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--native", type=Path, default=DEFAULT_DIR / "build", help="as build.native_llama prints it")
    parser.add_argument("--quick", action="store_true", help=f"{N_QUICK} rounds instead of {N_THOROUGH}, and less")
    parser.add_argument("--only", metavar="NAME,...", default="", help="some of the comparisons")
    parser.add_argument("--threads", type=int, default=1, help="of the language networks; encoders run on one")
    parser.add_argument("--json", type=Path, help="where to write the report, besides printing it")
    arguments = parser.parse_args()
    try:
        compare(arguments)
    except (BuildError, BuboError) as error:
        sys.exit(str(error))


def compare(arguments: argparse.Namespace) -> None:
    """Runs the comparisons that are asked for, and reports.

    Raises:
        BuildError, BuboError: something is missing, or does not run.
    """
    manifest, tools = read_manifest(arguments.pack), find_tools(arguments.native)
    if missing := [name for name in TOOLS if name not in tools]:
        print(f"{arguments.native} has no {' and no '.join(missing)}: make them with python -m build.native_llama.")
        tools = {}
    settings = Settings(arguments.threads, N_BATCH, N_CTX)
    n_rounds = N_QUICK if arguments.quick else N_THOROUGH
    known = list_comparisons(arguments.pack, manifest, tools, settings, n_rounds)
    names = _choose(arguments.only, [*known], quick=arguments.quick)
    figures: list[Figure] = []
    for name in names:
        print(f"{name} ...", file=sys.stderr, flush=True)
        figures += known[name]()
    report = write_report(manifest, settings, n_rounds, figures)
    print(f"{report.pack} on {report.machine}")
    print(f"{settings.n_threads} threads, batches of {N_BATCH}, the best of {n_rounds} rounds, processor time")
    print(f"{draw_table(figures)}\n{count_verdicts(figures)}")
    if arguments.json:
        arguments.json.write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=1) + b"\n")


def _choose(asked: str, known: Sequence[str], *, quick: bool) -> list[str]:
    names = [name for name in asked.split(",") if name]
    if unknown := sorted(set(names) - set(known)):
        raise BuildError(f"Nothing here is called {', '.join(unknown)}; there are {', '.join(known)}.")
    return names or [name for name in known if not (quick and name in LEFT_OUT_IF_QUICK)]


if __name__ == "__main__":
    main()
