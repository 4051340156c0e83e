"""Tagging: which labels hold for a whole picture."""

from __future__ import annotations

from bubo_desktop.data import Tag
from bubo_desktop.engine.cancellation import Cancellation
from bubo_desktop.engine.imaging import Picture, network_input
from bubo_desktop.engine.scores import sigmoid
from bubo_desktop.engine.shapes import check_shapes
from bubo_desktop.engine.shelf import Shelf
from bubo_desktop.packs.manifest import TaggerPart


class Tagger:
    """The pack's `TaggerPart`. Raises what `Shelf.session` raises."""

    def __init__(self, part: TaggerPart, shelf: Shelf) -> None:
        self._part = part
        self.session = shelf.session(part.file, ["pixel_values"], ["logits"])

    def tags(self, picture: Picture, cancellation: Cancellation | None = None) -> tuple[Tag, ...]:
        """Returns the labels whose score reaches their threshold, best first. Raises what `Session.run` raises."""
        pixels = network_input(picture, self._part.pixels)
        found = self.session.run(cancellation, pixel_values=pixels)
        check_shapes(self._part.file, found, logits=(1, len(self._part.labels)))
        scores = sigmoid(found["logits"][0]).tolist()
        labelled = zip(self._part.labels, scores, self._part.thresholds, strict=True)
        held = (Tag(label, score) for label, score, threshold in labelled if score >= threshold)
        return tuple(sorted(held, key=lambda tag: -tag.score))
