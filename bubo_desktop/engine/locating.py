"""Locating: where in a picture the objects are that the pack has words for."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from bubo_desktop.engine.abilities import Maps
from bubo_desktop.engine.cancellation import Cancellation
from bubo_desktop.engine.detections import Detection, distinct, highest
from bubo_desktop.engine.imaging import Fit, Picture, network_input
from bubo_desktop.engine.phrases import PhraseVectors
from bubo_desktop.engine.scores import sigmoid
from bubo_desktop.engine.shapes import check_shapes
from bubo_desktop.engine.shelf import Shelf
from bubo_desktop.packs.manifest import QueryGrounder


class Locator:
    """The pack's `QueryGrounder`: all known phrases are looked for in one pass. Raises what `Shelf.session` raises."""

    def __init__(self, part: QueryGrounder, shelf: Shelf) -> None:
        self._part = part
        self._phrases = PhraseVectors.read(shelf.folder / part.queries_file, part.attributes)
        self.session = shelf.session(part.file, ["pixel_values", "queries"], ["logits", "boxes"])

    @property
    def labels(self) -> tuple[str, ...]:
        """The objects that can be found."""
        return self._phrases.objects

    def see(self, picture: Picture, cancellation: Cancellation | None = None) -> Maps:
        """Returns the network's `logits` and `boxes` for all known phrases. Raises what `Session.run` raises."""
        pixels = network_input(picture, self._part.pixels)
        found = self.session.run(cancellation, pixel_values=pixels, queries=self._phrases.vectors)
        check_shapes(self._part.file, found, logits=(1, None, len(self._phrases.labels)))
        check_shapes(self._part.file, found, boxes=(1, found["logits"].shape[1], 4))
        return found

    def locate(
        self,
        picture: Picture,
        cancellation: Cancellation | None = None,
        among: Collection[str] | None = None,
        maps: Maps | None = None,
    ) -> list[Detection]:
        """Returns at most `max_objects` objects, best first.

        Each of the network's places has the label that scores best there. Of overlapping places the best is kept:
        of one label from `iou_threshold` on, of different labels where the boxes are almost the same.

        Args:
            picture: where to look.
            cancellation: ends the work early.
            among: labels to choose from, such as the picture's tags; all by default.
            maps: what `see` made of the picture, if known.

        Raises:
            CancelledWork, EngineError: as `Session.run`.
        """
        found = self.see(picture, cancellation) if maps is None else maps
        scores = sigmoid(found["logits"][0])
        columns = self._phrases.columns(among)
        if not columns.size:
            return []
        best = columns[scores[:, columns].argmax(axis=1)]
        places = highest(scores[np.arange(len(best)), best], self._part.score_threshold)
        fit = Fit.of(picture.width, picture.height, self._part.pixels)
        boxes = fit.to_picture(found["boxes"][0][places])
        visible = (boxes[:, 2:] - boxes[:, :2] >= 1).all(axis=1)
        places, boxes = places[visible], boxes[visible]
        chosen = distinct(boxes, best[places], self._part.iou_threshold)[: self._part.max_objects]
        return [self._detection(int(best[places[i]]), scores[places[i]], boxes[i]) for i in chosen]

    def _detection(self, column: int, scores: NDArray[np.float32], box: NDArray[np.float32]) -> Detection:
        x0, y0, x1, y1 = box.tolist()
        attributes = {name: float(scores[i]) for name, i in self._phrases.attributes.items()}
        return Detection(self._phrases.labels[column], float(scores[column]), (x0, y0, x1, y1), attributes)
