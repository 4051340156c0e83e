"""Counts of what was wanted, found and right, case by case, so that they can be drawn again."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from build.evaluation.figures import Figure, ratio


class SetCounts:
    """Sets of labels, or numbers of things, of one case after another."""

    def __init__(self) -> None:
        self._right: list[int] = []
        self._found: list[int] = []
        self._wanted: list[int] = []

    def add(self, wanted: Collection[str], found: Collection[str]) -> None:
        """Adds a case's labels."""
        self.count(len(set(wanted) & set(found)), len(found), len(wanted))

    def count(self, n_right: int, n_found: int, n_wanted: int) -> None:
        """Adds a case."""
        self._right.append(n_right)
        self._found.append(n_found)
        self._wanted.append(n_wanted)

    def precision(self, name: str, table: str = "Overall") -> Figure:
        """The share of what was found that is right."""
        return ratio(name, self._right, self._found, table)

    def recall(self, name: str, table: str = "Overall") -> Figure:
        """The share of what was wanted that was found."""
        return ratio(name, self._right, self._wanted, table)

    def f1(self, name: str, table: str = "Overall") -> Figure:
        """The harmonic mean of the two; its `n` is how much was wanted."""
        both = [found + wanted for found, wanted in zip(self._found, self._wanted, strict=True)]
        figure = ratio(name, [2 * n for n in self._right], both, table)
        return msgspec.structs.replace(figure, n=sum(self._wanted))
