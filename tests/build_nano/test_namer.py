"""Nano's namer: crops show what is in a box, lessons hold things and nothing, and labels are learnt from close-ups."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from build.nano.eyes.close_ups import CloseUps, NamerPupil, Stills, frame_roughly
from build.nano.eyes.finds import FinderFrames
from build.nano.eyes.namer import MARGIN, SIDE_PX, Namer, crop
from build.nano.eyes.network import Finder
from build.nano.eyes.targets import Drawn
from build.training.pupil import Share
from build.training.schedule import Schedule, make_optimiser

ALL = Share(0, 1)
SIDE = 96


def draw(rng: np.random.Generator, side_px: int) -> tuple[np.ndarray, Drawn]:
    """A square of one of three colours, which is its label, in a grey picture."""
    pixels, label = np.zeros((3, side_px, side_px), np.float32), int(rng.integers(3))
    x, y = rng.integers(8, side_px // 2, 2)
    side = int(rng.integers(side_px // 8, side_px // 3))
    pixels[label, y : y + side, x : x + side] = 1.0
    box = np.array([[x, y, x + side, y + side]], np.float32) / np.float32(side_px)
    return pixels, Drawn(np.array([label]), np.array([-1]), box)


def test_a_crop_shows_a_box_with_a_margin_whatever_its_size() -> None:
    pixels = torch.zeros(1, 3, SIDE, SIDE)
    pixels[0, 0, 24:48, 12:60] = 1.0
    [found] = crop(pixels, torch.tensor([[[12 / SIDE, 24 / SIDE, 60 / SIDE, 48 / SIDE]]]))
    assert found.shape == (4, SIDE_PX, SIDE_PX)
    wide, high = 1 / (1 + 2 * MARGIN), 0.5 / (1 + 2 * MARGIN)  # shares of the crop's sides that the box takes up
    assert found[3].mean().item() == pytest.approx(wide * high, abs=0.02)  # a row or column of pixels more or less
    assert found[0].mean().item() == pytest.approx(wide * high, abs=0.02)
    assert found[0].any(0).float().mean().item() == pytest.approx(wide, abs=0.05)
    assert found[0].any(1).float().mean().item() == pytest.approx(high, abs=0.05)


def test_what_lies_outside_the_picture_is_0() -> None:
    [found] = crop(torch.ones(1, 3, SIDE, SIDE), torch.tensor([[[0.9, 0.9, 1.1, 1.1]]]))
    shown = found[:3, : SIDE_PX // 2 - 1, : SIDE_PX // 2 - 1]
    assert shown.min().item() == pytest.approx(1)
    assert found[:3, SIDE_PX // 2 + 1 :].max().item() == pytest.approx(0, abs=1e-4)


def test_crops_of_several_pictures_and_boxes_stand_in_their_order() -> None:
    pixels = torch.stack([torch.full((3, SIDE, SIDE), float(k)) for k in range(2)])
    boxes = torch.tensor([[0.2, 0.2, 0.4, 0.4], [0.5, 0.5, 0.8, 0.8], [0.3, 0.3, 0.9, 0.7]]).expand(2, 3, 4)
    assert crop(pixels, boxes)[:, 0].amax((1, 2)).tolist() == pytest.approx([0, 0, 0, 1, 1, 1])


def test_a_lesson_holds_things_twice_and_boxes_of_nothing() -> None:
    lesson = Stills(draw, frame_roughly, n_pictures=6, n_validation=1, seed=1).lesson(0, ALL)
    assert lesson.kinds == ["thing" if label >= 0 else "nothing" for label in lesson.labels.tolist()]
    assert lesson.kinds.count("thing") == 12
    assert lesson.kinds.count("nothing") > 0
    for close_up, label in zip(lesson.crops, lesson.labels.tolist(), strict=True):
        inside = close_up[:3, close_up[3] > 0].mean(1)
        if label >= 0:
            assert inside[label] > 0.5
        else:
            assert inside.max() < 0.5


def test_a_step_draws_the_same_again_and_validation_something_else() -> None:
    stills = Stills(draw, frame_roughly, n_pictures=2, n_validation=1, seed=1)
    first, again, fresh = stills.lesson(3, ALL), stills.lesson(3, ALL), stills.validation(3, ALL)
    assert torch.equal(first.crops, again.crops)
    assert first.crops.shape != fresh.crops.shape or not torch.equal(first.crops, fresh.crops)


def test_labels_are_learnt_and_nothing_stays_nothing() -> None:
    torch.manual_seed(0)
    pupil, stills = NamerPupil(Namer(3, 2)), Stills(draw, frame_roughly, n_pictures=6, n_validation=1, seed=1)
    schedule = Schedule(n_epochs=1, steps_per_epoch=60, peak_rate=5e-3, last_rate=0.0, matrix_rate=0.03)
    optimiser = make_optimiser(pupil, schedule)
    for step in range(schedule.n_steps):
        for group in optimiser.param_groups:
            group["lr"] = schedule.rate(step)
        judged = pupil(stills.lesson(step, ALL))
        optimiser.zero_grad()
        (judged.loss / judged.weight).backward()
        optimiser.step()
    lesson: CloseUps = stills.validation(0, ALL)
    with torch.no_grad():
        assert pupil.eval()(lesson).is_right.float().mean() > 0.8


class PlainFinder(Finder):
    """Finds in its first places what it is told to, in all others nothing."""

    def __init__(self, boxes: list[tuple[float, float, float, float]]) -> None:
        super().__init__()
        self.boxes = boxes

    def forward(self, pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        n = len(self.boxes)
        boxes, logits = torch.zeros(1, 200, 4), torch.full((1, 200), -20.0)
        boxes[0, :n], logits[0, :n] = torch.tensor(self.boxes), 1.0
        return pixels, boxes, logits


def test_finds_are_of_the_thing_they_lie_on_or_of_none_and_unclear_ones_are_left_out() -> None:
    pixels, drawn = (
        np.zeros((3, SIDE, SIDE), np.float32),
        Drawn(np.array([2]), np.array([-1]), np.array([[0.2, 0.2, 0.6, 0.6]], np.float32)),
    )
    on_it, beside_it, half_of_it = (0.22, 0.22, 0.6, 0.6), (0.7, 0.7, 0.9, 0.9), (0.4, 0.2, 0.72, 0.52)
    finder = PlainFinder([on_it, beside_it, half_of_it])
    boxes, things = FinderFrames(finder)(np.random.default_rng(0), pixels, drawn)
    n_rough = len(frame_roughly(np.random.default_rng(0), pixels, drawn).things)
    assert len(things) == 2 + n_rough
    is_on_it = (np.float32(on_it) == boxes[:2]).all(1)
    assert is_on_it.sum() == 1
    assert things[:2].tolist() == np.where(is_on_it, 0, -1).tolist()
