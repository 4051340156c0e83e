"""Counts that become shares: how much was right of what was asked, found or wanted."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Tally:
    """What was right and what was asked, by name."""

    right: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)

    def count(self, name: str, is_right: bool) -> None:
        """Adds one case."""
        self.asked[name] += 1
        self.right[name] += is_right

    def shares(self) -> dict[str, float]:
        """The share that was right of each."""
        return {name: self.right[name] / self.asked[name] for name in sorted(self.asked)}

    def share_of(self, *names: str) -> float:
        """The share that was right of all these together; 0 where none was asked."""
        return sum(self.right[name] for name in names) / max(sum(self.asked[name] for name in names), 1)


def f1(n_right: int, n_found: int, n_wanted: int) -> float:
    """Harmonic mean of precision and recall; 0 where nothing was found and nothing wanted."""
    return 2 * n_right / max(n_found + n_wanted, 1)
