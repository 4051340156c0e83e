"""What was already worked out of files, remembered by their content."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar, cast

import numpy as np

from bubo_desktop.data import RunLengths
from bubo_desktop.errors import InputError

T = TypeVar("T")
_SMALL_BYTES = 256  # what a tag or a detection is counted as
_RUN_BYTES = 40  # an integer and the reference to it


def content_hash(path: str | Path) -> str:
    """BLAKE2b of a file's bytes, in hexadecimal. Raises `InputError` where it cannot be read."""
    path = Path(path)
    if not path.is_file():  # reading a pipe might wait for ever
        raise InputError(f"There is no file {path.name}.", "Check the path.")
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=20)).hexdigest()
    except OSError as error:
        raise InputError(f"{path.name} cannot be read.", "Check its permissions.") from error


class FeatureCache:
    """Keeps the values used last, up to `budget_bytes`. A single value larger than that is not kept."""

    def __init__(self, budget_bytes: int) -> None:
        self._budget_bytes = budget_bytes
        self._values: OrderedDict[tuple[str, str], tuple[object, int]] = OrderedDict()
        self.size_bytes = 0

    def recall(self, content: str, part: str, work_out: Callable[[], T]) -> T:
        """Returns the value of `part` for a `content_hash`; works it out where it is not remembered."""
        key = (content, part)
        if key in self._values:
            self._values.move_to_end(key)
            return cast("T", self._values[key][0])
        value = work_out()
        size_bytes = _n_bytes(value)
        if size_bytes <= self._budget_bytes:
            self._values[key] = value, size_bytes
            self.size_bytes += size_bytes
        while self.size_bytes > self._budget_bytes:
            self.size_bytes -= self._values.popitem(last=False)[1][1]
        return value


def _n_bytes(value: object) -> int:
    if isinstance(value, np.ndarray):
        return value.nbytes
    if isinstance(value, RunLengths):
        return _SMALL_BYTES + _RUN_BYTES * len(value.counts)
    if isinstance(value, (list, tuple)):
        return _SMALL_BYTES + sum(map(_n_bytes, value))
    return _SMALL_BYTES
