"""Average precision of boxes or masks, by the COCO evaluation (pycocotools).

Source: Lin et al., "Microsoft COCO" (2014); cocodataset.org, detection evaluation.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Sequence
from functools import partial
from typing import Literal

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from bubo_desktop.data import BoxXyxyPx, RunLengths
from build.evaluation.figures import Figure, resampled
from build.evaluation.overlaps import compress

N_RESAMPLES = 200  # each adds up all pictures again
ANY_LABEL = "thing"
_ANY_SIZE = [0, 1e10]  # areas in pixels


class Region(Struct, frozen=True):
    """A labelled region of a picture; `score` counts only where it was found, and the mask only where masks do."""

    label: str
    box_xyxy_px: BoxXyxyPx
    score: float = 1.0
    mask: RunLengths | None = None


class AveragePrecision:
    """Collects the true and the found regions of pictures.

    Args:
        compared: what overlaps are measured of.
    """

    def __init__(self, compared: Literal["bbox", "segm"]) -> None:
        self._compared = compared
        self._labels: dict[str, int] = {}
        self._truth: list[dict[str, object]] = []
        self._found: list[dict[str, object]] = []
        self._pictures: list[dict[str, int]] = []

    def add(self, wanted: Sequence[Region], found: Sequence[Region]) -> None:
        """Adds a picture."""
        sizes = [region.mask.size for region in (*wanted, *found) if region.mask]
        height, width = sizes[0] if sizes else (0, 0)
        self._pictures.append({"id": len(self._pictures), "height": height, "width": width})
        for region in wanted:
            self._truth.append({"id": len(self._truth) + 1, "iscrowd": 0} | self._place(region))
        self._found += [{"score": region.score} | self._place(region) for region in found]

    def figures(self, name: str, table: str = "Overall") -> list[Figure]:
        """Mean average precision at IoU 0.5, and its mean over 0.5 to 0.95, over the labels that occur."""
        names = (f"{name}, mAP at IoU 0.5", f"{name}, mAP over IoU 0.5 to 0.95")
        if not self._truth or not self._found:  # pycocotools cannot take empty lists
            return [Figure(each, 0.0, len(self._truth), table=table) for each in names]
        evaluation = self._evaluate()
        matches = np.array(evaluation.evalImgs, object).reshape(-1, len(self._pictures))
        known: dict[bytes, tuple[float, float]] = {}  # both figures are drawn from the same seed, and adding up is slow

        def score(chosen: NDArray[np.intp], which: int) -> float:
            draw = chosen.tobytes()
            if draw not in known:
                known[draw] = _add_up(evaluation, matches[:, chosen])
            return known[draw][which]

        return [
            resampled(each, len(self._pictures), partial(score, which=which), table, N_RESAMPLES)
            for which, each in enumerate(names)
        ]

    def _evaluate(self) -> COCOeval:
        truth = COCO()
        categories = [{"id": number, "name": label} for label, number in self._labels.items()]
        truth.dataset = {"images": self._pictures, "annotations": self._truth, "categories": categories}
        with contextlib.redirect_stdout(io.StringIO()):
            truth.createIndex()
            evaluation = COCOeval(truth, truth.loadRes(self._found), self._compared)
            evaluation.params.areaRng, evaluation.params.areaRngLbl = [_ANY_SIZE], ["all"]
            evaluation.params.maxDets = [100]
            evaluation.evaluate()
        return evaluation

    def _place(self, region: Region) -> dict[str, object]:
        x0, y0, x1, y1 = region.box_xyxy_px
        category = self._labels.setdefault(region.label, len(self._labels) + 1)
        placed: dict[str, object] = {"image_id": len(self._pictures) - 1, "category_id": category}
        placed |= {"bbox": [x0, y0, x1 - x0, y1 - y0], "area": (x1 - x0) * (y1 - y0)}
        return placed | ({"segmentation": compress(region.mask)} if region.mask else {})


def _add_up(evaluation: COCOeval, matches: NDArray[np.object_]) -> tuple[float, float]:
    """Mean average precision at IoU 0.5 and over all thresholds, of pictures' matches (labels, pictures)."""
    evaluation.evalImgs = matches.ravel().tolist()
    with contextlib.redirect_stdout(io.StringIO()):
        evaluation.accumulate()
    precision = evaluation.eval["precision"]  # (thresholds, recalls, labels, 1, 1); -1 where a label does not occur
    at_half, over_all = (each[each > -1] for each in (precision[0], precision))
    return float(at_half.mean()) if at_half.size else 0.0, float(over_all.mean()) if over_all.size else 0.0
