"""The ONNX files of a pack: opened when they are first used, and put away where their memory is wanted elsewhere."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import psutil
from numpy.typing import NDArray

from bubo_desktop.engine.cancellation import Cancellation
from bubo_desktop.engine.sessions import Session

SMALL_BYTES = 32 * 1024 * 1024  # not worth putting away
SHARE = 0.25  # of the memory that is free, for large files: running them takes as much again, and so do other programs


class Shelf:
    """Where a pack's sessions stand. Several threads may run them, the same one too.

    Args:
        folder: the pack's.
        n_threads: threads of each large session's calculation, at least 1; a small one is done before others are awake.
        budget_bytes: size of the large files that may be open at once, 0 for one at a time; None: what suits the
            memory that is free now.
    """

    def __init__(self, folder: Path, n_threads: int, budget_bytes: int | None = None) -> None:
        self.folder = folder
        self.n_threads = n_threads
        self._budget_bytes = free_budget_bytes() if budget_bytes is None else budget_bytes
        self._open: list[ShelvedSession] = []  # the large ones, used longest ago first
        self._lock = threading.RLock()  # while one is opened or closed

    def session(self, file: str, inputs: Sequence[str] = (), outputs: Sequence[str] = ()) -> ShelvedSession:
        """The session of a file of the pack; a small file is opened at once.

        Args:
            file: its name in the pack's folder.
            inputs: names the file must ask for.
            outputs: names the file must give.

        Raises:
            PackError: as `Session`.
        """
        return ShelvedSession(self, file, inputs, outputs)

    def put_away(self, unused_s: float = 0.0) -> None:
        """Frees the memory of the large sessions that were not used for so long; each is opened again when it is."""
        with self._lock:
            used_s = time.monotonic() - unused_s
            for session in self._open:
                if session.used_s <= used_s:
                    session.close()
            self._open = [session for session in self._open if session.used_s > used_s]

    def use(self, wanted: ShelvedSession) -> Session:
        """Opens `wanted`, which becomes the last used, after what was used longest ago is put away until it fits."""
        with self._lock:
            others = [session for session in self._open if session is not wanted]
            while others and sum(session.size_bytes for session in (*others, wanted)) > self._budget_bytes:
                others.pop(0).close()
            self._open = [*others, wanted]
            return wanted.open()


def free_budget_bytes() -> int:
    """The size of large files for which there is room; the language network's pages count as free, as they can be read
    again.
    """
    return int(psutil.virtual_memory().available * SHARE)


class ShelvedSession:
    """A `Session` that may be closed between two runs. Raises what `Session` raises, at its first run if large.

    Attributes:
        size_bytes: of the file.
        used_s: when it was last used, on the monotonic clock.
    """

    def __init__(self, shelf: Shelf, file: str, inputs: Sequence[str], outputs: Sequence[str]) -> None:
        self._shelf = shelf
        self._path = shelf.folder / file
        self._inputs, self._outputs = inputs, outputs
        self.size_bytes = self._path.stat().st_size if self._path.is_file() else 0
        self.used_s = 0.0
        self._session: Session | None = None
        if not self._is_large:
            self.open()

    @property
    def input_names(self) -> tuple[str, ...]:
        """What the file asks for, in its order; opens it."""
        return self._ready().input_names

    @property
    def output_names(self) -> tuple[str, ...]:
        """What the file gives, in its order; opens it."""
        return self._ready().output_names

    def run(
        self, cancellation: Cancellation | None = None, /, **inputs: NDArray[np.generic]
    ) -> dict[str, NDArray[np.float32]]:
        """Runs the network as `Session.run` does, on inputs of its shapes; it is opened where it was put away."""
        return self._ready().run(cancellation, **inputs)

    def open(self) -> Session:
        """The session itself, ready to run."""
        if self._session is None:
            n_threads = self._shelf.n_threads if self._is_large else 1
            keeps_memory = not self._is_large
            self._session = Session(self._path, n_threads, self._inputs, self._outputs, keeps_memory=keeps_memory)
        self.used_s = time.monotonic()
        return self._session

    def close(self) -> None:
        """Frees the memory until the next run, as soon as the last one has ended."""
        self._session = None

    @property
    def _is_large(self) -> bool:
        return self.size_bytes >= SMALL_BYTES

    def _ready(self) -> Session:
        return self._shelf.use(self) if self._is_large else self.open()
