"""Looking at a picture with a question in mind: its features and the question as rows for the language network."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bubo_desktop.engine.cancellation import Cancellation
from bubo_desktop.engine.shelf import Shelf
from bubo_desktop.engine.wordpieces import WordPieces
from bubo_desktop.packs.manifest import QuestionReader


class QuestionReading:
    """The pack's `QuestionReader`. Raises what `Shelf.session` and `WordPieces` raise."""

    def __init__(self, part: QuestionReader, shelf: Shelf) -> None:
        self._max_tokens = part.max_tokens
        self._pieces = WordPieces(shelf.folder / part.tokenizer_file)
        self._session = shelf.session(part.file, ["features", "input_ids"], ["embeddings"])

    def read(
        self, question: str, features: NDArray[np.float32], cancellation: Cancellation | None = None
    ) -> NDArray[np.float32]:
        """Returns finite embeddings, float32 [n_queries, width], of a picture's features [tokens, d].

        Raises what `Session.run` raises.
        """
        input_ids = np.array([self._pieces.encode(question, self._max_tokens)], np.int64)
        return self._session.run(cancellation, features=features[None], input_ids=input_ids)["embeddings"][0]
