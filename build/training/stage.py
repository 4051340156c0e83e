"""A stage from beginning to end: everything is found and read before any work, then it learns, then it is written."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

import msgspec
import torch
from msgspec import Struct
from sentencepiece import SentencePieceProcessor
from transformers.utils.logging import disable_progress_bar

from bubo_desktop.environment import quiet_libraries
from bubo_desktop.packs.manifest import PixelInput
from build.dims import Dims, change_dims, read_dims
from build.errors import BuildError
from build.parts.hearing import mel_input
from build.parts.vision import MEAN, STD
from build.recipe import Recipe
from build.training.curriculum import gather_samples, mix_evenly, read_places
from build.training.files import FileStream
from build.training.lessons import Layout
from build.training.loop import Run, open_accelerator
from build.training.mixture import Mixture
from build.training.recipe import TrainingRecipe, read_training_recipe
from build.training.results import make_pupil, write_results
from build.training.samples import Samples
from build.training.starts import Starts

FROZEN_TYPES = {"no": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}
"""Accelerate's mixed precision -> how the frozen encoders and the language network are held."""

Found = TypeVar("Found")


class Order(Struct, frozen=True, kw_only=True):
    """What the user asked for; see the command line's help."""

    recipe: Path
    sources: Path
    data: Path
    out: Path
    start: Path | None = None
    dims: Path | None = None
    workers: int = 0


def teach(order: Order) -> list[Path]:
    """Runs a stage, or goes on with it; returns the files it wrote at its end.

    Raises:
        BuildError: something is missing or not as it must be, told before any work; or the loss is no number any more.
    """
    accelerator = open_accelerator()
    recipe, pack = read_training_recipe(order.recipe)
    dims = change_dims(Dims(), pack.dims)
    dims = dims if order.dims is None else read_dims(order.dims, dims)
    starts = Starts(recipe, pack, dims, order.sources, order.start, recipe.plan.seed)
    problems: list[str] = []
    samples = _try(lambda: gather_samples(read_places(order.data), recipe.mixture), problems)
    taught = _try(lambda: make_pupil(recipe, dims, starts, FROZEN_TYPES[accelerator.mixed_precision]), problems)
    if samples is None or taught is None:
        raise BuildError(*problems)
    stream = _open_stream(recipe, pack, dims, starts, *samples)
    counts = {kind: len(of_kind) for kind, of_kind in samples[0].items()}
    settings = msgspec.json.encode((recipe, recipe.prompt_of(pack), dims, str(order.start), counts)).decode()
    run = Run(accelerator, taught.pupil, stream, recipe.plan, order.out, settings, order.workers)
    learned = run.learn()
    written = write_results(order.out, pack, dims, taught, learned) if accelerator.is_main_process else []
    accelerator.end_training()
    return written


def read_order(description: str, recipe: Path) -> Order:
    """Reads a stage's command line; `recipe` is its own recipe."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recipe", type=Path, default=recipe, help="default: %(default)s")
    parser.add_argument("--sources", type=Path, required=True, metavar="DIR", help="holds each source as NAME or FILE")
    parser.add_argument("--data", type=Path, required=True, metavar="TOML", help="says where the data sets are")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="of the run, which goes on if it is there"
    )
    parser.add_argument("--start", type=Path, metavar="DIR", help="an earlier stage's --out, whose results go first")
    parser.add_argument("--dims", type=Path, metavar="JSON", help="other sizes than the recipe's")
    parser.add_argument("--workers", type=int, default=0, help="processes that read files; default: %(default)s")
    return Order(**vars(parser.parse_args()))


def run_stage(description: str, recipe: Path) -> int:
    """Reads the command line and runs the stage; returns the exit status."""
    quiet_libraries()
    disable_progress_bar()  # transformers', one for each process
    order = read_order(description, recipe)
    try:
        for path in teach(order):
            print(f"What was learnt is in {path}.")
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped: the same command goes on from the last checkpoint.", file=sys.stderr)
        return 130
    return 0


def _open_stream(
    recipe: TrainingRecipe,
    pack: Recipe,
    dims: Dims,
    starts: Starts,
    learnt: Mapping[str, Samples],
    held: Mapping[str, Samples],
) -> FileStream:
    plan = recipe.plan
    ratio = {str(kind): share for kind, share in recipe.mixture.items()}
    mixture = Mixture(learnt, ratio, plan.batch_size * plan.schedule.n_steps, plan.seed)
    validation = mix_evenly(held, plan.batch_size * recipe.n_validation, plan.seed)
    tokenizer = SentencePieceProcessor(model_file=str(starts.language() / "tokenizer.model"))
    layout = Layout(recipe.prompt_of(pack), tokenizer, dims.nq, recipe.n_answer_tokens)
    pixels = PixelInput(dims.img, dims.img, "crop", MEAN, STD)
    return FileStream(mixture, validation, layout, pixels, mel_input(dims), plan.batch_size)


def _try(work: Callable[[], Found], problems: list[str]) -> Found | None:
    """Does a part of the preparation; what is wrong with it is added to what is wrong with the others."""
    try:
        return work()
    except BuildError as error:
        problems += error.problems
        return None
