"""What a stage starts from: the public checkpoints, an earlier stage's results over them, or weights drawn anew.

All is put together under the checkpoints' own names, so that the build's tables read it like a public file, and so
that what was learnt can be written back under them.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from build.checkpoint import LazyTensor, read_pickle
from build.dims import Dims
from build.errors import BuildError
from build.parts import hearing, vision
from build.recipe import Recipe, Source
from build.sources import find_source
from build.tensor_table import Shapes
from build.training.recipe import FRESH, PartName, Sense, TrainingRecipe

Checkpoints = dict[str, Mapping[str, LazyTensor]]
"""For each role of a step's sources the tensors, by the checkpoint's own names."""

_JOINER = "multimodal_joiner"
PREFIXES: Mapping[PartName, tuple[str, ...]] = {
    "vision.qformer": ("query_tokens", "Qformer."),
    "vision.projection": (f"{_JOINER}.modality_post_projectors.vision.",),
    "hearing.qformer": (f"{_JOINER}.modality_qformers.audio.",),
    "hearing.projection": (f"{_JOINER}.modality_post_projectors.audio.",),
}
"""How the names of a part's tensors begin in its checkpoint."""
SOURCE_SHAPES: Mapping[Sense, Callable[[Dims], dict[str, Shapes]]] = {
    "vision": vision.source_shapes,
    "hearing": hearing.source_shapes,
}
_MINIGPT4 = {"llama_proj.": f"{_JOINER}.modality_post_projectors.vision.fc."}  # Source: MiniGPT-4's checkpoints
_DEVIATION = 0.02  # Source: BERT's `initializer_range`, with which BuboGPT draws the Q-Former of stage 1


class Starts:
    """Finds and reads what a stage starts from.

    Args:
        recipe: the stage's.
        pack: the pack's recipe.
        dims: sizes.
        folder: holds each source as NAME or FILE.
        earlier: the folder of an earlier stage, whose results replace what the sources hold; None where there is none.
        seed: of the weights that are drawn anew.
    """

    def __init__(
        self, recipe: TrainingRecipe, pack: Recipe, dims: Dims, folder: Path, earlier: Path | None, seed: int
    ) -> None:
        self._recipe, self._pack, self._dims, self._seed = recipe, pack, dims, seed
        self._folder, self._earlier = folder, earlier

    def language(self) -> Path:
        """The language network's folder. Raises `BuildError` where it is missing."""
        return self._find(self._pack.steps["language"].sources["source"])

    def sense(self, sense: Sense) -> Checkpoints:
        """The checkpoints of a sense by their roles.

        Raises:
            BuildError: files are missing or damaged; all of them are told.
        """
        checkpoints: Checkpoints = {}
        problems: list[str] = []
        shapes = SOURCE_SHAPES[sense](self._dims)
        for role, source in self._pack.steps[sense].sources.items():
            try:
                checkpoints[role] = self._compose(source, shapes[role])
            except BuildError as error:
                problems += error.problems
        if problems:
            raise BuildError(*problems)
        return checkpoints

    def _compose(self, source: str, shapes: Shapes) -> dict[str, LazyTensor]:
        """The tensors that a role needs: the earlier stage's, else as `starts` says, else the source's."""
        tensors = self._read_earlier(source, shapes)
        for part, start in self._recipe.starts.items():
            lacking = {name: shape for name, shape in shapes.items() if name not in tensors and is_of_part(name, part)}
            tensors |= self._begin(start, lacking) if lacking else {}
        if all(name in tensors for name in shapes):
            return tensors
        return {**read_pickle(self._find(source), stays_mapped=True), **tensors}

    def _read_earlier(self, source: str, shapes: Shapes) -> dict[str, LazyTensor]:
        file = self._pack.sources[source].file
        if self._earlier is None or file is None or not (self._earlier / file).is_file():
            return {}
        return {
            name: tensor
            for name, tensor in read_pickle(self._earlier / file, stays_mapped=True).items()
            if name in shapes
        }

    def _begin(self, start: str, shapes: Shapes) -> dict[str, LazyTensor]:
        if start == FRESH:
            return {name: LazyTensor(shape, partial(_draw, name, shape, self._seed)) for name, shape in shapes.items()}
        path = self._find(start)
        renamed = {_their_name(name): tensor for name, tensor in read_pickle(path, stays_mapped=True).items()}
        if missing := [name for name in shapes if name not in renamed]:
            raise BuildError(f"{path.name} lacks {', '.join(missing)}.")
        return {name: renamed[name] for name in shapes}

    def _find(self, name: str) -> Path:
        source: Source = {**self._pack.sources, **self._recipe.sources}[name]
        path = find_source(name, source, self._folder)
        if path is None:
            what = source.file or ", ".join(source.files)
            raise BuildError(f"The source {name} is missing: {what} must be in {self._folder / name}.")
        return path


def is_of_part(name: str, part: PartName) -> bool:
    """Whether a tensor with this name in its checkpoint belongs to the part."""
    return name.startswith(PREFIXES[part])


def _their_name(name: str) -> str:
    for theirs, ours in _MINIGPT4.items():
        name = ours + name.removeprefix(theirs) if name.startswith(theirs) else name
    return name


def _draw(name: str, shape: tuple[int, ...], seed: int) -> NDArray[np.float32]:
    """The same in every process: norms as ones, biases as zeros, all else normal."""
    if len(shape) == 1:
        return np.full(shape, float(name.endswith("weight")), np.float32)
    rng = np.random.default_rng((seed, zlib.crc32(name.encode())))
    return rng.standard_normal(shape, np.float32) * np.float32(_DEVIATION)
