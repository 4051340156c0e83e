"""Locating: where in a picture the objects are that the pack has words for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bubo_desktop.data import BoxXyxyPx
from bubo_desktop.engine.cancellation import Cancellation
from bubo_desktop.engine.imaging import Frame, Picture, network_input
from bubo_desktop.engine.phrases import PhraseVectors
from bubo_desktop.engine.scores import sigmoid
from bubo_desktop.engine.sessions import Session
from bubo_desktop.geometry import box_iou
from bubo_desktop.packs.manifest import QueryGrounder

_MAX_CANDIDATES = 300  # of the network's places, before overlapping ones are removed
_SAME_PLACE_IOU = 0.75  # two boxes as close as this show one object, whatever their labels


@dataclass(frozen=True)
class Detection:
    """An object found: box in picture pixels, scores in 0..1; `attributes` (colours) are independent of one another."""

    label: str
    score: float
    box_xyxy_px: BoxXyxyPx
    attributes: Mapping[str, float]


class Locator:
    """The pack's `QueryGrounder`: all known phrases are looked for in one pass. Raises what `Session` raises."""

    def __init__(self, part: QueryGrounder, folder: Path, n_threads: int) -> None:
        self._part = part
        self._phrases = PhraseVectors.read(folder / part.queries_file, part.attributes)
        self.session = Session(folder / part.file, n_threads, ["pixel_values", "queries"], ["logits", "boxes"])

    @property
    def labels(self) -> tuple[str, ...]:
        """The objects that can be found."""
        return self._phrases.objects

    def locate(
        self, picture: Picture, cancellation: Cancellation | None = None, among: Collection[str] | None = None
    ) -> list[Detection]:
        """Returns at most `max_objects` objects, best first.

        Each of the network's places has the label that scores best there. Of overlapping places the best is kept:
        of one label from `iou_threshold` on, of different labels where the boxes are almost the same.

        Args:
            picture: where to look.
            cancellation: ends the work early.
            among: labels to choose from, such as the picture's tags; all by default.

        Raises:
            CancelledWork, EngineError: as `Session.run`.
        """
        pixels = network_input(picture, self._part.pixels)
        found = self.session.run(cancellation, pixel_values=pixels, queries=self._phrases.vectors)
        scores = sigmoid(found["logits"][0])
        columns = self._phrases.columns(among)
        if not columns.size:
            return []
        best = columns[scores[:, columns].argmax(axis=1)]
        places = _highest(scores[np.arange(len(best)), best], self._part.score_threshold)
        frame = Frame.fitting(picture.width, picture.height, self._part.pixels)
        boxes = frame.to_picture(found["boxes"][0][places])
        visible = (boxes[:, 2:] - boxes[:, :2] >= 1).all(axis=1)
        places, boxes = places[visible], boxes[visible]
        chosen = _distinct(boxes, best[places], self._part.iou_threshold)[: self._part.max_objects]
        return [self._detection(int(best[places[i]]), scores[places[i]], boxes[i]) for i in chosen]

    def _detection(self, column: int, scores: NDArray[np.float32], box: NDArray[np.float32]) -> Detection:
        x0, y0, x1, y1 = box.tolist()
        attributes = {name: float(scores[i]) for name, i in self._phrases.attributes.items()}
        return Detection(self._phrases.labels[column], float(scores[column]), (x0, y0, x1, y1), attributes)


def _highest(scores: NDArray[np.float32], threshold: float) -> NDArray[np.intp]:
    """Indices of the scores that reach the threshold, best first; equal scores keep their order."""
    order = np.argsort(-scores, kind="stable")[:_MAX_CANDIDATES]
    return order[scores[order] >= threshold]


def _distinct(boxes: NDArray[np.float32], columns: NDArray[np.intp], iou_threshold: float) -> list[int]:
    """Indices of boxes (sorted, best first) that show no object an earlier one shows."""
    iou = box_iou(boxes, boxes)
    same = (iou > _SAME_PLACE_IOU) | ((iou > iou_threshold) & (columns[:, None] == columns))
    kept: list[int] = []
    for i in range(len(boxes)):
        if not same[i, kept].any():
            kept.append(i)
    return kept
