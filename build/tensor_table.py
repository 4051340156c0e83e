"""Which tensors of a public checkpoint a network takes, and under which names of ours."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from build.checkpoint import LazyTensor
from build.errors import BuildError

Shapes = Mapping[str, tuple[int, ...]]
"""Name of a tensor -> its shape."""


@dataclass(frozen=True, slots=True)
class TensorTable:
    """An explicit table of a checkpoint's tensors.

    Attributes:
        source: what the checkpoint is called in messages.
        names: their name -> our name.
        dropped: regular expressions for whole names that are left out on purpose; such tensors may be missing.
    """

    source: str
    names: Mapping[str, str]
    dropped: tuple[str, ...] = ()

    def select(self, tensors: Mapping[str, LazyTensor]) -> dict[str, LazyTensor]:
        """The tensors of `names` under our names.

        Raises:
            BuildError: some are missing, or the checkpoint holds some that this table does not know; all are named.
        """
        dropped = re.compile("|".join(self.dropped) or r"(?!)")
        missing = [name for name in self.names if name not in tensors]
        unknown = [name for name in tensors if name not in self.names and not dropped.fullmatch(name)]
        problems = [
            *_sentences(missing, f"{self.source} lacks"),
            *_sentences(unknown, f"{self.source} holds tensors that are not known here:"),
        ]
        if problems:
            raise BuildError(*problems)
        return {ours: tensors[theirs] for theirs, ours in self.names.items()}

    def source_shapes(self, shapes: Shapes) -> dict[str, tuple[int, ...]]:
        """Shapes by their names, from shapes by ours."""
        return {theirs: shapes[ours] for theirs, ours in self.names.items()}


def check_shapes(source: str, tensors: Mapping[str, LazyTensor], shapes: Shapes) -> None:
    """Compares tensors with what a network takes.

    Raises:
        BuildError: a tensor is missing, surplus or of another shape; all are named.
    """
    missing, surplus = [sorted(set(a) - set(b)) for a, b in ((shapes, tensors), (tensors, shapes))]
    wrong = [
        f"{name} {tensors[name].shape} instead of {shape}"
        for name, shape in shapes.items()
        if name in tensors and tensors[name].shape != shape
    ]
    problems = [
        *_sentences(missing, f"{source} lacks"),
        *_sentences(surplus, f"{source} has no place for"),
        *_sentences(wrong, f"{source} has tensors of other sizes:"),
    ]
    if problems:
        raise BuildError(*problems)


def random_tensors(shapes: Shapes, seed: int = 0) -> dict[str, LazyTensor]:
    """Tensors for measuring without a checkpoint, drawn anew, and equally, whenever they are read.

    Matrices and kernels are normal with a variance of one over the fan-in, so that activations keep their size;
    one-dimensional weights (those of norms) are ones, other vectors normal with a deviation of 0.02.
    """
    return {name: LazyTensor(shape, partial(_draw, name, shape, seed)) for name, shape in shapes.items()}


def _draw(name: str, shape: tuple[int, ...], seed: int) -> NDArray[np.float32]:
    if len(shape) == 1 and name.endswith("weight"):
        return np.ones(shape, np.float32)
    deviation = np.prod(shape[1:]) ** -0.5 if len(shape) in {2, 4} else 0.02
    rng = np.random.default_rng((seed, zlib.crc32(name.encode())))
    values: NDArray[np.float32] = rng.standard_normal(shape, np.float32) * np.float32(deviation)
    return values


def _sentences(names: Iterable[str], beginning: str) -> list[str]:
    listed = ", ".join(names)
    return [f"{beginning} {listed}."] if listed else []
