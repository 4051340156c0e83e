"""Do arrays that a pack's network gives have the shape they should? A pack may come from anywhere."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from bubo_desktop.errors import EngineError

Shape = tuple[int | None, ...]
"""Lengths of the axes, None where any will do."""


def check_shapes(file: str, found: Mapping[str, NDArray[np.generic]], **shapes: Shape) -> None:
    """Raises `EngineError` where an array of this name has not its shape, say (1, None, 4)."""
    for name, shape in shapes.items():
        lengths = found[name].shape
        fits = len(lengths) == len(shape) and all(b is None or a == b for a, b in zip(lengths, shape, strict=True))
        if not fits:
            raise EngineError(f"{file} gave {name} of another shape than it should.", "Install the pack again.")
