"""Which recogniser is used: one that the user has fetched, else the one that comes with the program."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Recogniser(Protocol):
    """Knows words by their sound."""

    def recognise(self, speech: NDArray[np.float32], language: str) -> str:
        """What is said, as it is written.

        Args:
            speech: float32 (n,) at 16 kHz, full scale at -1..1.
            language: its code, such as `en`.

        Raises:
            DeviceError: no word is understood, or none of this language can be.
        """
        ...


def choose_recogniser(folder: Path, things: Sequence[str]) -> Recogniser:
    """The first, by its name, in `folder`, where fetched ones are; else the embedded one.

    Args:
        folder: may not exist.
        things: nouns that are likely to be said.

    Raises:
        DeviceError: the fetched one cannot be used.
    """
    fetched = sorted(path for path in folder.glob("*") if path.is_dir())
    if fetched:
        from bubo_desktop.transcriber.fetched import Fetched

        return Fetched(fetched[0])
    from bubo_desktop.transcriber.embedded import Embedded

    return Embedded(things)
