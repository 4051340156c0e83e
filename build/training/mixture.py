"""Samples of several sources in fixed proportions: the same stream for a seed, wherever it is taken up again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import overload

import numpy as np

from build.errors import BuildError
from build.training.samples import Sample, Samples

STAGE_2_RATIO: Mapping[str, int] = {
    "image_detail": 3,
    "image_question": 150,
    "sound_detail": 4,
    "localisation": 5,
    "unrelated": 3,
}
"""Source: https://github.com/magic-research/bubogpt, train_configs/mmgpt4_stage2_mm.yaml, each `sample_ratio`."""


class Mixture(Sequence[Sample]):
    """A stream of samples: sample `k` is a function of the seed and `k` alone.

    The stream is made of blocks as long as the ratio's sum, each with exactly the ratio's share of every source in a
    drawn order; a source is gone through in a drawn order, all of it before any sample returns. So training resumes
    at a step's number, and each process and worker reads the places that are its own.

    Args:
        sources: the samples of each name.
        ratio: how many of each in a block; the same names, each 1 at least.
        n_samples: the stream's length, over all processes.
        seed: of all orders.

    Raises:
        BuildError: a source is empty, or names differ, or a share is not positive.
    """

    def __init__(self, sources: Mapping[str, Samples], ratio: Mapping[str, int], n_samples: int, seed: int) -> None:
        problems = [f"{name} has a share in the mixture, but no samples." for name in ratio if not sources.get(name)]
        problems += [f"{name} has no share in the mixture." for name in sources if name not in ratio]
        problems += [f"{name} needs a share of 1 or more." for name, share in ratio.items() if share < 1]
        if problems:
            raise BuildError(*problems)
        self._sources = tuple(sources[name] for name in ratio)
        self._shares = np.array(list(ratio.values()), np.int64)
        self._n_samples, self._seed = n_samples, seed
        self._orders: dict[int, tuple[int, np.ndarray]] = {}

    def __len__(self) -> int:
        return self._n_samples

    @overload
    def __getitem__(self, index: int) -> Sample: ...

    @overload
    def __getitem__(self, index: slice) -> list[Sample]: ...

    def __getitem__(self, index: int | slice) -> Sample | list[Sample]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        source, turn = self._find_turn(range(len(self))[index])
        n_samples = len(self._sources[source])
        return self._sources[source][int(self._order(source, turn // n_samples)[turn % n_samples])]

    def _find_turn(self, number: int) -> tuple[int, int]:
        """Whose turn it is at a place of the stream, and how many turns that source has had before."""
        block, place = divmod(number, int(self._shares.sum()))
        turns = np.repeat(np.arange(len(self._shares)), self._shares)
        np.random.default_rng((self._seed, 0, block)).shuffle(turns)
        source = int(turns[place])
        return source, block * int(self._shares[source]) + int((turns[:place] == source).sum())

    def _order(self, source: int, n_rounds: int) -> np.ndarray:
        """The order of a source's samples in one round, (N,) int64; the last one is kept."""
        kept, order = self._orders.get(source, (-1, np.empty(0, np.int64)))
        if kept != n_rounds:
            draw = np.random.default_rng((self._seed, 1, source, n_rounds))
            order = draw.permutation(len(self._sources[source]))
            self._orders[source] = n_rounds, order
        return order
