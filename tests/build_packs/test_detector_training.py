"""What each place of the detector learns, and that it learns."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import torch

from build.nano import train_detector
from build.nano.checkpoints import load_checkpoint, load_trained
from build.nano.descent import Cycle, Descent
from build.nano.facts import COLOURS, NATURAL, OBJECTS, Placed
from build.nano.networks import INPUT_PX, N_PLACES, STRIDE, Detector
from build.nano.pictures import Framed
from build.nano.train_detector import assign, draw_batch, focal, generalised_iou, loss_of

N_ACROSS = INPUT_PX // STRIDE
BIG, SMALL = (0.125, 0.125, 0.875, 0.875), (0.375, 0.375, 0.625, 0.625)


def framed(*things: tuple[str, str, tuple[float, float, float, float]]) -> Framed:
    objects = tuple(Placed(label, colour, "small", box) for label, colour, box in things)
    pixels = np.zeros((3, INPUT_PX, INPUT_PX), np.float32)
    return Framed(pixels, objects, np.array([box for *_, box in things], np.float32).reshape(-1, 4))


@pytest.mark.parametrize("order", [1, -1])
def test_where_boxes_overlap_the_smaller_one_is_learned(order):
    things = [("dog", "red", BIG), ("cat", NATURAL, SMALL)][::order]
    label, box, colour, tags = assign(framed(*things))
    middle = (N_ACROSS // 2) * N_ACROSS + N_ACROSS // 2
    assert label[middle] == OBJECTS.index("cat")
    assert box[middle].tolist() == list(SMALL)
    assert not colour[middle].any()
    around = label == OBJECTS.index("dog")
    assert around.any()
    assert (box[around] == BIG).all()
    assert (colour[around] == [name == "red" for name in COLOURS]).all()
    assert sorted(np.flatnonzero(tags)) == sorted(map(OBJECTS.index, ("cat", "dog")))


def test_the_place_nearest_to_a_tiny_box_learns_it():
    tiny = (0.251, 0.501, 0.253, 0.503)  # between the centres of places
    label, box, _, _ = assign(framed(("bee", "blue", tiny)))
    [place] = np.flatnonzero(label >= 0)
    assert divmod(place, N_ACROSS) == (8, 4)
    assert box[place] == pytest.approx(tiny)


def test_an_empty_picture_teaches_that_there_is_nothing():
    label, box, colour, tags = assign(framed())
    assert (label == -1).all()
    assert len(label) == N_PLACES
    for target in (box, colour, tags):
        assert not target.any()


def test_generalised_iou_of_boxes_worked_out_by_hand():
    box = torch.tensor([0.0, 0.0, 2.0, 1.0])
    others = torch.tensor(
        [
            [0.0, 0.0, 2.0, 1.0],  # the same
            [1.0, 0.0, 3.0, 1.0],  # 1 shared of 3, which fill their hull
            [2.0, 0.0, 4.0, 1.0],  # touching, filling their hull
            [4.0, 0.0, 6.0, 1.0],  # apart: 2 of the hull's 6 are empty
            [0.5, 0.0, 1.0, 1.0],  # inside: 0.5 of 2
        ]
    )
    found = generalised_iou(box.expand(5, 4), others)
    assert found.tolist() == pytest.approx([1, 1 / 3, 0, -1 / 3, 1 / 4])


def test_focal_loss_of_an_undecided_logit():
    # eq. 5 at p = 0.5: alpha_t (1 - p)^2 log 2, alpha_t 1/4 where something is and 3/4 where nothing is
    for wanted, alpha in ((1.0, 0.25), (0.0, 0.75)):
        assert float(focal(torch.zeros(1), torch.tensor([wanted]))) == pytest.approx(alpha / 4 * math.log(2))


def test_the_loss_falls_on_pictures_that_are_seen_again():
    torch.manual_seed(0)
    network = Detector(len(OBJECTS), len(COLOURS))
    batch, descent = draw_batch(2, np.random.default_rng(0)), Descent(network, 6, Cycle(2e-3, 0.3))
    losses = []
    for _ in range(6):
        loss, parts = loss_of(network, batch)
        descent.step(loss)
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.6 * losses[0]
    assert set(parts) == {"label", "which", "colour", "box", "tag"}


def test_a_training_that_was_stopped_goes_on_where_it_was(tmp_path, monkeypatch):
    batch = draw_batch(1, np.random.default_rng(0))

    def run(n_batches: int) -> Mapping[str, Any]:
        batches = iter([batch] * n_batches)
        with monkeypatch.context() as patch, contextlib.suppress(StopIteration):
            patch.setattr(train_detector, "draw_batch", lambda *_: next(batches))  # stops when there is none left
            train_detector.train(tmp_path, n_pictures=3, batch_size=1, seed=0, save_every=1)
        state = load_checkpoint(tmp_path)
        assert state is not None
        return state

    assert run(1)["step"] == 1
    ended = run(9)
    assert ended["step"] == ended["schedule"]["last_epoch"] == 3
    assert all(state["step"] == 3 for state in ended["optimiser"]["state"].values())
    assert not train_detector.load_detector(tmp_path).training


def test_what_was_not_trained_cannot_be_loaded(tmp_path):
    with pytest.raises(FileNotFoundError, match="no checkpoint"):
        load_trained(tmp_path, Detector(1, 1))
