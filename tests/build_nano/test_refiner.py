"""Nano's refiner: it leaves boxes as they are at first, learns to set them right, and knows which hold nothing."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from build.nano.eyes.network import Finder
from build.nano.eyes.peaks import overlap
from build.nano.eyes.refiner import Refiner
from build.nano.eyes.second_looks import MOST_THINGS, RefinerPupil, Scenes, edge_loss
from build.nano.eyes.targets import Drawn
from build.training.pupil import Share
from build.training.schedule import Schedule, make_optimiser

ALL = Share(0, 1)
SHIFT = 0.04


def draw(rng: np.random.Generator, side_px: int) -> tuple[np.ndarray, Drawn]:
    """A white square in a grey picture."""
    pixels, side = np.zeros((3, side_px, side_px), np.float32), int(rng.integers(side_px // 6, side_px // 3))
    x, y = rng.integers(side_px // 2, size=2)
    pixels[:, y : y + side, x : x + side] = 2.0
    box = np.array([[x, y, x + side, y + side]], np.float32) / np.float32(side_px)
    return pixels, Drawn(np.array([0]), np.array([-1]), box)


class Careless(Finder):
    """Finds the square a little beside where it is, and less surely, 99 that are not there."""

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        side = pixels.shape[3]
        white = pixels[:, 0] > 1
        spans = [white.any(axis).float() for axis in (1, 2)]
        starts = torch.stack([span.argmax(1) / side for span in spans], 1)
        ends = torch.stack([1 - span.flip(1).argmax(1) / side for span in spans], 1)
        square = torch.cat((starts, ends), 1)[:, None] + SHIFT
        others = torch.rand(len(pixels), 99, 2) * 0.8
        nothing = torch.cat((others, others + 0.05 + torch.rand(len(pixels), 99, 1) * 0.1), -1)
        return pixels, torch.cat((square, nothing), 1), torch.eye(1, 100).expand(len(pixels), -1)


def test_a_lesson_holds_pictures_and_the_boxes_of_what_is_in_them() -> None:
    lesson = Scenes(draw, batch_size=3, seed=1).lesson(0, ALL)
    assert lesson.boxes.shape == (3, MOST_THINGS, 4)
    assert (lesson.boxes[:, 0, 2:] > lesson.boxes[:, 0, :2]).all()
    assert not lesson.boxes[:, 1:].any()
    assert torch.equal(lesson.pixels, Scenes(draw, batch_size=3, seed=1).lesson(0, ALL).pixels)


def test_at_first_a_box_stays_as_it_is() -> None:
    boxes = torch.tensor([[(0.2, 0.2, 0.4, 0.6)]])
    refined, logits = Refiner().eval()(torch.randn(1, 3, 96, 64), boxes, torch.zeros(1, 1))
    assert torch.allclose(refined, boxes)
    assert logits.shape == (1, 1)


def test_edges_count_by_the_size_of_their_box() -> None:
    small, large = (torch.tensor([[0.1, 0.1, 0.1 + side, 0.1 + side]]) for side in (0.1, 0.4))
    shift = torch.tensor([[0.01, 0.0, 0.01, 0.0]])
    assert edge_loss(small, small) < 1e-6
    assert edge_loss(large + 4 * shift, large).item() == pytest.approx(edge_loss(small + shift, small).item(), rel=1e-4)


def test_boxes_are_set_right_and_those_of_nothing_are_known() -> None:
    torch.manual_seed(0)
    pupil, scenes = RefinerPupil(Careless(), Refiner()), Scenes(draw, batch_size=4, seed=1)
    schedule = Schedule(n_epochs=1, steps_per_epoch=60, peak_rate=3e-3, last_rate=0.0, matrix_rate=0.03)
    optimiser = make_optimiser(pupil, schedule)
    for step in range(schedule.n_steps):
        for group in optimiser.param_groups:
            group["lr"] = schedule.rate(step)
        judged = pupil(scenes.lesson(step, ALL))
        optimiser.zero_grad()
        (judged.loss / judged.weight).backward()
        optimiser.step()
    fresh = Scenes(draw, batch_size=8, seed=2).lesson(0, ALL)
    with torch.no_grad():
        _, found, logits = Careless()(fresh.pixels)
        refined, sure = pupil.eval().refiner(fresh.pixels, found, logits)
    before, after = (overlap(torch.stack((boxes[:, 0], fresh.boxes[:, 0]), 1))[:, 0, 1] for boxes in (found, refined))
    assert after.mean() > before.mean() + 0.1
    assert (sure[:, 0] > sure[:, 1:].amax(1)).all()
