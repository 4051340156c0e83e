"""How far two regions of a picture are the same: as masks, as boxes against what several people marked."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pycocotools import mask as coco_masks

from bubo_desktop.data import RunLengths

Mask = NDArray[np.bool_]
BETA_SQUARED = 0.3
THRESHOLDS = np.linspace(0, 1, 21)  # steps of 0.05


def mask_ious(found: Sequence[Mask], wanted: Sequence[Mask]) -> NDArray[np.float64]:
    """Intersection over union of every mask with every other, all of one size.

    Args:
        found: n masks (height, width).
        wanted: m masks (height, width).

    Returns:
        (n, m) in 0..1.
    """
    if not found or not wanted:
        return np.zeros((len(found), len(wanted)))
    shorter = [
        coco_masks.encode(np.asfortranarray(np.stack(list(masks), axis=-1), np.uint8)) for masks in (found, wanted)
    ]
    overlaps: NDArray[np.float64] = coco_masks.iou(*shorter, [False] * len(wanted))
    return overlaps


def pair_off(scores: NDArray[np.float64], least: float) -> list[tuple[int, int]]:
    """Pairs of a row and a column, the best first, each row and column once.

    Source: GLaMM (arXiv 2311.03356), eval/gcg/evaluate.py: masks are paired so for mIoU and for recall.

    Args:
        scores: (n, m).
        least: pairs that score less, or nothing, are none.
    """
    left, pairs = scores.copy(), []
    while left.size and left.max() > 0 and left.max() >= least:
        row, column = map(int, np.unravel_index(left.argmax(), left.shape))
        pairs.append((row, column))
        left[row, :] = left[:, column] = 0
    return pairs


def consensus_map(boxes_xyxy: Sequence[Sequence[float]], side: int, needed: int = 2) -> NDArray[np.float64]:
    """How far those who marked a sound's source agree, at each point of a square picture.

    Source: Senocak et al., "Learning to Localize Sound Source in Visual Scenes" (CVPR 2018), section 5: a point counts
    fully where 2 of the 3 annotators marked it, and by half where one did.

    Args:
        boxes_xyxy: boxes of all annotators, in 0..1 of the picture.
        side: of the map, in points.
        needed: how many must agree.

    Returns:
        (side, side) in 0..1.
    """
    marks = np.zeros((side, side))
    for x0, y0, x1, y1 in np.asarray(boxes_xyxy, np.float64).reshape(-1, 4) * side:
        marks[int(y0) : int(y1), int(x0) : int(x1)] += 1
    return np.minimum(marks / needed, 1)


def consensus_iou(found: Mask, consensus: NDArray[np.float64]) -> float:
    """Consensus IoU (cIoU) of a region (side, side) with what people marked (side, side, in 0..1).

    Source: as `consensus_map`, equation 9: what nobody marked counts against it fully.
    """
    false_alarms = (found & (consensus == 0)).sum()
    return float((found * consensus).sum() / max(consensus.sum() + false_alarms, 1e-12))


def success_area(ious: NDArray[np.float64]) -> float:
    """AUC: the area under the share of cases (n,) that reach a threshold, over thresholds 0 to 1 in steps of 0.05.

    Source: as `consensus_map`; hche11/Localizing-Visual-Sounds-the-Hard-Way, test.py, for the steps.
    """
    reached = (ious[:, None] >= THRESHOLDS - 1e-9).mean(axis=0)
    return float(np.trapezoid(reached, THRESHOLDS))


def f_measure(found: Mask, wanted: Mask) -> float:
    """Weighted harmonic mean of precision and recall over the points of two masks (height, width); beta^2 is 0.3.

    Source: Zhou et al., "Audio-Visual Segmentation" (ECCV 2022), section 5.1.
    """
    n_right = int((found & wanted).sum())
    if not n_right:
        return 0.0
    precision, recall = n_right / int(found.sum()), n_right / int(wanted.sum())
    return (1 + BETA_SQUARED) * precision * recall / (BETA_SQUARED * precision + recall)


def segment_iou(found: Mask, wanted: Mask) -> float:
    """Jaccard index of two masks (height, width); where nothing is wanted, the share of points rightly left empty.

    Source: as `f_measure`; OpenNLPLab/AVSBench, avs_s4/utils/utility.py, for empty masks.
    """
    if not wanted.any():
        return float((~found).mean())
    return float((found & wanted).sum() / (found | wanted).sum())


def fit_mask(mask: Mask, shape: tuple[int, ...]) -> Mask:
    """A mask (height, width) stretched to another height and width, to the nearest point."""
    if mask.shape == shape:
        return mask
    rows, columns = ((np.arange(to) + 0.5) * of / to for to, of in zip(shape, mask.shape, strict=True))
    return mask[np.ix_(rows.astype(int), columns.astype(int))]


def compress(runs: RunLengths) -> dict[str, object]:
    """Run-lengths in the compressed form that pycocotools reads."""
    height, width = runs.size
    compressed: dict[str, object] = coco_masks.frPyObjects(
        {"size": [height, width], "counts": list(runs.counts)}, height, width
    )
    return compressed
