"""Locating whatever can be said, with a network that reads a picture and a text together."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from bubo_desktop.engine.abilities import Maps
from bubo_desktop.engine.cancellation import Cancellation
from bubo_desktop.engine.detections import Detection, best_of, choose, to_corners
from bubo_desktop.engine.features import FeatureCache
from bubo_desktop.engine.imaging import Fit, Picture, network_input
from bubo_desktop.engine.phrase_text import PhraseText, write_phrases
from bubo_desktop.engine.scores import sigmoid
from bubo_desktop.engine.shapes import check_shapes
from bubo_desktop.engine.shelf import Shelf
from bubo_desktop.engine.wordpieces import WordPieces
from bubo_desktop.packs.manifest import PhraseGrounder

TEXTS_BYTES = 16 * 1024 * 1024  # of features that are remembered: a text takes a quarter of a megabyte


class PhraseLocator:
    """The pack's `PhraseGrounder`. Raises what `Shelf.session` and `WordPieces` raise."""

    labels = None

    def __init__(self, part: PhraseGrounder, shelf: Shelf) -> None:
        self._part = part
        self._pieces = WordPieces(shelf.folder / part.tokenizer_file)
        texts = ["attention_mask", "position_ids"]
        self.backbone = shelf.session(part.backbone_file, ["pixel_values"])
        self.text = shelf.session(part.text_file, ["input_ids", *texts], ["text_features"])
        self.session = shelf.session(part.file, ["text_features", *texts], ["logits", "pred_boxes"])
        self._texts = FeatureCache(TEXTS_BYTES)

    def see(self, picture: Picture, cancellation: Cancellation | None = None) -> Maps:
        """Returns the backbone's maps. Raises what `Session.run` raises."""
        return self.backbone.run(cancellation, pixel_values=network_input(picture, self._part.pixels))

    def locate(
        self,
        picture: Picture,
        cancellation: Cancellation | None = None,
        among: Collection[str] | None = None,
        maps: Maps | None = None,
    ) -> list[Detection]:
        """Returns at most `max_objects` objects, best first, each with one of the phrases as its label.

        Phrases that do not fit into one text are looked for in several runs.

        Args:
            picture: where to look.
            cancellation: ends the work early.
            among: the phrases.
            maps: what `see` made of the picture, if known.

        Raises:
            CancelledWork, EngineError: as `Session.run`.
        """
        texts = list(write_phrases(dict.fromkeys(among or ()), self._pieces, self._part.max_text_tokens))
        if not texts:
            return []
        seen = self.see(picture, cancellation) if maps is None else maps
        fit = Fit.of(picture.width, picture.height, self._part.pixels)
        found = [each for text in texts for each in self._find(fit, seen, text, cancellation)]
        return choose(found, self._part.iou_threshold, self._part.max_objects)

    def _find(self, fit: Fit, maps: Maps, text: PhraseText, cancellation: Cancellation | None) -> list[Detection]:
        given = {"attention_mask": text.attention_mask()[None], "position_ids": text.position_ids()[None]}
        features = self._read(text, given, cancellation)
        found = self.session.run(cancellation, **maps, **given, text_features=features)
        check_shapes(self._part.file, found, logits=(1, None, len(text.input_ids)))
        check_shapes(self._part.file, found, pred_boxes=(1, found["logits"].shape[1], 4))
        scores, boxes = phrase_scores(found["logits"][0], text), fit.to_picture(to_corners(found["pred_boxes"][0]))
        return best_of(scores, boxes, text.phrases, self._part.box_threshold)

    def _read(
        self, text: PhraseText, given: dict[str, NDArray[np.int64]], cancellation: Cancellation | None
    ) -> NDArray[np.float32]:
        """The features of a text; those of the texts read last are remembered."""

        def read() -> NDArray[np.float32]:
            return self.text.run(cancellation, input_ids=text.input_ids[None], **given)["text_features"]

        return self._texts.recall("\n".join(text.phrases), "text_features", read)


def phrase_scores(logits: NDArray[np.float32], text: PhraseText) -> NDArray[np.float32]:
    """How well each phrase fits each place, [places, phrases] in 0..1: the best of its tokens' logits [places, n].

    Source: transformers, `post_process_grounded_object_detection`, which takes the best of all tokens.
    """
    scores = sigmoid(logits)
    return np.stack([scores[:, first:last].max(axis=1) for first, last in text.spans], axis=1)
