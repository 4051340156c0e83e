"""From checkpoints to a pupil and back: what was learnt is written under the public names, and converts as they do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from build.checkpoint import LazyTensor
from build.dims import Dims
from build.recipe import Recipe
from build.training.bubogpt import BuboGPT, SenseNetwork, load_language, load_sense
from build.training.checkpoints import write_whole
from build.training.recipe import Sense, TrainingRecipe
from build.training.starts import SOURCE_SHAPES, Checkpoints, Starts, is_of_part


class Origin(NamedTuple):
    """Where a tensor stands in the public files: a sense's role, and the name there."""

    sense: Sense
    role: str
    name: str


@dataclass(frozen=True)
class Taught:
    """A pupil and what it was made of.

    Attributes:
        pupil: the whole network; its learning parts require gradients.
        starts: for each sense what it started from.
        origins: the learning parameters' names -> where they came from.
    """

    pupil: BuboGPT
    starts: Mapping[Sense, Checkpoints]
    origins: Mapping[str, Origin]


def make_pupil(recipe: TrainingRecipe, dims: Dims, starts: Starts, frozen: torch.dtype) -> Taught:
    """The network of a stage, with the recipe's parts ready to learn and all else frozen in the type `frozen`.

    Raises:
        BuildError: what it starts from is missing, or is not as it must be.
    """
    checkpoints = {sense: starts.sense(sense) for sense in recipe.senses}
    senses: dict[Sense, SenseNetwork] = {}
    parameters: dict[int, Origin] = {}
    for sense, roles in checkpoints.items():
        senses[sense], tensors = load_sense(sense, dims, roles, frozen)
        origins = _find_origins(sense, roles, tensors)
        for name, parameter in senses[sense].tensors().items():
            if any(is_of_part(origins[name].name, part) for part in recipe.learns):
                parameters[id(parameter.requires_grad_())] = origins[name]
    pupil = BuboGPT(load_language(starts.language(), dims, frozen), senses)
    return Taught(pupil, checkpoints, {name: parameters[id(p)] for name, p in pupil.learning().items()})


def write_results(out: Path, pack: Recipe, dims: Dims, taught: Taught, learned: Mapping[str, Tensor]) -> list[Path]:
    """Writes the files of the pack's sources that hold anything that was learnt, whole, in their published form.

    Args:
        out: their folder.
        pack: the pack's recipe, which says how they are called.
        dims: sizes.
        taught: what learnt.
        learned: values by the pupil's names, each of its parameter's shape.
    """
    changed = {taught.origins[name]: tensor for name, tensor in learned.items() if name in taught.origins}
    files: dict[str, dict[str, Tensor]] = defaultdict(dict)
    for sense, roles in taught.starts.items():
        shapes = SOURCE_SHAPES[sense](dims)
        for role, tensors in roles.items():
            file = pack.sources[pack.steps[sense].sources[role]].file or role
            for name in shapes[role]:
                value = changed.get(Origin(sense, role, name))
                files[file][name] = torch.from_numpy(tensors[name].read()) if value is None else value.float()
    learnt = {
        pack.sources[pack.steps[origin.sense].sources[origin.role]].file or origin.role
        for origin in taught.origins.values()
    }
    for file in learnt:
        write_whole(out / file, {"model": files[file]})
    return [out / file for file in sorted(learnt)]


def _find_origins(sense: Sense, roles: Checkpoints, tensors: Mapping[str, LazyTensor]) -> dict[str, Origin]:
    """Our names -> where the build's tables found them: they hand on the very tensors of a checkpoint."""
    known = {id(tensor): Origin(sense, role, name) for role, found in roles.items() for name, tensor in found.items()}
    return {name: known[id(tensor)] for name, tensor in tensors.items() if id(tensor) in known}
