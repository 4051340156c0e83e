"""The phrases a grounder knows, each with the vector that asks its network for it."""

from __future__ import annotations

import zipfile
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bubo_desktop.errors import PackError


@dataclass(frozen=True, eq=False)
class PhraseVectors:
    """`vectors` float32 [labels, d]; the labels in `attributes` (name to index) describe an object and are none."""

    labels: tuple[str, ...]
    vectors: NDArray[np.float32]
    attributes: dict[str, int]

    @classmethod
    def read(cls, path: Path, attributes: Collection[str]) -> PhraseVectors:
        """Reads a `.npz` as `QueryGrounder` describes it.

        Raises:
            PackError: the file is missing or damaged, or lacks one of `attributes`.
        """
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
                labels = tuple(arrays["labels"].tolist())
                vectors = np.ascontiguousarray(arrays["vectors"], np.float32)
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise PackError(f"{path} cannot be read.", "Install the pack again.") from error
        if vectors.ndim != 2 or len(labels) != len(vectors) or not set(attributes) <= set(labels):
            raise PackError(f"{path} does not hold the phrases it should.", "Install the pack again.")
        return cls(labels, vectors, {name: labels.index(name) for name in attributes})

    @property
    def objects(self) -> tuple[str, ...]:
        """The labels that are objects."""
        return tuple(label for label in self.labels if label not in self.attributes)

    def columns(self, among: Collection[str] | None = None) -> NDArray[np.intp]:
        """Indices of the objects, or of those whose label is in `among`."""
        wanted = set(self.objects if among is None else among) - set(self.attributes)
        return np.array([index for index, label in enumerate(self.labels) if label in wanted], np.intp)
