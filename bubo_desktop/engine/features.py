"""What was already worked out of pictures and recordings, remembered by their content."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar, cast

import numpy as np

from bubo_desktop.data import Clip, Frame, RunLengths
from bubo_desktop.engine.prompt import Embeddings
from bubo_desktop.errors import InputError

T = TypeVar("T")
_DIGEST_BYTES = 20
_SMALL_BYTES = 256  # what a tag or a detection is counted as
_RUN_BYTES = 40  # an integer and the reference to it


def content_hash(source: str | Path | Frame | Clip) -> str:
    """BLAKE2b of a file's bytes, or of a picture or recording in memory, in hexadecimal.

    Raises:
        InputError: the file cannot be read.
    """
    match source:
        case Frame():
            return _digest(f"frame {source.width_px} {source.height_px}", source.rgb)
        case Clip():
            return _digest(f"clip {source.rate_hz}", source.samples)
        case _:
            return _file_hash(Path(source))


def _digest(head: str, content: bytes) -> str:
    digest = hashlib.blake2b(head.encode(), digest_size=_DIGEST_BYTES)
    digest.update(content)
    return digest.hexdigest()


def _file_hash(path: Path) -> str:
    if not path.is_file():  # reading a pipe might wait for ever
        raise InputError(f"There is no file {path.name}.", "Check the path.")
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=_DIGEST_BYTES)).hexdigest()
    except OSError as error:
        raise InputError(f"{path.name} cannot be read.", "Check its permissions.") from error


class FeatureCache:
    """Keeps the values used last, up to `budget_bytes`. A single value larger than that is not kept.

    Several threads may use it; where two miss the same value at the same time, both work it out.
    """

    def __init__(self, budget_bytes: int) -> None:
        self._budget_bytes = budget_bytes
        self._lock = threading.Lock()
        self._values: OrderedDict[tuple[str, str], tuple[object, int]] = OrderedDict()
        self.size_bytes = 0

    def recall(self, content: str, part: str, work_out: Callable[[], T]) -> T:
        """Returns the value of `part` for a `content_hash` or the like; works it out where it is not remembered."""
        key = (content, part)
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return cast("T", self._values[key][0])
        value = work_out()
        with self._lock:
            self._keep(key, value, _n_bytes(value))
        return value

    def _keep(self, key: tuple[str, str], value: object, size_bytes: int) -> None:
        if key in self._values or size_bytes > self._budget_bytes:
            return
        self._values[key] = value, size_bytes
        self.size_bytes += size_bytes
        while self.size_bytes > self._budget_bytes:
            self.size_bytes -= self._values.popitem(last=False)[1][1]


def _n_bytes(value: object) -> int:
    if isinstance(value, np.ndarray):
        return value.nbytes
    if isinstance(value, Embeddings):
        return value.rows.nbytes
    if isinstance(value, RunLengths):
        return _SMALL_BYTES + _RUN_BYTES * len(value.counts)
    if isinstance(value, Mapping):
        return sum(map(_n_bytes, value.values()))
    if isinstance(value, (list, tuple)):
        return _SMALL_BYTES + sum(map(_n_bytes, value))
    return _SMALL_BYTES
