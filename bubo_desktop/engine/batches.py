"""What a language network reads, cell by cell: runs of tokens and rows, compared, cut, and packed into batches."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Marks = NDArray[np.uint64]
"""What stands in each cell of a key-value cache: two cells with the same mark hold the same."""

_ROW_MARK = np.uint64(1 << 63)  # set in marks of rows, never in those of tokens


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """Neighbouring cells of one kind; made by `run_of_tokens` and `run_of_rows`.

    Attributes:
        values: token ids int32 (n,), or rows float32 (n, width).
        marks: of the cells.
        is_causal: false where every row attends to every other one.
        offsets: int32 (4, n), where the rows have places in more than one dimension; see `prompt.Embeddings`.
    """

    values: NDArray[np.int32] | NDArray[np.float32]
    marks: Marks
    is_causal: bool = True
    offsets: NDArray[np.int32] | None = None

    def __len__(self) -> int:
        return len(self.values)

    @property
    def has_tokens(self) -> bool:
        """Whether these are tokens, and not rows."""
        return self.values.ndim == 1

    @property
    def is_whole(self) -> bool:
        """Whether all of it must be read in one batch."""
        return not self.is_causal or self.offsets is not None

    @property
    def n_positions(self) -> int:
        """How far it is from its first cell to the next one after it, in positions."""
        return len(self) if self.offsets is None else int(self.offsets.max()) + 1

    def part(self, start: int, end: int) -> Run:
        """The cells from `start` to before `end`; all of them where the run must stay whole."""
        return self if end - start == len(self) else Run(self.values[start:end], self.marks[start:end])


def run_of_tokens(ids: Sequence[int] | NDArray[np.integer]) -> Run:
    """A run of these tokens, (n,)."""
    values = np.asarray(ids, np.int32)
    return Run(values, values.astype(np.uint64))


def run_of_rows(rows: NDArray[np.float32], is_causal: bool = True, offsets: NDArray[np.int32] | None = None) -> Run:
    """A run of these rows, (n, width), of which it keeps a copy; `offsets` (4, n) and the rest are those of `Run`.

    Where all rows must stay together, each is marked by all of them.
    """
    values = np.array(rows, np.float32)
    places = b"" if offsets is None else offsets.tobytes()
    company = b"" if is_causal and offsets is None else values.tobytes() + places
    shared = hashlib.blake2b(company)

    def mark(row: NDArray[np.float32]) -> bytes:
        digest = shared.copy()
        digest.update(row.tobytes())
        return digest.digest()[: _ROW_MARK.itemsize]

    marks = np.frombuffer(b"".join(map(mark, values)), np.uint64) | _ROW_MARK
    return Run(values, marks, is_causal, offsets)


Batch = tuple[Run, ...]
"""What is decoded at once."""


def n_cells(runs: Sequence[Run]) -> int:
    """Their cells, all together."""
    return sum(map(len, runs))


def marks_of(runs: Sequence[Run]) -> Marks:
    """The marks of all their cells."""
    return np.concatenate([np.zeros(0, np.uint64), *(run.marks for run in runs)])


def n_same(marks: Marks, others: Marks) -> int:
    """The number of leading cells that are the same."""
    n_common = min(len(marks), len(others))
    differs = np.flatnonzero(marks[:n_common] != others[:n_common])
    return int(differs[0]) if len(differs) else n_common


def cut(runs: Sequence[Run], n: int) -> tuple[list[Run], list[Run]]:
    """Those before cell number `n`, or before the run that must stay whole and holds it, and those from there on."""
    before: list[Run] = []
    for number, run in enumerate(runs):
        if len(run) > n:
            if run.is_whole or n == 0:
                return before, list(runs[number:])
            return [*before, run.part(0, n)], [run.part(n, len(run)), *runs[number + 1 :]]
        before.append(run)
        n -= len(run)
    return before, []


def pack(runs: Sequence[Run], n_most: int, *, joined: bool, at_media: bool) -> list[Batch]:
    """Packs runs into batches of at most `n_most` cells; a run that must stay whole is a batch of its own.

    Args:
        runs: in order.
        n_most: cells.
        joined: whether tokens and rows may share a batch.
        at_media: whether a batch ends with every run of rows, where another reading of the same beginning may end.
    """
    batches: list[list[Run]] = [[]]
    for run in runs:
        last = batches[-1]
        if last and (run.is_whole or last[-1].is_whole or not (joined or last[-1].has_tokens == run.has_tokens)):
            batches.append([])
        start = 0
        while start < len(run):
            n_room = n_most - n_cells(batches[-1])
            if n_room <= 0:
                batches.append([])
                n_room = n_most
            end = len(run) if run.is_whole else min(len(run), start + n_room)
            batches[-1].append(run.part(start, end))
            start = end
        if at_media and not run.has_tokens:
            batches.append([])
    return [tuple(batch) for batch in batches if batch]
