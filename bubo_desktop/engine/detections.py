"""Objects found in a picture, and which of a network's many guesses are worth telling."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bubo_desktop.data import BoxXyxyPx
from bubo_desktop.geometry import box_iou

_MAX_CANDIDATES = 300  # of a network's places, before overlapping ones are removed
_SAME_PLACE_IOU = 0.75  # two boxes as close as this show one object, whatever their labels


@dataclass(frozen=True)
class Detection:
    """An object found: box in picture pixels, scores in 0..1; `attributes` (colours) are independent of one another."""

    label: str
    score: float
    box_xyxy_px: BoxXyxyPx
    attributes: Mapping[str, float] = field(default_factory=dict)


def highest(scores: NDArray[np.float32], threshold: float) -> NDArray[np.intp]:
    """Indices of the scores (n,) that reach the threshold, best first; equal scores keep their order."""
    order = np.argsort(-scores, kind="stable")[:_MAX_CANDIDATES]
    return order[scores[order] >= threshold]


def best_of(
    scores: NDArray[np.float32], boxes: NDArray[np.float32], labels: Sequence[str], threshold: float
) -> list[Detection]:
    """For each place whose best label reaches the threshold what is there, best first.

    Args:
        scores: [places, labels] in 0..1.
        boxes: x0, y0, x1, y1 in picture pixels [places, 4]; those thinner than a pixel are left out.
        labels: of the columns; at least one.
        threshold: in 0..1.
    """
    best = scores.argmax(axis=1)
    places = highest(scores[np.arange(len(best)), best], threshold)
    return [
        Detection(labels[best[place]], float(scores[place, best[place]]), (x0, y0, x1, y1))
        for place, (x0, y0, x1, y1) in zip(places.tolist(), boxes[places].tolist(), strict=True)
        if x1 - x0 >= 1 and y1 - y0 >= 1
    ]


def choose(found: Iterable[Detection], iou_threshold: float, n_most: int) -> list[Detection]:
    """The best `n_most` that show no object a better one shows: of one label from `iou_threshold` on, of different
    labels where the boxes are almost the same.
    """
    ranked = sorted(found, key=lambda detection: -detection.score)
    boxes = np.array([detection.box_xyxy_px for detection in ranked], np.float64).reshape(-1, 4)
    labels = np.array([detection.label for detection in ranked])
    return [ranked[index] for index in distinct(boxes, labels, iou_threshold)[:n_most]]


def distinct(boxes: NDArray[np.floating], labels: NDArray[np.generic], iou_threshold: float) -> list[int]:
    """Indices of boxes [n, 4] (sorted, best first) that show no object an earlier one shows, by their labels (n,)."""
    iou = box_iou(boxes, boxes)
    same = (iou > _SAME_PLACE_IOU) | ((iou > iou_threshold) & (labels[:, None] == labels))
    kept: list[int] = []
    for index in range(len(boxes)):
        if not same[index, kept].any():
            kept.append(index)
    return kept


def to_corners(boxes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Boxes of centre x, centre y, width, height [n, 4] as x0, y0, x1, y1."""
    centre, half = boxes[:, :2], boxes[:, 2:] / 2
    return np.concatenate([centre - half, centre + half], axis=1)
