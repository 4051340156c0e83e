"""Choosing the next token from the logits."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from bubo_desktop.data import Sampling
from bubo_desktop.errors import InputError

LEAST_LIKELY = 1e-6  # a token this much less likely than the best is never drawn: spares sorting the vocabulary


class Sampler:
    """Chooses tokens for one answer: the best at temperature 0, else a draw from the most likely ones.

    The draw is from the smallest set of tokens whose probabilities reach `top_p` (nucleus sampling).
    Source: Holtzman et al. 2020, arXiv 1904.09751.

    Raises:
        InputError: a setting is out of range.
    """

    def __init__(self, sampling: Sampling) -> None:
        if not 0.0 <= sampling.temperature <= 100.0:  # so written that NaN fails too
            raise InputError("The temperature must be between 0 and 100.")
        if not 0.0 < sampling.top_p <= 1.0:
            raise InputError("Top-p must be greater than 0 and at most 1.")
        if sampling.seed < 0 or sampling.max_tokens < 1:
            raise InputError("The seed must not be negative, and at least one token must be allowed.")
        self._temperature = sampling.temperature
        self._top_p = sampling.top_p
        self._draw = np.random.default_rng(sampling.seed)

    def choose(self, logits: NDArray[np.float32]) -> int:
        """Returns the next token's id, given finite logits (vocabulary,)."""
        best = int(logits.argmax())
        if self._temperature == 0.0:
            return best
        cutoff = logits[best] + self._temperature * math.log(LEAST_LIKELY)
        tokens = np.flatnonzero(logits >= cutoff)
        scaled = (logits[tokens].astype(np.float64) - logits[best]) / self._temperature
        return self._draw_nucleus(tokens, np.exp(scaled))

    def _draw_nucleus(self, tokens: NDArray[np.intp], weights: NDArray[np.float64]) -> int:
        order = np.argsort(-weights, kind="stable")
        cumulative = weights[order].cumsum()
        n_kept = int(np.searchsorted(cumulative, self._top_p * cumulative[-1])) + 1
        kept = cumulative[: min(n_kept, len(order))]
        drawn = np.searchsorted(kept, self._draw.random() * kept[-1], side="right")
        return int(tokens[order[drawn]])
