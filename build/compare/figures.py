"""What was measured, beside what it should be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

CLEARLY = 1.1  # better than the goal by this factor: more than two runs on one machine differ

Verdict = Literal["beaten", "met", "missed", ""]


class Goal(Struct, frozen=True):
    """A figure is to be at most, or at least, `limit`."""

    limit: float
    at_least: bool = False

    def judge(self, value: float) -> Verdict:
        """Whether `value` misses the goal, meets it, or clearly beats it."""
        gain = value / self.limit if self.at_least else self.limit / value if value > 0 else CLEARLY
        return "beaten" if gain >= CLEARLY else "met" if gain >= 1.0 else "missed"

    def __str__(self) -> str:
        return f"{'>=' if self.at_least else '<='} {self.limit:g}"


class Figure(Struct, frozen=True):
    """Two sides of a comparison, or one figure that stands for itself.

    Attributes:
        name: what is compared.
        unit: of both sides.
        ours: our side.
        theirs: the other side; None where a goal is set for our side alone.
        goal: for the ratio: ours / theirs where it is to be small, theirs / ours where it is to be large.
    """

    name: str
    unit: str
    ours: float
    theirs: float | None = None
    goal: Goal | None = None

    @property
    def value(self) -> float:
        """What the goal is about."""
        if self.theirs is None:
            return self.ours
        return self.theirs / self.ours if self.goal and self.goal.at_least else self.ours / self.theirs

    @property
    def verdict(self) -> Verdict:
        """Empty where there is no goal."""
        return self.goal.judge(self.value) if self.goal else ""


def draw_table(figures: Sequence[Figure]) -> str:
    """The figures as lines of text under a heading."""
    rows = [("", "unit", "ours", "theirs", "ratio", "goal", ""), *map(_draw_row, figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join("  ".join(map(_pad, row, widths, range(len(row)))).rstrip() for row in rows)


def count_verdicts(figures: Sequence[Figure]) -> str:
    """How many goals were beaten, met and missed, in a sentence."""
    verdicts = [figure.verdict for figure in figures if figure.goal]
    counts = ", ".join(f"{verdicts.count(verdict)} {verdict}" for verdict in ("beaten", "met", "missed"))
    return f"{len(verdicts)} goals: {counts}."


def _draw_row(figure: Figure) -> tuple[str, str, str, str, str, str, str]:
    theirs, ratio = ("", "") if figure.theirs is None else (_round(figure.theirs), f"{figure.value:.2f}")
    goal = str(figure.goal) if figure.goal else ""
    return figure.name, figure.unit, _round(figure.ours), theirs, ratio, goal, figure.verdict


def _round(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _pad(text: str, width: int, column: int) -> str:
    return text.rjust(width) if column in {2, 3, 4} else text.ljust(width)
