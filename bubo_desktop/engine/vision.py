"""Seeing: a picture as embeddings for the language network."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bubo_desktop.engine.cancellation import Cancellation
from bubo_desktop.engine.imaging import Picture, network_input
from bubo_desktop.engine.sessions import Session
from bubo_desktop.packs.manifest import VisionPart


class Vision:
    """The pack's `VisionPart`. Raises what `Session` raises."""

    def __init__(self, part: VisionPart, folder: Path, n_threads: int) -> None:
        self._part = part
        self.session = Session(folder / part.file, n_threads, ["pixel_values"], ["embeddings"])

    def see(self, picture: Picture, cancellation: Cancellation | None = None) -> NDArray[np.float32]:
        """Returns finite embeddings, float32 [n_queries, width]. Raises what `Session.run` raises."""
        pixels = network_input(picture, self._part.pixels)
        return self.session.run(cancellation, pixel_values=pixels)["embeddings"][0]
