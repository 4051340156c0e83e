"""What a run counts between two looks at it: losses, and which answers were exact."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from build.training.logbook import Entry, Part
from build.training.pupil import Judged


@dataclass
class Counts:
    """What was asked and answered, and the loss: sums that can be added up over processes."""

    loss: float = 0.0
    weight: float = 0.0
    asked: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.loss + other.loss, self.weight + other.weight, self.asked + other.asked, self.right + other.right
        )

    def entry(self, step: int, part: Part, rate: float) -> Entry:
        """As a line of the log."""
        exact = {kind: round(self.right[kind] / n, 6) for kind, n in sorted(self.asked.items())}
        loss = self.loss / self.weight if self.weight else math.nan
        return Entry(step=step, part=part, loss=loss, rate=rate, n_asked=dict(sorted(self.asked.items())), exact=exact)


@dataclass
class Tally:
    """What one process counted since the last look, left on its device: reading it at each step would hold that up."""

    judged: list[tuple[Sequence[str], Judged]] = field(default_factory=list)

    def add(self, kinds: Sequence[str], judged: Judged) -> None:
        """Counts a lesson; `judged.is_right` is bool (n_samples,)."""
        self.judged.append((kinds, Judged(*(value.detach() for value in judged))))

    def counts(self) -> Counts:
        """All lessons together."""
        counts = Counts()
        for kinds, judged in self.judged:
            counts.loss += judged.loss.item()
            counts.weight += judged.weight.item()
            counts.asked.update(kinds)
            counts.right.update(kind for kind, right in zip(kinds, judged.is_right.tolist(), strict=True) if right)
        return counts
