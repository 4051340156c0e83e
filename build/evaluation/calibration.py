"""Whether scores are honest probabilities, how to make them so, and from which score on to say anything."""

from __future__ import annotations

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import log_expit, logit

from bubo_desktop.packs.manifest import Curve
from build.evaluation.figures import proportion

N_BINS = 15
_SHORT_OF_CERTAIN = 1e-6  # scores of 0 and 1 have no logit
_BOUNDS = ((0.01, 100.0), (-50.0, 50.0))  # of slope and offset
Scores = NDArray[np.float64]


class Scored(Struct):
    """Scores in 0..1, and whether what they were given to was right."""

    scores: list[float] = []
    right: list[bool] = []

    def add(self, score: float, right: bool) -> None:
        """Adds a case."""
        self.scores.append(round(score, 4))
        self.right.append(right)


class Bin(Struct, frozen=True):
    """Cases of nearly the same score: how many, their mean score, and the share that is right."""

    n: int
    score: float
    right: float


def sort_into_bins(scored: Scored, n_bins: int = N_BINS) -> list[Bin]:
    """Bins of equal width over 0..1, without those that hold nothing."""
    scores, right = _arrays(scored)
    places = np.minimum((scores * n_bins).astype(int), n_bins - 1)
    return [
        Bin(int(held.sum()), float(scores[held].mean()), float(right[held].mean()))
        for held in (places == number for number in range(n_bins))
        if held.any()
    ]


def calibration_error(scored: Scored, n_bins: int = N_BINS) -> float:
    """Expected calibration error: how far scores lie from the share that is right, on average.

    Source: Guo et al., "On Calibration of Modern Neural Networks" (ICML 2017), equation 3.
    """
    bins = sort_into_bins(scored, n_bins)
    return sum(each.n * abs(each.score - each.right) for each in bins) / max(len(scored.scores), 1)


def fit_curve(scored: Scored) -> Curve:
    """The likeliest slope and offset of the logit.

    Where nearly all is right, certainty is not to be had from a few cases: as many more are taken to be one right and
    one wrong.

    Source: Platt, "Probabilistic Outputs for Support Vector Machines" (1999), section 2.2.
    """
    scores, right = _arrays(scored)
    logits = logit(np.clip(scores, _SHORT_OF_CERTAIN, 1 - _SHORT_OF_CERTAIN))
    n_right, n_wrong = right.sum(), (1 - right).sum()
    wanted = np.where(right == 1, (n_right + 1) / (n_right + 2), 1 / (n_wrong + 2))

    def surprise(weights: Scores) -> float:
        straightened = weights[0] * logits + weights[1]
        return -float((wanted * log_expit(straightened) + (1 - wanted) * log_expit(-straightened)).mean())

    slope, offset = minimize(surprise, (1.0, 0.0), bounds=_BOUNDS, method="L-BFGS-B").x.tolist()
    return Curve(slope, offset)


def choose_threshold(scored: Scored, least_precision: float) -> float:
    """The lowest score from which on what is said is right often enough: precision first, then as much as possible.

    Often enough is a matter of confidence: the lower end of the precision's interval must reach `least_precision`, so
    that a few lucky cases do not choose. Where it never does, the threshold that comes closest is taken.
    """
    scores, right = _arrays(scored)
    lows = {}
    for threshold in np.unique(scores).tolist():
        kept = right[scores >= threshold]
        lows[threshold] = proportion("", int(kept.sum()), len(kept)).low or 0.0
        if lows[threshold] >= least_precision:
            return float(threshold)
    return float(max(lows, key=lambda threshold: lows[threshold], default=0.0))


def _arrays(scored: Scored) -> tuple[Scores, Scores]:
    return np.asarray(scored.scores, np.float64), np.asarray(scored.right, np.float64)
