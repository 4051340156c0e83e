"""A full-size pack with random weights, for measuring: the very steps that make the real one, on drawn checkpoints.

python -m build.random_pack bubogpt-7b --out DIR [--grounding SET] [--quantize none] [--only vision,hearing]

Speed and memory are those of the real pack; its answers mean nothing. The language network alone takes a short cut
(`build.random_language`), for drawing and quantising all of its layers takes many times as long.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, get_args

import msgspec
from transformers import LlamaConfig

from bubo_desktop.packs.manifest import LanguagePart
from build.apart import run_apart
from build.checkpoint import LazyTensor
from build.dims import Dims, change_dims
from build.errors import BuildError
from build.pack_manifest import write_manifest
from build.pack_steps import WORK_FOLDER, Record, describe_file, say
from build.parts.language import FILE as LANGUAGE_FILE
from build.random_language import write_random_language
from build.recipe import Recipe, StepName, StepRecipe, read_recipe
from build.tensor_table import Shapes, random_tensors
from build.workshop import Made, Quantize, Workshop

RECIPES = Path(__file__).parent / "recipes"
N_AT_ONCE = 2  # steps; the two that take most memory need less than 12 GB together
_NORM_EPS = 1e-6  # Source: config.json of LLaMA-7B


@dataclass(frozen=True)
class RandomWorkshop(Workshop):
    """A workshop whose checkpoints are drawn; `shapes` says for each source what it holds."""

    shapes: Mapping[str, Shapes] = field(default_factory=dict)

    def checkpoint(self, source_name: str, key: str | None = None) -> Mapping[str, LazyTensor]:  # noqa: ARG002
        """Random tensors under the names, and of the shapes, of the public checkpoint."""
        return random_tensors(self.shapes[source_name])


def make_random_pack(
    recipe: Recipe, folder: Path, quantize: Quantize, grounding: str | None = None, only: tuple[str, ...] = ()
) -> None:
    """Makes the pack; parts that are not asked for stay as they were made before.

    Raises:
        BuildError: there is no such grounding set or step.
    """
    steps = recipe.chosen_steps(grounding)
    if unknown := sorted(set(only) - set(steps)):
        raise BuildError(f"The recipe has no step called {', '.join(unknown)}; it has {', '.join(steps)}.")
    (folder / WORK_FOLDER).mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(N_AT_ONCE) as pool:
        wanted = [name for name in steps if not only or name in only]
        for _ in pool.map(lambda name: _do_step(name, recipe, steps[name], quantize, folder), wanted):
            pass  # the first failure is raised here
    _finish(recipe, folder, [name for name in steps if _record_path(folder, name).is_file()])


def _do_step(name: StepName, recipe: Recipe, step: StepRecipe, quantize: Quantize, folder: Path) -> None:
    say(f"{name}: {step.makes}, drawn.")
    record, cost = run_apart(_make_part, name, recipe, step, quantize, folder)
    _record_path(folder, name).write_bytes(msgspec.json.encode(record))
    size_mb = sum(file.size_bytes for file in record.files) / 1e6
    times = f"{cost.wall_s:.0f} s ({cost.cpu_s:.0f} s of processor time)"
    say(f"{name}: {size_mb:,.0f} MB in {times}, at most {cost.peak_bytes / 1e9:.2f} GB of memory.")


def _finish(recipe: Recipe, folder: Path, names: list[StepName]) -> None:
    """Writes `pack.json`, once there is a language network: without one there is no pack."""
    if "language" not in names:
        say("There is no language network yet, and so no pack.json.")
        return
    marked = msgspec.structs.replace(
        recipe,
        id=f"{recipe.id}-random",
        name=f"{recipe.name}, random weights",
        description="For measuring speed and memory. Its answers mean nothing.",
    )
    records = {name: msgspec.json.decode(_record_path(folder, name).read_bytes(), type=Record) for name in names}
    write_manifest(folder, marked, records, {}, {"weights": "random"})
    say(f"The pack is in {folder}.")


def _record_path(folder: Path, name: StepName) -> Path:
    return folder / WORK_FOLDER / f"{name}.json"


def _make_part(name: StepName, recipe: Recipe, step: StepRecipe, quantize: Quantize, folder: Path) -> Record:
    dims = change_dims(Dims(), recipe.dims)
    with TemporaryDirectory(dir=folder / WORK_FOLDER) as scratch:
        workshop = Workshop(dims, folder, Path(scratch), quantize, lambda line: say(f"{name}: {line}"))
        is_language = name == "language"
        made = _make_language(workshop, step.options) if is_language else _make_network(name, recipe, step, workshop)
    files = tuple(describe_file(folder, file) for file in made.files)
    return Record("", msgspec.to_builtins(made.part), files, made.figures)


def _make_language(workshop: Workshop, options: Mapping[str, Any]) -> Made:
    dims, n_ctx = workshop.dims, options["n_ctx"]
    quantization = options["quantization"] if workshop.quantize == "int4" else None
    config = LlamaConfig(
        vocab_size=dims.vocab, hidden_size=dims.llm, intermediate_size=dims.llm_ffn, num_hidden_layers=dims.llm_layers,
        num_attention_heads=dims.llm_heads, max_position_embeddings=n_ctx, rms_norm_eps=_NORM_EPS,
        tie_word_embeddings=False,
    )  # fmt: skip
    write_random_language(workshop.out_dir / LANGUAGE_FILE, config, quantization)
    return Made(LanguagePart(LANGUAGE_FILE, dims.llm, n_ctx, quantization or "F16"), (LANGUAGE_FILE,), {})


def _make_network(name: StepName, recipe: Recipe, step: StepRecipe, workshop: Workshop) -> Made:
    """Runs a step on drawn checkpoints (`source_shapes`), on a drawn folder of transformers' (`random_folder`), or on
    both: a folder of which only the weights are drawn when they are read.
    """
    part = import_module(f"build.parts.{name}")
    given = {field: getattr(workshop, field) for field in workshop.__dataclass_fields__}
    sources = step.sources
    if hasattr(part, "source_shapes"):
        roles = part.source_shapes(workshop.dims)
        given["shapes"] = {sources[role]: shapes for role, shapes in roles.items()}
        sources = {role: sources[role] for role in roles}  # lists of words are left out
    if hasattr(part, "random_folder"):
        [source] = sources.values()
        drawn = workshop.scratch_dir / "drawn"
        drawn.mkdir()
        published = (recipe.sources[source].repository or "").rpartition("/")[2]
        part.random_folder(drawn, {"network": published, **step.options})
        given["sources"] = {source: drawn}
    made: Made = part.make(RandomWorkshop(**given), step.options | sources)
    return made


def main() -> None:
    """Reads the command line and makes a pack."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recipe", choices=sorted(path.stem for path in RECIPES.glob("*.toml")))
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--grounding", metavar="SET", help="default: the recipe's")
    parser.add_argument("--quantize", choices=get_args(Quantize), default="int4")
    parser.add_argument("--only", metavar="STEP,...", default="", help="parts to make (again); default: all")
    arguments = parser.parse_args()
    only = tuple(filter(None, arguments.only.split(",")))
    try:
        recipe = read_recipe(RECIPES / f"{arguments.recipe}.toml")
        make_random_pack(recipe, arguments.out, arguments.quantize, arguments.grounding, only)
    except BuildError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
