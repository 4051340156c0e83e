"""Boxes found in an older picture, carried to the newest one until the next ones are found.

Each box remembers what it held as a small grid of grey levels. In a new picture the grid is slid and zoomed from where
it was last, downhill, until it fits; where that fails, the best place all around is sought by correlation.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from bubo_desktop.data import BoxXyxyPx

SIDE_PX = 320  # of the longer side of pictures in which boxes are followed
MIN_CONFIDENCE = 0.6  # correlation; below it something else is there
_SURE = 0.85  # correlation from which no better place is sought
_MIN_VISIBLE = 0.4  # of a box, so that it is still in the picture
_GRID = 24  # points to each side of what is remembered of a box
_MIN_CONTRAST = 2.0  # standard deviation of grey levels, below which there is only noise
_REACH = 0.25  # of the picture's longer side, how far around a lost box is sought
_FARTHEST = 0.1  # correlation that a place at the end of the reach has to have more than one near by
_MAX_STEPS = 10
_LEAST_GAIN = 1e-4  # of correlation by a step
_MAX_ZOOM, _MAX_ZOOM_STEP = 1.6, 0.2
_RIM, _LEAST_RIM_PX = 0.1, 2.0  # around a box: what is plain inside still has an outline
_N_LEVELS = 4

Plane: TypeAlias = NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class Tracked:
    """Where box number `index` of those given is now; `confidence` is a correlation, `MIN_CONFIDENCE`..1."""

    index: int
    box_xyxy_px: BoxXyxyPx
    confidence: float


@dataclass(frozen=True, slots=True)
class _Pose:
    """Centre of a box, in pixels of the grey picture, its zoom since the beginning, and the correlation there."""

    x: float
    y: float
    zoom: float
    correlation: float = 0.0


class Tracker:
    """Follows boxes from the picture in which they were found.

    Args:
        grey: uint8 [height, width], that picture, `SIDE_PX` on its longer side, from `FrameSource.newest_grey`.
        boxes_xyxy_px: of what was found in it.
        size_px: width and height of the picture in whose pixels these boxes are told, and those of `follow`.
    """

    def __init__(self, grey: NDArray[np.uint8], boxes_xyxy_px: Sequence[BoxXyxyPx], size_px: tuple[int, int]) -> None:
        self._scale = grey.shape[1] / size_px[0]
        pyramid = _pyramid(grey)
        self._patches = [_Patch(pyramid, _scaled(box, self._scale)) for box in boxes_xyxy_px]

    def follow(self, grey: NDArray[np.uint8]) -> tuple[Tracked, ...]:
        """Where the boxes are in a newer picture; one that is hidden, has changed or has left is not among them.

        Args:
            grey: uint8 [height, width], as large as the first.
        """
        pyramid = _pyramid(grey)
        found = []
        for index, patch in enumerate(self._patches):
            pose = patch.follow(pyramid)
            if pose:
                found.append(Tracked(index, _scaled(patch.box_at(pose), 1 / self._scale), pose.correlation))
        return tuple(found)


def moved(box_xyxy_px: BoxXyxyPx, start_xyxy_px: BoxXyxyPx, end_xyxy_px: BoxXyxyPx) -> BoxXyxyPx:
    """Where a box, such as that of a mask, goes with another one that went from `start` to `end`."""
    zoom = (end_xyxy_px[2] - end_xyxy_px[0]) / (start_xyxy_px[2] - start_xyxy_px[0])
    x0, y0, x1, y1 = (end_xyxy_px[side % 2] + zoom * (box_xyxy_px[side] - start_xyxy_px[side % 2]) for side in range(4))
    return x0, y0, x1, y1


class _Patch:
    """What a box held, and where it was last."""

    def __init__(self, pyramid: Sequence[Plane], box: BoxXyxyPx) -> None:
        x0, y0, x1, y1 = box
        self._half_px = max((x1 - x0) / 2, 0.5), max((y1 - y0) / 2, 0.5)
        self._pose = _Pose((x0 + x1) / 2, (y0 + y1) / 2, 1.0)
        reach = tuple(half + max(_RIM * half, _LEAST_RIM_PX) for half in self._half_px)
        spacing = max(1.0, 2 * max(reach) / _GRID)
        self._level = _level_of(spacing, pyramid)
        self._offsets = _offsets(reach, spacing)
        self._levels, self._was_inside = self._sample(pyramid, self._pose)
        self._slopes = self._measure_slopes(spacing)
        self._stamp_level = min(self._level + 1, len(pyramid) - 1)
        self._stamp = self._cut_stamp(pyramid, reach)
        self._is_plain = float(self._levels.std()) < _MIN_CONTRAST

    def box_at(self, pose: _Pose) -> BoxXyxyPx:
        half_x, half_y = (half * pose.zoom for half in self._half_px)
        return pose.x - half_x, pose.y - half_y, pose.x + half_x, pose.y + half_y

    def follow(self, pyramid: Sequence[Plane]) -> _Pose | None:
        """Where it is now; None where that cannot be told."""
        if self._is_plain:
            return None
        pose = self._refine(pyramid, self._pose)
        if pose.correlation < _SURE:
            sought = self._refine(pyramid, self._seek(pyramid[self._stamp_level]))
            pose = max(pose, sought, key=lambda one: one.correlation)
        if pose.correlation < MIN_CONFIDENCE:
            return None
        self._pose = pose
        return pose

    def _refine(self, pyramid: Sequence[Plane], start: _Pose) -> _Pose:
        """Slides and zooms until what is there is most like what was.

        Source: Baker and Matthews, "Lucas-Kanade 20 Years On" (2004), section 3.2, the inverse compositional algorithm.
        """
        best, pose = replace(start, correlation=-1.0), start
        for _ in range(_MAX_STEPS):
            levels, is_inside = self._sample(pyramid, pose)
            is_inside &= self._was_inside
            if is_inside.mean() < _MIN_VISIBLE:
                break
            error, correlation = _compare(levels[is_inside], self._levels[is_inside])
            if correlation < best.correlation + _LEAST_GAIN:
                break
            best = replace(pose, correlation=correlation)
            pose = _stepped(pose, self._solve(error, is_inside))
        return best

    def _solve(self, error: Plane, is_inside: NDArray[np.bool_]) -> Plane:
        """The slide in x and y and the zoom that would explain the error best."""
        slopes = self._slopes[is_inside].astype(np.float64)
        slopes -= slopes.mean(axis=0)
        normal = slopes.T @ slopes
        return np.linalg.solve(normal + np.diag(1e-3 * np.diag(normal) + 1e-6), slopes.T @ error)

    def _seek(self, plane: Plane) -> _Pose:
        """The place around the last one that looks most like the box, by correlation of whole pixels."""
        scale = 2.0**self._stamp_level
        height, width = self._stamp.shape
        reach = round(_REACH * max(plane.shape))
        top, left = round(self._pose.y / scale - height / 2) - reach, round(self._pose.x / scale - width / 2) - reach
        window = _window(plane, top, left, height + 2 * reach, width + 2 * reach)
        likeness = _correlations(window, self._stamp) - _FARTHEST * _distances(reach)
        row, column = np.unravel_index(int(likeness.argmax()), likeness.shape)
        x, y = (left + int(column) + width / 2) * scale, (top + int(row) + height / 2) * scale
        return _Pose(x, y, self._pose.zoom)

    def _sample(self, pyramid: Sequence[Plane], pose: _Pose) -> tuple[Plane, NDArray[np.bool_]]:
        """Grey levels on the grid, and which of its points lie in the picture."""
        plane, scale = pyramid[self._level], 2.0**self._level
        columns, rows = self._offsets
        xs, ys = (pose.x + pose.zoom * columns) / scale - 0.5, (pose.y + pose.zoom * rows) / scale - 0.5
        is_inside = np.logical_and.outer(_within(ys, plane.shape[0]), _within(xs, plane.shape[1]))
        return _interpolate(plane, ys, xs), is_inside

    def _measure_slopes(self, spacing_px: float) -> Plane:
        """How each grey level changes where the box slides by a pixel in x, in y, and zooms: [rows, columns, 3]."""
        in_y, in_x = np.gradient(self._levels, spacing_px)
        columns, rows = self._offsets
        return np.stack([in_x, in_y, in_x * columns + in_y * rows[:, None]], axis=2)

    def _cut_stamp(self, pyramid: Sequence[Plane], reach: tuple[float, ...]) -> Plane:
        """What the box held in whole pixels of a coarser level, without its mean, of length 1."""
        scale = 2.0**self._stamp_level
        width, height = (max(4, round(2 * side / scale)) for side in reach)
        xs = self._pose.x / scale - width / 2 + np.arange(width)
        ys = self._pose.y / scale - height / 2 + np.arange(height)
        stamp = _interpolate(pyramid[self._stamp_level], ys, xs)
        stamp = stamp - stamp.mean()
        return stamp / max(float(np.linalg.norm(stamp)), 1e-6)


def _pyramid(grey: NDArray[np.uint8]) -> list[Plane]:
    """The picture, and smaller ones of half the side each."""
    planes: list[Plane] = [grey.astype(np.float32)]
    for _ in range(_N_LEVELS - 1):
        plane = planes[-1][: planes[-1].shape[0] // 2 * 2, : planes[-1].shape[1] // 2 * 2]
        planes.append((plane[::2, ::2] + plane[1::2, ::2] + plane[::2, 1::2] + plane[1::2, 1::2]) / 4)
    return planes


def _level_of(spacing_px: float, pyramid: Sequence[Plane]) -> int:
    """The level whose pixels are about as far apart as this."""
    return min(round(math.log2(spacing_px)), len(pyramid) - 1)


def _offsets(reach_px: Sequence[float], spacing_px: float) -> tuple[Plane, Plane]:
    """Columns and rows of a grid around a box's centre."""
    columns, rows = (
        np.linspace(-side, side, max(4, round(2 * side / spacing_px) + 1), dtype=np.float32) for side in reach_px
    )
    return columns, rows


def _within(places: Plane, n_pixels: int) -> NDArray[np.bool_]:
    return (places >= -0.5) & (places <= n_pixels - 0.5)


def _interpolate(plane: Plane, ys: Plane, xs: Plane) -> Plane:
    """Grey levels between pixels, for each y and each x; beyond the picture those of its edge."""
    ys, xs = np.clip(ys, 0, plane.shape[0] - 1), np.clip(xs, 0, plane.shape[1] - 1)
    top, left = np.minimum(ys.astype(np.intp), plane.shape[0] - 2), np.minimum(xs.astype(np.intp), plane.shape[1] - 2)
    down, right = (ys - top)[:, None], xs - left
    rows = plane[top] * (1 - down) + plane[top + 1] * down
    return rows[:, left] * (1 - right) + rows[:, left + 1] * right


def _compare(levels: Plane, wanted: Plane) -> tuple[Plane, float]:
    """What differs once brightness and contrast are made the same, and the correlation."""
    levels, centred = levels - levels.mean(), wanted - wanted.mean()
    contrast, wanted_contrast = float(np.linalg.norm(levels)), float(np.linalg.norm(centred))
    if contrast < _MIN_CONTRAST * math.sqrt(levels.size):
        return -centred, 0.0
    correlation = float(levels @ centred) / (contrast * max(wanted_contrast, 1e-6))
    return levels * (wanted_contrast / contrast) - centred, correlation


def _stepped(pose: _Pose, step: Plane) -> _Pose:
    """The pose after a step, which is told in the box's own frame and has to be undone."""
    along_x, along_y, zoom = step.tolist()
    shrinking = 1 + min(max(zoom, -_MAX_ZOOM_STEP), _MAX_ZOOM_STEP)
    new_zoom = min(max(pose.zoom / shrinking, 1 / _MAX_ZOOM), _MAX_ZOOM)
    return _Pose(pose.x - pose.zoom * along_x / shrinking, pose.y - pose.zoom * along_y / shrinking, new_zoom)


def _window(plane: Plane, top: int, left: int, height: int, width: int) -> Plane:
    """A part of the plane; beyond its edge, the edge goes on."""
    rows = np.clip(np.arange(top, top + height), 0, plane.shape[0] - 1)
    columns = np.clip(np.arange(left, left + width), 0, plane.shape[1] - 1)
    return plane[rows][:, columns]


def _correlations(window: Plane, stamp: Plane) -> Plane:
    """The correlation of the stamp with what lies under it, wherever it fits into the window.

    Source: Lewis, "Fast Normalized Cross-Correlation" (1995).
    """
    window = window - window.mean()
    spectrum = np.fft.rfft2(window) * np.conj(np.fft.rfft2(stamp, window.shape))
    height, width = window.shape[0] - stamp.shape[0] + 1, window.shape[1] - stamp.shape[1] + 1
    products = np.fft.irfft2(spectrum, window.shape)[:height, :width]
    mean, square = _sums(window, stamp.shape) / stamp.size, _sums(window * window, stamp.shape) / stamp.size
    deviation = np.sqrt(np.maximum(square - mean * mean, _MIN_CONTRAST**2))
    return products / (deviation * math.sqrt(stamp.size))


def _sums(window: Plane, shape: tuple[int, ...]) -> Plane:
    """Sums over every rectangle of this shape within the window."""
    total = np.zeros((window.shape[0] + 1, window.shape[1] + 1))
    np.cumsum(window, axis=0, out=total[1:, 1:])
    np.cumsum(total[1:, 1:], axis=1, out=total[1:, 1:])
    height, width = shape
    return total[height:, width:] - total[:-height, width:] - total[height:, :-width] + total[:-height, :-width]


def _distances(reach: int) -> Plane:
    """From the middle of a square, [2 reach + 1, 2 reach + 1]; 1 at the middle of its sides."""
    along = np.linspace(-1, 1, 2 * reach + 1)
    return np.hypot(along[:, None], along)


def _scaled(box: BoxXyxyPx, factor: float) -> BoxXyxyPx:
    x0, y0, x1, y1 = (side * factor for side in box)
    return x0, y0, x1, y1
