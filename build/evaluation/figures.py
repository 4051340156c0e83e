"""A figure that was measured: its value, on how many cases, and the 95 % confidence interval.

Proportions have Wilson's interval; means, ratios and scores of a whole test have that of the bootstrap's percentiles,
drawn case by case from a fixed seed. In two runs of the same cases the same ones are drawn, so that draws can be
compared pair by pair. Source: Wilson, "Probable Inference" (1927); Efron and Tibshirani, "An Introduction to the
Bootstrap" (1993), section 13.3.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from scipy.stats import binomtest, bootstrap

CONFIDENCE = 0.95
N_RESAMPLES = 1_000
SEED = 0
DIGITS = 5  # of a draw


class Figure(Struct, frozen=True):
    """What was measured.

    Attributes:
        name: what, in words; unlike all others of its `table`.
        value: shares in 0..1, CIDEr-D in 0..10, times in seconds.
        n: cases it was measured on.
        low, high: ends of the confidence interval; both None where one case cannot tell.
        table: the table it stands in.
        draws: the value of each draw of the bootstrap; empty for shares by Wilson's interval.
    """

    name: str
    value: float
    n: int
    low: float | None = None
    high: float | None = None
    table: str = "Overall"
    draws: tuple[float, ...] = ()


def proportion(name: str, n_right: int, n: int, table: str = "Overall") -> Figure:
    """The share of cases that are right; 0 of no cases."""
    if not n:
        return Figure(name, 0.0, 0, table=table)
    interval = binomtest(n_right, n).proportion_ci(CONFIDENCE, method="wilson")
    return Figure(name, n_right / n, n, float(interval.low), float(interval.high), table)


def share(name: str, cases: Sequence[bool], table: str = "Overall") -> Figure:
    """As `proportion`, of cases one by one."""
    return proportion(name, sum(cases), len(cases), table)


def mean(name: str, values: Sequence[float], table: str = "Overall") -> Figure:
    """The mean of a value of each case; 0 of no cases."""
    measured = np.asarray(values, np.float64)
    return resampled(name, len(values), lambda chosen: float(measured[chosen].mean()), table)


def ratio(name: str, parts: Sequence[float], wholes: Sequence[float], table: str = "Overall") -> Figure:
    """All cases' parts together over all cases' wholes together, as precision and recall are.

    Cases are drawn, not what they are made of: the objects of one picture are right or wrong together.
    """
    above, below = np.asarray(parts, np.float64), np.asarray(wholes, np.float64)
    if not below.sum():
        return Figure(name, 0.0, 0, table=table)

    def divide(chosen: NDArray[np.intp]) -> float:
        whole = float(below[chosen].sum())
        return float(above[chosen].sum()) / whole if whole else 0.0

    drawn = resampled(name, len(parts), divide, table)
    return msgspec.structs.replace(drawn, n=round(float(below.sum())))


def resampled(
    name: str,
    n: int,
    score: Callable[[NDArray[np.intp]], float],
    table: str = "Overall",
    n_resamples: int = N_RESAMPLES,
) -> Figure:
    """A score of a whole test, and its interval.

    Where every case is right, or none, drawing them again tells nothing: then the interval is Wilson's.

    Args:
        name: of the figure.
        n: cases of the test.
        score: of those with these indices (n,), some of which may stand there more than once.
        table: of the figure.
        n_resamples: how often the test is drawn again.
    """
    if not n:
        return Figure(name, 0.0, 0, table=table)
    everyone = np.arange(n)
    value = score(everyone)
    if n == 1:
        return Figure(name, value, 1, table=table)
    drawn = bootstrap(
        (everyone,), score, n_resamples=n_resamples, vectorized=False, confidence_level=CONFIDENCE,
        method="percentile", rng=np.random.default_rng(SEED),
    )  # fmt: skip
    low, high = (float(end) for end in drawn.confidence_interval)
    if low == high and value in {0.0, 1.0}:
        wilson = proportion(name, round(n * value), n, table)
        low, high = wilson.low or 0.0, wilson.high or 0.0
    return Figure(name, value, n, low, high, table, tuple(drawn.bootstrap_distribution.round(DIGITS).tolist()))


def subtract(figure: Figure, other: Figure) -> tuple[float, float, float] | None:
    """How much more `figure` is than the same figure of another run of the same cases, and that difference's interval.

    Returns:
        None where there are no draws to compare.
    """
    if not figure.draws or len(figure.draws) != len(other.draws):
        return None
    differences = np.subtract(figure.draws, other.draws)
    low, high = np.quantile(differences, ((1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2)).tolist()
    return figure.value - other.value, low, high
