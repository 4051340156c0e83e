"""Boxes and masks in picture pixels: half-open boxes x0, y0, x1, y1, origin top left (see `bubo_desktop.data`)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bubo_desktop.data import BoxXyxyPx, RunLengths


def box_iou(a: NDArray[np.floating], b: NDArray[np.floating]) -> NDArray[np.float64]:
    """Intersection over union of every box of `a` with every box of `b`.

    Args:
        a: (n, 4), x0, y0, x1, y1 in any unit.
        b: (m, 4), in the same unit.

    Returns:
        (n, m) in 0..1; 0 where both boxes are empty.
    """
    first, second = np.asarray(a, np.float64)[:, None], np.asarray(b, np.float64)[None]
    low = np.maximum(first[..., :2], second[..., :2])
    high = np.minimum(first[..., 2:], second[..., 2:])
    overlap = _area(low, high)
    union = _area(first[..., :2], first[..., 2:]) + _area(second[..., :2], second[..., 2:]) - overlap
    return np.divide(overlap, union, out=np.zeros_like(overlap), where=union > 0)


def _area(low: NDArray[np.float64], high: NDArray[np.float64]) -> NDArray[np.float64]:
    area: NDArray[np.float64] = np.clip(high - low, 0, None).prod(axis=-1)
    return area


def encode_mask(mask: NDArray[np.bool_]) -> RunLengths:
    """Run-lengths of a mask of shape (height, width), column by column, the first run counting zeros."""
    height, width = mask.shape
    pixels = np.asarray(mask, bool).ravel(order="F")
    if not pixels.size:
        return RunLengths((height, width), ())
    starts = np.concatenate(([0], np.flatnonzero(pixels[1:] != pixels[:-1]) + 1, [pixels.size]))
    counts = np.diff(starts).tolist()
    return RunLengths((height, width), (0, *counts) if pixels[0] else tuple(counts))


def decode_mask(runs: RunLengths) -> NDArray[np.bool_]:
    """The mask of shape (height, width) that `encode_mask` encoded.

    Raises:
        ValueError: the runs are negative or do not add up to the mask's size.
    """
    return decode_columns(runs, 0, runs.size[1])


def decode_columns(runs: RunLengths, first: int, last: int) -> NDArray[np.bool_]:
    """The columns from `first` to before `last` of the mask: shape (height, last - first).

    Raises:
        ValueError: the runs are negative or do not add up to the mask's size.
    """
    height = runs.size[0]
    edges = np.clip(_edges(runs), first * height, last * height)
    counts = edges[1:] - edges[:-1]
    pixels = np.repeat(np.arange(len(counts)) % 2 == 1, counts)
    return pixels.reshape((height, last - first), order="F")


def run_bounds(runs: RunLengths) -> tuple[int, int, int, int] | None:
    """As `mask_bounds` of the decoded mask, without decoding it; in whole pixels.

    Raises:
        ValueError: the runs are negative or do not add up to the mask's size.
    """
    height = runs.size[0]
    edges = _edges(runs)[1:]
    starts, ends = edges[: len(edges) // 2 * 2].reshape(-1, 2).T
    starts, lasts = starts[ends > starts], ends[ends > starts] - 1
    if not starts.size:
        return None
    is_in_one_column = starts // height == lasts // height
    tops, bottoms = (
        np.where(is_in_one_column, starts % height, 0),
        np.where(is_in_one_column, lasts % height, height - 1),
    )
    return int(starts[0] // height), int(tops.min()), int(lasts[-1] // height + 1), int(bottoms.max() + 1)


def _edges(runs: RunLengths) -> NDArray[np.int64]:
    """Where runs begin and the last one ends, counted in pixels column by column."""
    height, width = runs.size
    counts = np.asarray(runs.counts, np.int64)
    if (counts < 0).any() or counts.sum() != height * width:
        raise ValueError(f"run-lengths do not describe a mask of {height} x {width} pixels")
    return np.concatenate(([0], np.cumsum(counts)))


def mask_bounds(mask: NDArray[np.bool_]) -> BoxXyxyPx | None:
    """The smallest box around the true pixels of a mask of shape (height, width); None where there are none."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not rows.size:
        return None
    return float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1)
