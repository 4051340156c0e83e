"""The choice of a token: greedy at temperature 0, else a repeatable draw from the nucleus."""

from __future__ import annotations

import numpy as np
import pytest

from bubo_desktop.data import Sampling
from bubo_desktop.engine.sampling import Sampler
from bubo_desktop.errors import InputError

PROBABILITIES = np.array([0.05, 0.5, 0.15, 0.3])
LOGITS = np.log(PROBABILITIES).astype(np.float32)
N_DRAWS = 4000
# Five standard deviations of a share of N_DRAWS draws are at most 5 * 0.5 / sqrt(4000).
TOLERANCE = 0.04


def _shares(sampling: Sampling) -> np.ndarray:
    sampler = Sampler(sampling)
    draws = [sampler.choose(LOGITS) for _ in range(N_DRAWS)]
    return np.bincount(draws, minlength=len(LOGITS)) / N_DRAWS


def test_temperature_0_takes_the_best_and_the_first_of_equals() -> None:
    assert Sampler(Sampling()).choose(LOGITS) == 1
    assert Sampler(Sampling()).choose(np.zeros(5, np.float32)) == 0


def test_draws_follow_the_probabilities() -> None:
    np.testing.assert_allclose(_shares(Sampling(temperature=1.0, top_p=1.0)), PROBABILITIES, atol=TOLERANCE)


def test_top_p_keeps_the_smallest_set_that_reaches_it() -> None:
    shares = _shares(Sampling(temperature=1.0, top_p=0.75))
    np.testing.assert_allclose(shares, [0, 0.5 / 0.8, 0, 0.3 / 0.8], atol=TOLERANCE)


def test_a_low_temperature_sharpens() -> None:
    squared = PROBABILITIES**2 / (PROBABILITIES**2).sum()
    np.testing.assert_allclose(_shares(Sampling(temperature=0.5, top_p=1.0)), squared, atol=TOLERANCE)


def test_the_seed_fixes_the_draws() -> None:
    def draws(seed: int) -> list[int]:
        sampler = Sampler(Sampling(temperature=1.0, seed=seed))
        return [sampler.choose(LOGITS) for _ in range(50)]

    assert draws(7) == draws(7)
    assert draws(7) != draws(8)


@pytest.mark.parametrize(
    "sampling",
    [
        Sampling(temperature=-1.0), Sampling(temperature=float("nan")), Sampling(top_p=0.0), Sampling(top_p=1.5),
        Sampling(seed=-1), Sampling(max_tokens=0),
    ],
)  # fmt: skip
def test_settings_out_of_range_are_refused(sampling: Sampling) -> None:
    with pytest.raises(InputError):
        Sampler(sampling)
