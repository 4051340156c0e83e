"""Locating whatever can be said, with a network that makes vectors of places and of phrases."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from bubo_desktop.engine.abilities import Maps
from bubo_desktop.engine.cancellation import Cancellation
from bubo_desktop.engine.detections import Detection, best_of, choose, to_corners
from bubo_desktop.engine.imaging import Fit, Picture, network_input
from bubo_desktop.engine.scores import sigmoid
from bubo_desktop.engine.shapes import check_shapes
from bubo_desktop.engine.shelf import Shelf
from bubo_desktop.engine.wordpieces import WordPieces
from bubo_desktop.packs.manifest import VectorGrounder

_BATCH = 32  # phrases read in one run
_N_PHRASES = 8192  # whose vectors are remembered


class VectorLocator:
    """The pack's `VectorGrounder`. Raises what `Shelf.session` and `WordPieces` raise."""

    labels = None

    def __init__(self, part: VectorGrounder, shelf: Shelf) -> None:
        self._part = part
        self._pieces = WordPieces(shelf.folder / part.tokenizer_file)
        outputs = ["pred_boxes", "class_embeds", "logit_shift", "logit_scale"]
        self.session = shelf.session(part.file, ["pixel_values"], outputs)
        self.text = shelf.session(part.text_file, ["input_ids"], ["text_embeds"])
        self._vectors: dict[str, NDArray[np.float32]] = {}

    def see(self, picture: Picture, cancellation: Cancellation | None = None) -> Maps:
        """Returns boxes and vectors of all places. Raises what `Session.run` raises."""
        found = self.session.run(cancellation, pixel_values=network_input(picture, self._part.pixels))
        check_shapes(self._part.file, found, class_embeds=(1, None, None))
        n_places = found["class_embeds"].shape[1]
        check_shapes(self._part.file, found, pred_boxes=(1, n_places, 4))
        check_shapes(self._part.file, found, logit_shift=(1, n_places, 1), logit_scale=(1, n_places, 1))
        return found

    def locate(
        self,
        picture: Picture,
        cancellation: Cancellation | None = None,
        among: Collection[str] | None = None,
        maps: Maps | None = None,
    ) -> list[Detection]:
        """Returns at most `max_objects` objects, best first, each with one of the phrases as its label.

        Args:
            picture: where to look.
            cancellation: ends the work early.
            among: the phrases.
            maps: what `see` made of the picture, if known.

        Raises:
            CancelledWork, EngineError: as `Session.run`.
        """
        phrases = list(dict.fromkeys(among or ()))
        if not phrases:
            return []
        seen = self.see(picture, cancellation) if maps is None else maps
        scores = place_scores(seen, self._read(phrases, seen["class_embeds"].shape[2], cancellation))
        fit = Fit.of(picture.width, picture.height, self._part.pixels)
        boxes = fit.to_picture(to_corners(seen["pred_boxes"][0]))
        found = best_of(scores, boxes, phrases, self._part.score_threshold)
        return choose(found, self._part.iou_threshold, self._part.max_objects)

    def _read(self, phrases: Sequence[str], width: int, cancellation: Cancellation | None) -> NDArray[np.float32]:
        """The phrases' vectors [phrases, width]; those that were read before are remembered."""
        vectors = self._vectors if len(self._vectors) <= _N_PHRASES else {}
        self._vectors = vectors  # whatever another thread makes of it, `vectors` only grows
        new = [phrase for phrase in phrases if phrase not in vectors]
        for start in range(0, len(new), _BATCH):
            batch = new[start : start + _BATCH]
            found = self.text.run(cancellation, input_ids=self._tokens(batch))
            check_shapes(self._part.text_file, found, text_embeds=(len(batch), width))
            vectors.update(zip(batch, found["text_embeds"], strict=True))
        return np.stack([vectors[phrase] for phrase in phrases])

    def _tokens(self, phrases: Sequence[str]) -> NDArray[np.int64]:
        """int64 [phrases, n], zeros behind the last token."""
        prompts = (self._part.prompt.replace("{}", phrase) for phrase in phrases)
        rows = [self._pieces.encode(prompt, self._part.max_text_tokens) for prompt in prompts]
        ids = np.zeros((len(rows), max(map(len, rows))), np.int64)
        for number, row in enumerate(rows):
            ids[number, : len(row)] = row
        return ids


def place_scores(maps: Maps, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """How well each phrase, by its vector [phrases, d], fits each place: [places, phrases] in 0..1.

    Source: transformers, `OwlViTClassPredictionHead`.
    """
    likeness = maps["class_embeds"][0] @ vectors.T
    return sigmoid((likeness + maps["logit_shift"][0]) * maps["logit_scale"][0])
