"""Marks for verdicts on whether a picture and a recording belong together."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import get_args

from bubo_desktop.data import Verdict
from build.evaluation.figures import Figure, resampled, share

TABLE = "Picture and sound, by what is true"


class VerdictMarks:
    """Verdicts on pictures and recordings, against what is true."""

    def __init__(self) -> None:
        self._said: list[tuple[str, str]] = []

    def add(self, right: str, said: str) -> None:
        """Adds a pair."""
        self._said.append((right, said))

    def figures(self) -> list[Figure]:
        """Balanced accuracy, the mean over the kinds of pair that occur, and the share of each kind that is right."""
        each = [share(f"{right}, told rightly", self._hits(right), TABLE) for right in get_args(Verdict)]
        return [
            resampled(
                "picture and sound, balanced accuracy",
                len(self._said),
                lambda chosen: balance([self._said[index] for index in chosen]),
            ),
            *each,
        ]

    def confusions(self) -> dict[str, dict[str, int]]:
        """True verdicts, and what was said."""
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        for right, said in self._said:
            counts[right][said] += 1
        return {right: dict(said) for right, said in counts.items()}

    def _hits(self, wanted: str) -> list[bool]:
        return [said == right for right, said in self._said if right == wanted]


def balance(said: Sequence[tuple[str, str]]) -> float:
    """Balanced accuracy of pairs of what is right and what was said: the mean recall of the kinds that occur."""
    asked = Counter(right for right, _ in said)
    hits = Counter(right for right, each in said if right == each)
    return sum(hits[right] / n for right, n in asked.items()) / max(len(asked), 1)
