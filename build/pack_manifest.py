"""The manifest of a pack that a recipe made: its parts, where they came from, and the figures of their proof."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

import msgspec

from bubo_desktop.packs.manifest import MANIFEST_NAME, Manifest, PackFile, Parts, SelfTestCase
from build.pack_steps import Record, describe_file
from build.recipe import PART_OF_STEP, Recipe, StepName
from build.sources import Stock, describe_source

_REPOSITORY = Path(__file__).parents[1]
_LIBRARIES = ("llama-cpp-python", "onnxruntime", "torch", "transformers")


def write_manifest(
    folder: Path,
    recipe: Recipe,
    records: Mapping[StepName, Record],
    stocks: Mapping[str, Stock],
    origin: Mapping[str, str],
) -> Manifest:
    """Writes `pack.json`, and the samples that the pack's self-test asks about.

    Args:
        folder: where the parts' files lie.
        recipe: what the pack was made of.
        records: what each step made.
        stocks: the sources it was made of.
        origin: where everything came from, as `describe_origin` says it.
    """
    parts = msgspec.convert({PART_OF_STEP[step]: record.part for step, record in records.items()}, Parts)
    files = [file for record in records.values() for file in record.files] + _copy_samples(folder, recipe)
    manifest = Manifest(
        id=recipe.id,
        name=recipe.name,
        version=recipe.version,
        description=recipe.description,
        languages=recipe.languages,
        parts=parts,
        files=tuple(sorted(files, key=lambda file: file.path)),
        prompt=recipe.prompt,
        sampling=recipe.sampling,
        synonyms=recipe.synonyms,
        licences=recipe.licences | {name: recipe.sources[name].licence for name in stocks},
        provenance=dict(origin),
        proof={PART_OF_STEP[step]: record.figures for step, record in records.items()},
        self_test=tuple(case for case in recipe.self_test if _can_answer(parts, case)),
    )
    (folder / MANIFEST_NAME).write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n")
    return manifest


def describe_origin(path: Path, recipe: Recipe, stocks: Mapping[str, Stock], settings: str) -> dict[str, str]:
    """What a pack says of its provenance: the recipe and how it was used, the libraries, and every source's files."""
    told = {
        "recipe": f"{path.name}, sha256 {hashlib.sha256(path.read_bytes()).hexdigest()}; {settings}",
        "made with": ", ".join(f"{library} {version(library)}" for library in _LIBRARIES),
    }
    for name, stock in stocks.items():
        told |= {f"{name}/{file}": text for file, text in describe_source(recipe.sources[name], stock).items()}
    return told


def _copy_samples(folder: Path, recipe: Recipe) -> list[PackFile]:
    copied = []
    for sample in recipe.samples:
        target = folder / "samples" / Path(sample).name
        target.parent.mkdir(exist_ok=True)
        shutil.copyfile(_REPOSITORY / sample, target)
        copied.append(describe_file(folder, f"samples/{target.name}"))
    return copied


def _can_answer(parts: Parts, case: SelfTestCase) -> bool:
    """Whether the pack has the senses for a question."""
    sees, hears = parts.vision is not None, parts.hearing is not None
    return (sees or case.image is None) and (hears or case.sound is None)
