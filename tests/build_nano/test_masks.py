"""Nano's masks: what crops ask for, what their network learns, and the network through ONNX Runtime."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from bubo_desktop.engine.cropping import crops, grow
from bubo_desktop.engine.imaging import Picture
from bubo_desktop.engine.sessions import Session
from bubo_desktop.packs.manifest import CropSegmenter
from build.errors import BuildError
from build.nano.masks.cutting import coverage, cut_objects, disturb, kinds_of
from build.nano.masks.lessons import N_TOGETHER, Crops, Cuttings, MasksPupil
from build.nano.masks.losses import jaccard_losses, mask_iou
from build.nano.masks.network import PART, MaskNetwork, load_masks
from build.nano.masks.scores import ALL, find_with, measure
from build.nano.train_masks import drawer, plan
from build.onnx_export import export_onnx
from build.training.loop import Run, open_accelerator
from build.training.pupil import Share
from build.world.facts import Placed, read_vocabulary
from build.world.painter import Painting
from build.world.pictures import Pictures

SMALL = CropSegmenter(file="masks.onnx", size=32, margin=0.15)
SURE = 20.0
WHOLE = Share(0, 1)
N_STEPS = 24


def paint_disc(rng: np.random.Generator) -> Painting:
    """A light ellipse on dark noise."""
    across, down = rng.integers(12, 40, 2)
    left, top = rng.integers(0, 64 - across), rng.integers(0, 64 - down)
    y, x = np.mgrid[:64, :64] + 0.5
    mask = ((x - left) / across - 0.5) ** 2 + ((y - top) / down - 0.5) ** 2 < 0.25
    rgb = np.where(mask[..., None], 200, rng.integers(0, 60, (64, 64, 3))).astype(np.uint8)
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    box = (columns[0] / 64, rows[0] / 64, (columns[-1] + 1) / 64, (rows[-1] + 1) / 64)
    return Painting(rgb, (Placed("ball", "natural", box, 0.5),), mask[None])


class Discs(Cuttings):
    """A stream of ellipses in which a process may die.

    Args:
        last_step: the one in which it does.
    """

    def __init__(self, last_step: int = N_STEPS) -> None:
        super().__init__(paint_disc, SMALL, batch_size=1, n_validation=2, seed=3)
        self._last_step = last_step

    def lesson(self, step: int, share: Share) -> Crops:
        if step == self._last_step:
            raise KeyboardInterrupt
        return super().lesson(step, share)


def learn(out: Path, stream: Cuttings) -> MaskNetwork:
    torch.manual_seed(0)
    network = MaskNetwork()
    settings = plan(N_STEPS, 1, seed=3, look_every=N_STEPS // 2)
    Run(open_accelerator(), MasksPupil(network), stream, settings, out, repr(settings)).learn()
    return network.eval()


@pytest.fixture(scope="module")
def taught(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, MaskNetwork]:
    out = tmp_path_factory.mktemp("masks")
    return out, learn(out, Discs())


@pytest.mark.parametrize("box", [(20.3, 11.8, 48.1, 70.4), (-5.5, 30, 25, 63.2), (0, 0, 90, 80)])
def test_crop_and_mask_agree_to_the_pixel(box: tuple[float, ...]) -> None:
    """Of a picture that is white where its mask is, the crop is the mask; beyond the picture nobody knows."""
    mask = np.random.default_rng(0).random((10, 12)).repeat(8, 0).repeat(8, 1) > 0.5
    picture = Picture.from_array(np.repeat(mask[..., None] * np.uint8(255), 3, 2))
    boxes = np.array([box])
    seen = crops(picture, boxes, PART)[0, 0] * 0.25 + 0.5
    region = grow(boxes, PART.margin)[0]
    wanted = coverage(mask, region, PART.size)
    places = (np.arange(PART.size) + 0.5) / PART.size
    across, down = region[0] + places * (region[2] - region[0]), region[1] + places * (region[3] - region[1])
    inner = ((down > 2) & (down < 78))[:, None] & (across > 2) & (across < 94)  # the edge blends into the padding
    np.testing.assert_allclose(wanted[inner], seen[inner], atol=2 / 255)  # the picture's bytes are rounded, twice
    assert inner.mean() > 0.3


def test_a_mask_goes_on_beyond_the_picture() -> None:
    """The engine reads there what the network says of the nearest pixel inside."""
    covered = coverage(np.ones((20, 20), bool), np.array([-15.0, 5.0, 5.0, 25.0]), 16)
    np.testing.assert_allclose(covered, 1, atol=1e-6)


def test_what_is_hidden_is_not_asked_for() -> None:
    """No pixel is asked to belong to two objects, though their boxes overlap."""
    draw, rng = drawer(Pictures.of(read_vocabulary())), np.random.default_rng(5)
    shared = 0.0
    while shared < 500:  # pixels of boxes
        painting = draw(rng)
        assert painting.masks is not None
        whole = np.array([0.0, 0.0, *painting.rgb.shape[1::-1]])
        covered = np.array([coverage(mask, whole, 64) for mask in painting.masks]).reshape(-1, 64, 64)
        assert covered.sum(0).max() < 1 + 1e-5
        for first, second in zip(painting.boxes_px, painting.boxes_px[1:], strict=False):
            sides = np.minimum(first[2:], second[2:]) - np.maximum(first[:2], second[:2])
            shared += sides.clip(0).prod()


def test_each_object_is_cut_out_round_a_box_that_is_nearly_its_own() -> None:
    cut = next(cut_objects(paint_disc(np.random.default_rng(1)), PART, np.random.default_rng(2)))
    assert cut.kind == "small alone"
    inside = cut.crop[3] > 0
    assert cut.covered[inside].sum() > 0.9 * cut.covered.sum()
    assert 0.5 < cut.covered[inside].mean() < 0.9  # an ellipse fills 0.785 of its box


def test_boxes_are_disturbed_by_a_part_of_their_sides() -> None:
    boxes = np.tile([[100.0, 100.0, 110.0, 200.0]], (2000, 1))
    errors = np.abs(disturb(boxes, np.random.default_rng(0)) - boxes) / (10, 100, 10, 100)
    assert errors.max() <= 0.2
    np.testing.assert_allclose(errors.mean(0), errors.mean(), rtol=0.1)  # means of 2000 numbers
    assert 0.02 < errors.mean() < 0.06


def test_kinds_tell_size_and_company() -> None:
    boxes = np.array([(0.0, 0.0, 20.0, 49.0), (15.0, 0.0, 80.0, 10.0), (90.0, 90.0, 99.0, 99.0)])
    assert kinds_of(boxes) == ["small crowded", "large crowded", "small alone"]


def test_losses_of_known_masks() -> None:
    covered = torch.zeros(2, 4, 4)
    covered[:, :2] = 1
    logits = torch.where(covered > 0, SURE, -SURE)
    logits[1, 1:3] *= -1  # half of the mask is one row too low: a third of both together is right
    assert torch.allclose(jaccard_losses(logits, covered), torch.tensor([0, 2 / 3]), atol=1e-4)
    assert torch.allclose(mask_iou(logits > 0, covered > 0.5), torch.tensor([1, 1 / 3]))


def test_shares_of_a_batch_are_the_batch() -> None:
    stream = Cuttings(paint_disc, SMALL, batch_size=2, n_validation=1, seed=0)
    whole = stream.lesson(7, WHOLE)
    halves = [stream.lesson(7, Share(number, 2)) for number in range(2)]
    assert len(whole.inputs) == 2 * N_TOGETHER
    assert torch.equal(torch.cat([half.inputs for half in halves]), whole.inputs)
    assert not torch.equal(stream.validation(0, WHOLE).covered, stream.lesson(0, WHOLE).covered)


def test_ellipses_are_learnt(taught: tuple[Path, MaskNetwork]) -> None:
    fresh = Discs().validation(1, WHOLE)
    with torch.no_grad():
        found = taught[1](fresh.inputs) > 0
    assert mask_iou(found, fresh.covered > 0.5).mean() > 0.85


def test_masks_are_measured_in_the_picture_and_bring_boxes_nearer(taught: tuple[Path, MaskNetwork]) -> None:
    paintings = [paint_disc(np.random.default_rng((9, number))) for number in range(40)]
    paintings.append(Painting(paintings[0].rgb, (), np.zeros((0, 64, 64), bool)))  # there is nothing to find
    figures = measure(find_with(taught[1], SMALL), paintings, np.random.default_rng(0))
    assert set(figures) == {ALL, "small alone"}
    true_box, mask, as_found, refined = figures[ALL].mean(0)
    assert figures[ALL].shape == (40, 4)
    assert true_box > 0.85
    assert mask > 0.8
    assert refined > as_found


def test_a_perfect_finder_is_told_to_be_perfect() -> None:
    painting = paint_disc(np.random.default_rng(4))
    assert painting.masks is not None
    truth = painting.masks[0]
    figures = measure(lambda _, boxes: [truth] * len(boxes), [painting], np.random.default_rng(0))[ALL][0]
    assert figures[[0, 1, 3]].tolist() == [1, 1, 1]
    assert 0.5 < figures[2] < 1


def test_a_stopped_run_goes_on_and_is_read_back(taught: tuple[Path, MaskNetwork], tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        learn(tmp_path, Discs(last_step=N_STEPS // 2 + 2))
    learn(tmp_path, Discs())
    inputs = torch.randn(2, 4, 32, 32)
    with torch.no_grad():
        assert torch.equal(load_masks(tmp_path)(inputs), taught[1](inputs))


def test_a_folder_without_masks_says_so(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="holds no masks"):
        load_masks(tmp_path)


def test_masks_are_the_same_through_onnx_runtime_for_any_number_of_boxes(tmp_path: Path) -> None:
    network, path = MaskNetwork().eval(), tmp_path / PART.file
    inputs = torch.randn(3, 4, PART.size, PART.size)
    axes = {"crops": {0: "boxes"}, "mask_logits": {0: "boxes"}}
    export_onnx(network, (inputs[:1],), path, ["crops"], ["mask_logits"], axes)
    with torch.no_grad():
        wanted = network(inputs).numpy()
    found = Session(path, 1).run(crops=inputs.numpy())["mask_logits"]
    assert found.shape == (3, PART.size, PART.size)
    np.testing.assert_allclose(found, wanted, atol=1e-4)  # sums in another order
