"""What two screenshots say of each other: what has changed, and what was dimmed because something is lit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tests.window.program import Box

CHANGED = 12  # of 255: what can be seen
DIMMED = 2 / 3  # what is left of the light around a thing that is lit

Pixels = NDArray[np.uint8]
"""A screenshot, [height, width, 3]."""


def difference(before: Pixels, after: Pixels) -> NDArray[np.bool_]:
    """Where two screenshots differ to the eye, bool [height, width]."""
    return (np.abs(after.astype(int) - before).max(axis=-1) > CHANGED).astype(bool)


def dimmed(before: Pixels, after: Pixels) -> NDArray[np.bool_]:
    """Where exactly the light that is to be taken was taken, bool [height, width]."""
    return difference(before, after) & ~difference((before * DIMMED).astype(np.uint8), after)


def dimmed_area(before: Pixels, after: Pixels) -> Box:
    """Where the picture is: all of it is dimmed but the thing that is lit."""
    dark = dimmed(before, after)
    rows, columns = (np.flatnonzero(dark.mean(axis=axis) > 0.1) for axis in (1, 0))
    return Box(int(columns[0]), int(rows[0]), int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1)
