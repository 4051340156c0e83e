"""The published schedules, worked out by hand."""

from __future__ import annotations

from math import cos, pi
from pathlib import Path

import msgspec
import pytest
import torch

from build.training.pupil import Judged, Pupil
from build.training.recipe import read_training_recipe
from build.training.schedule import Schedule, make_optimiser

RECIPES = Path(__file__).parents[2] / "build" / "recipes" / "training"


def schedule_of(stage: str) -> Schedule:
    return read_training_recipe(RECIPES / f"{stage}.toml")[0].plan.schedule


def test_stage_1_climbs_for_an_epoch_and_then_hardly_falls() -> None:
    schedule = schedule_of("stage1")
    assert schedule.n_steps == 20_000
    assert schedule.rate(0) == pytest.approx(1e-6)
    assert schedule.rate(2500) == pytest.approx(1e-6 + (1e-4 - 1e-6) / 2)
    assert schedule.rate(5000) == pytest.approx(8e-5 + 2e-5 * (1 + cos(pi / 4)) / 2)
    assert schedule.rate(10_000) == pytest.approx(9e-5)
    assert schedule.rate(20_000) == pytest.approx(8e-5)


def test_stage_2_falls_to_a_third() -> None:
    schedule = schedule_of("stage2")
    assert schedule.n_steps == 50_000
    assert schedule.rate(25_000) == pytest.approx(2e-5)
    assert schedule.rate(50_000) == pytest.approx(1e-5)


class Layer(Pupil):
    """A matrix of a hidden layer, a kernel, a table and a bias."""

    def __init__(self) -> None:
        super().__init__()
        self.matrix = torch.nn.Parameter(torch.randn(6, 4))
        self.kernel = torch.nn.Parameter(torch.randn(4, 2, 3, 3))
        self.table = torch.nn.Parameter(torch.randn(5, 4))
        self.bias = torch.nn.Parameter(torch.randn(4))

    def judge(self, lesson: object) -> Judged:
        raise NotImplementedError

    def matrices(self) -> frozenset[str]:
        return frozenset({"matrix", "kernel"})


def test_weight_decay_leaves_biases_and_norms_alone() -> None:
    pupil = Layer()
    groups = make_optimiser(pupil, schedule_of("stage1")).param_groups
    decays = {id(parameter): group["weight_decay"] for group in groups for parameter in group["params"]}
    assert decays == {id(p): 0.05 if p.ndim > 1 else 0.0 for p in pupil.parameters()}


def test_matrices_step_by_their_own_rate_in_all_directions_alike() -> None:
    torch.manual_seed(0)
    pupil = Layer()
    before = {name: value.detach().clone() for name, value in pupil.named_parameters()}
    schedule = msgspec.structs.replace(schedule_of("stage1"), matrix_rate=0.1, peak_rate=0.01, weight_decay=0.0)
    for parameter in pupil.parameters():
        parameter.grad = torch.randn_like(parameter)
    make_optimiser(pupil, schedule).step()
    stepped = {name: (before[name] - value.detach()) for name, value in pupil.named_parameters()}
    # Five iterations in bfloat16 bring singular values to between 0.6 and 1.25; tall matrices step further.
    for name, scale in (("matrix", (6 / 4) ** 0.5), ("kernel", 1.0)):
        values = torch.linalg.svdvals(stepped[name].flatten(1)) / 0.1 / scale
        assert 0.6 < values.min() <= values.max() < 1.25
    for name in ("table", "bias"):  # AdamW's first step is the sign of the gradient
        torch.testing.assert_close(stepped[name].abs(), torch.full_like(stepped[name], 0.01), rtol=1e-3, atol=1e-6)
