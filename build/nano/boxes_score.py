"""Average precision of boxes, by the COCO evaluation (pycocotools)."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from bubo_desktop.data import Thing
from build.nano.facts import OBJECTS


class BoxScore:
    """Collects true and found boxes (x0, y0, x1, y1 in pixels) of pictures."""

    def __init__(self) -> None:
        self._pictures: list[dict[str, object]] = []
        self._truth: list[dict[str, object]] = []
        self._found: list[dict[str, object]] = []

    def add(self, picture: int, labels: Sequence[str], boxes: NDArray[np.float64], things: Sequence[Thing]) -> None:
        """Adds a picture with its true labels and boxes, and what was found."""
        self._pictures.append({"id": picture})
        for label, box in zip(labels, boxes, strict=True):
            entry = {"id": len(self._truth) + 1, "iscrowd": 0, "area": float((box[2] - box[0]) * (box[3] - box[1]))}
            self._truth.append(entry | _placed(picture, label, box))
        self._found += [
            {"score": thing.score} | _placed(picture, thing.label, np.array(thing.box_xyxy_px)) for thing in things
        ]

    def figures(self) -> dict[str, float]:
        """Mean average precision at IoU 0.5 and over 0.5 to 0.95, mean over labels that occur.

        Source: Lin et al., Microsoft COCO, 2014; cocodataset.org, detection evaluation.
        """
        if not self._found:  # pycocotools cannot take an empty list
            return {"map_50": 0.0, "map_50_95": 0.0}
        categories = [{"id": number, "name": label} for number, label in enumerate(OBJECTS)]
        truth = COCO()
        truth.dataset = {"images": self._pictures, "annotations": self._truth, "categories": categories}
        with contextlib.redirect_stdout(io.StringIO()):
            truth.createIndex()
            evaluation = COCOeval(truth, truth.loadRes(self._found), "bbox")
            evaluation.evaluate()
            evaluation.accumulate()
            evaluation.summarize()
        return {"map_50": float(evaluation.stats[1]), "map_50_95": float(evaluation.stats[0])}


def _placed(picture: int, label: str, box: NDArray[np.float64]) -> dict[str, object]:
    x0, y0, x1, y1 = (float(value) for value in box)
    return {"image_id": picture, "category_id": OBJECTS.index(label), "bbox": [x0, y0, x1 - x0, y1 - y0]}
