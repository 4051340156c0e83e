"""The mixture: its proportions, that nothing is left out, and that any place of it can be gone to at once."""

import pickle
from collections import Counter

import pytest

from build.errors import BuildError
from build.training.mixture import STAGE_2_RATIO, Mixture
from build.training.samples import Exchange, Sample


def draw(kind, n_samples):
    return [Sample(kind, (Exchange(kind, str(n)),)) for n in range(n_samples)]


@pytest.fixture
def sources():
    return {kind: draw(kind, n) for kind, n in zip(STAGE_2_RATIO, (7, 400, 11, 5, 3), strict=True)}


def test_every_block_has_the_published_proportions(sources):
    block = sum(STAGE_2_RATIO.values())
    mixture = Mixture(sources, STAGE_2_RATIO, n_samples=4 * block, seed=0)
    for first in range(0, 4 * block, block):
        assert Counter(sample.kind for sample in mixture[first : first + block]) == STAGE_2_RATIO


def test_all_samples_of_a_source_come_before_any_returns(sources):
    mixture = Mixture(sources, STAGE_2_RATIO, n_samples=165 * 22, seed=3)
    for kind, samples in sources.items():
        answers = [sample.exchanges[0].answer for sample in mixture if sample.kind == kind]
        rounds = [answers[first : first + len(samples)] for first in range(0, len(answers), len(samples))]
        assert all(len(set(answers)) == len(answers) for answers in rounds)
        assert len({tuple(answers) for answers in rounds[:2]}) == 2, "the next round has an order of its own"


def test_a_place_is_a_function_of_the_seed_whoever_goes_there(sources):
    mixture = Mixture(sources, STAGE_2_RATIO, n_samples=1000, seed=5)
    whole = list(mixture)
    assert len(whole) == 1000
    resumed = Mixture(sources, STAGE_2_RATIO, n_samples=2000, seed=5)
    assert [resumed[k] for k in range(700, 1000)] == whole[700:]
    workers = [pickle.loads(pickle.dumps(mixture))[rank::3] for rank in range(3)]
    assert [workers[k % 3][k // 3] for k in range(999)] == whole[:999]
    assert list(Mixture(sources, STAGE_2_RATIO, n_samples=1000, seed=6)) != whole


def test_what_cannot_be_mixed_is_told_at_once():
    with pytest.raises(BuildError) as caught:
        Mixture({"a": draw("image_caption", 2), "b": [], "c": []}, {"a": 0, "b": 3}, n_samples=9, seed=0)
    assert len(caught.value.problems) == 3
