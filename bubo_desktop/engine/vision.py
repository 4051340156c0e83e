"""Seeing: a picture as embeddings for the language network."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bubo_desktop.engine.cancellation import Cancellation
from bubo_desktop.engine.imaging import Picture, network_input
from bubo_desktop.engine.question_reading import QuestionReading
from bubo_desktop.engine.shelf import Shelf
from bubo_desktop.packs.manifest import VisionPart


class Vision:
    """The pack's `VisionPart`. Raises what `Shelf.session` and `QuestionReading` raise."""

    def __init__(self, part: VisionPart, shelf: Shelf) -> None:
        self._part = part
        self._output = "features" if part.question_reader else "embeddings"
        self.session = shelf.session(part.file, ["pixel_values"], [self._output])
        self._reading = QuestionReading(part.question_reader, shelf) if part.question_reader else None

    @property
    def reads_questions(self) -> bool:
        """Whether what `see` gives must go through `read_for` before the language network can be shown it."""
        return self._reading is not None

    def see(self, picture: Picture, cancellation: Cancellation | None = None) -> NDArray[np.float32]:
        """Returns finite embeddings, float32 [n_queries, width]; features [tokens, d] where it `reads_questions`.

        Raises what `Session.run` raises.
        """
        pixels = network_input(picture, self._part.pixels)
        return self.session.run(cancellation, pixel_values=pixels)[self._output][0]

    def read_for(
        self, question: str, features: NDArray[np.float32], cancellation: Cancellation | None = None
    ) -> NDArray[np.float32]:
        """Returns what the language network is shown of a picture for this question, float32 [n_queries, width].

        Args:
            question: the user's words.
            features: of `see`; where it does not read questions they are embeddings, and given back as they are.
            cancellation: interrupts the run.

        Raises what `Session.run` raises.
        """
        return self._reading.read(question, features, cancellation) if self._reading else features
