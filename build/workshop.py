"""Where a step of the build works: what it is given, and what it hands over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct

from build.checkpoint import LazyTensor, read_checkpoint, read_pickle
from build.dims import Dims
from build.errors import BuildError

Quantize = Literal["int4", "none"]


@dataclass(frozen=True)
class Workshop:
    """What every step is given.

    Attributes:
        dims: sizes of the networks.
        out_dir: where the part's files go, under their final names.
        scratch_dir: for what is not kept; emptied after the step.
        quantize: `int4` makes the small pack (INT4 language, INT8 encoders), `none` leaves every network in float.
        report: tells the user a plain line.
        sources: for each source of the recipe its located and verified file or folder.
    """

    dims: Dims
    out_dir: Path
    scratch_dir: Path
    quantize: Quantize
    report: Callable[[str], None]
    sources: Mapping[str, Path] = field(default_factory=dict)

    def file(self, source_name: str) -> Path:
        """The file or folder of a source.

        Raises:
            BuildError: the recipe has no such source.
        """
        if source_name not in self.sources:
            raise BuildError(f"The recipe has no source called {source_name}.")
        return self.sources[source_name]

    def checkpoint(self, source_name: str, key: str | None = None) -> Mapping[str, LazyTensor]:
        """The tensors of a `.pth` file or of a folder's weights, read when asked for.

        Args:
            source_name: the recipe's name for the file or folder.
            key: where in a `.pth` file the tensors stand; None takes `model` where there is one, else the whole file.

        Raises:
            BuildError: the source is unknown, or is no checkpoint of tensors alone.
        """
        path = self.file(source_name)
        return read_checkpoint(path) if path.is_dir() else read_pickle(path, key)


@dataclass(frozen=True)
class Made:
    """What a step hands over.

    Attributes:
        part: the manifest's struct of the part.
        files: names of the files it wrote to `out_dir`.
        figures: sizes, agreement, what stayed in higher precision; they become the pack's proof.
    """

    part: Struct
    files: tuple[str, ...]
    figures: dict[str, float | str]


Step = Callable[[Workshop, Mapping[str, Any]], Made]
"""A step makes one part: `make(workshop, options)`, where `options` is its table in the recipe."""
