"""Tagging: which labels hold for a whole picture."""

from __future__ import annotations

from pathlib import Path

from bubo_desktop.data import Tag
from bubo_desktop.engine.cancellation import Cancellation
from bubo_desktop.engine.imaging import Picture, network_input
from bubo_desktop.engine.scores import sigmoid
from bubo_desktop.engine.sessions import Session
from bubo_desktop.packs.manifest import TaggerPart


class Tagger:
    """The pack's `TaggerPart`. Raises what `Session` raises."""

    def __init__(self, part: TaggerPart, folder: Path, n_threads: int) -> None:
        self._part = part
        self.session = Session(folder / part.file, n_threads, ["pixel_values"], ["logits"])

    def tags(self, picture: Picture, cancellation: Cancellation | None = None) -> tuple[Tag, ...]:
        """Returns the labels whose score reaches their threshold, best first. Raises what `Session.run` raises."""
        pixels = network_input(picture, self._part.pixels)
        scores = sigmoid(self.session.run(cancellation, pixel_values=pixels)["logits"][0]).tolist()
        labelled = zip(self._part.labels, scores, self._part.thresholds, strict=True)
        held = (Tag(label, score) for label, score, threshold in labelled if score >= threshold)
        return tuple(sorted(held, key=lambda tag: -tag.score))
