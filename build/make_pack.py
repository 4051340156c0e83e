"""Makes a pack from public checkpoints, as a recipe says.

python -m build.make_pack build/recipes/bubogpt-7b.toml --sources DIR --out models/bubogpt-7b [--fetch] [--resume]
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import get_args

from msgspec import Struct

from bubo_desktop.environment import quiet_libraries
from bubo_desktop.packs.catalog import UNFINISHED_SUFFIX
from bubo_desktop.packs.integrity import unlisted_files
from bubo_desktop.paths import HOME_VARIABLE, program_command
from build.dims import Dims, change_dims, read_dims
from build.errors import BuildError
from build.fetching import fetch_sources
from build.pack_manifest import describe_origin, write_manifest
from build.pack_steps import WORK_FOLDER, Job, finish_step, run_step_apart, say
from build.recipe import Recipe, Steps, read_recipe
from build.sources import Stock, take_stock
from build.workshop import Quantize

_FLOAT_FACTOR = 4  # the size of float32 over that of INT8, and of float16 over that of INT4


class Order(Struct, frozen=True, kw_only=True):
    """What the user asked for; see the command line's help."""

    recipe: Path
    sources: Path
    out: Path
    dims: Path | None = None
    quantize: Quantize = "int4"
    grounding: str | None = None
    without: tuple[str, ...] = ()
    fetch: bool = False
    resume: bool = False

    @property
    def unfinished(self) -> Path:
        """Where the pack is until it is whole."""
        return self.out.with_name(self.out.name + UNFINISHED_SUFFIX)


def make_pack(order: Order) -> None:
    """Makes the pack; until it is finished and checked it is called `OUT.part`.

    Raises:
        BuildError: something is wrong with the recipe, the sources or the place, told before any work; or a step or
            the finished pack's check failed.
    """
    recipe = read_recipe(order.recipe)
    steps = recipe.chosen_steps(order.grounding, order.without)
    dims = change_dims(Dims(), recipe.dims)
    asked_dims = dims if order.dims is None else read_dims(order.dims, dims)
    _check_place(order)
    stocks = _stock(order, recipe, steps, is_exact=asked_dims == dims)
    if asked_dims == dims and not order.resume:
        _check_space(order, steps)
    folder = order.unfinished
    (folder / WORK_FOLDER).mkdir(parents=True, exist_ok=True)
    sizes = f"sizes of {order.dims.name}" if order.dims else "the recipe's sizes"
    settings = f"grounding {order.grounding or recipe.grounding}, quantize {order.quantize}, {sizes}"
    records = {
        step: finish_step(Job(step, recipe_of_step, asked_dims, order.quantize, stocks, str(folder)))
        for step, recipe_of_step in steps.items()
    }
    origin = describe_origin(order.recipe, recipe, stocks, settings)
    manifest = write_manifest(folder, recipe, records, stocks, origin)
    _check_pack(folder)
    shutil.rmtree(folder / WORK_FOLDER)
    for path in unlisted_files(folder, manifest):  # of a run that was stopped, with other options
        (folder / path).unlink()
    folder.rename(order.out)
    size_mb = sum(file.size_bytes for file in manifest.files) / 1e6
    say(f"The pack {recipe.id} is in {order.out}: {size_mb:,.1f} MB.")


def _check_place(order: Order) -> None:
    if order.out.exists():
        raise BuildError(f"{order.out} is there already: remove it, or choose another --out.")
    if order.unfinished.exists() and not order.resume:
        raise BuildError(f"{order.unfinished} is an unfinished pack: go on with --resume, or remove it.")


def _stock(order: Order, recipe: Recipe, steps: Steps, *, is_exact: bool) -> dict[str, Stock]:
    """The sources of these steps, fetched where asked, all found and read."""
    names = dict.fromkeys(source for step in steps.values() for source in step.sources.values())
    needed = {name: recipe.sources[name] for name in names}
    if order.fetch:
        run_step_apart("Fetching", fetch_sources, needed, order.sources, say)
    if not is_exact:
        say("Other sizes than the recipe's: its SHA-256 are not those of these sources, and are not compared.")
    say(f"Reading {len(needed)} sources in {order.sources}.")
    return take_stock(needed, order.sources, is_exact=is_exact)


def _check_space(order: Order, steps: Steps) -> None:
    pack_mb = sum(step.about_mb for step in steps.values()) * (1 if order.quantize == "int4" else _FLOAT_FACTOR)
    needed_mb = pack_mb + max(step.scratch_mb for step in steps.values())
    order.out.parent.mkdir(parents=True, exist_ok=True)
    free_mb = shutil.disk_usage(order.out.parent).free / 1e6
    say(f"The pack takes about {needed_mb / 1e3:.1f} GB while it is made; {free_mb / 1e3:.1f} GB are free.")
    if needed_mb > free_mb:
        raise BuildError(f"{order.out.parent} has too little room: {needed_mb / 1e3:.1f} GB are needed.")


def _check_pack(folder: Path) -> None:
    """Has the program itself load the pack, in a process and with settings that are thrown away."""
    say("Checking the finished pack.")
    environment = os.environ | {HOME_VARIABLE: str((folder / WORK_FOLDER / "home").resolve())}
    command = [*program_command(), "packs", "check", str(folder.resolve())]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    say(done.stdout.rstrip())
    if done.returncode:
        raise BuildError(f"The finished pack fails its check: {done.stderr.strip()}")


def _interrupt(*_: object) -> None:
    """Ctrl-C: a step may be in the middle of minutes of computing that looks at no signal."""
    for child in multiprocessing.active_children():
        child.terminate()
    raise KeyboardInterrupt


def _read_order() -> Order:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recipe", type=Path, help="such as build/recipes/bubogpt-7b.toml")
    parser.add_argument("--sources", type=Path, required=True, metavar="DIR", help="holds each source as NAME or FILE")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="the pack's folder, which is made")
    parser.add_argument("--dims", type=Path, metavar="JSON", help="other sizes than the recipe's")
    parser.add_argument("--quantize", choices=get_args(Quantize), default="int4", help="default: int4")
    parser.add_argument("--grounding", metavar="SET", help="one of the recipe's grounding sets, or none")
    parser.add_argument("--without", action="append", default=[], metavar="STEP", help="leave a part out")
    parser.add_argument("--fetch", action="store_true", help="fetch what is missing of the sources")
    parser.add_argument("--resume", action="store_true", help="go on with what an earlier run left")
    options = vars(parser.parse_args())
    return Order(**options | {"without": tuple(options["without"])})


def main() -> int:
    """Reads the command line and makes the pack; returns the exit status."""
    quiet_libraries()
    signal.signal(signal.SIGINT, _interrupt)
    order = _read_order()
    try:
        make_pack(order)
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped. The finished steps are kept: go on with --resume.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
