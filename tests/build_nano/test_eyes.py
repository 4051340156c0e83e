"""Nano's eyes: what places learn, where objects have their middles, and the words for them through ONNX Runtime."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from bubo_desktop.engine.sessions import Session
from build.nano.eyes.detector import Detector
from build.nano.eyes.losses import finding_loss
from build.nano.eyes.network import STRIDE, place_centres
from build.nano.eyes.peaks import SAME, Peaks, choose, in_picture, overlap, picture_extent
from build.nano.eyes.reader import N_QUERIES, Reader, Said
from build.nano.eyes.targets import Drawn, assign
from build.onnx_export import export_onnx

SIDE = 128
N = SIDE // STRIDE
GROUPS = (("dog", "cat", "bell"), ("red", "natural"))
SURE = 8.0


class Speaking(torch.nn.Module):
    def __init__(self, reader: Reader) -> None:
        super().__init__()
        self.reader = reader

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        return self.reader.bags(self.reader(pixels))


def drawn(*boxes: tuple[float, float, float, float]) -> Drawn:
    n = len(boxes)
    return Drawn(np.arange(n), np.full(n, -1), np.array(boxes, np.float32).reshape(-1, 4))


def among_others(logits: Sequence[float], boxes: Sequence[Sequence[float]]) -> tuple[torch.Tensor, torch.Tensor]:
    """Logits (1, N * N) and boxes (1, N * N, 4) of which these are the first, and the others are nothing anywhere."""
    all_logits, all_boxes = torch.full((1, N * N), -SURE), torch.zeros(1, N * N, 4)
    all_logits[0, : len(logits)], all_boxes[0, : len(boxes)] = torch.tensor(logits), torch.tensor(boxes)
    return all_logits, all_boxes


def place_of(x: float, y: float) -> int:
    return int(y * N) * N + int(x * N)


def test_places_in_the_middle_of_a_box_learn_it_and_smaller_boxes_win() -> None:
    large, small = (0.1, 0.1, 0.9, 0.9), (0.45, 0.45, 0.6, 0.6)
    targets = assign([drawn(large, small)], N, N)
    assert targets.known[0, [place_of(0.5, 0.5), place_of(0.35, 0.35), place_of(0.12, 0.12)]].tolist() == [1, 1, 0]
    assert torch.allclose(targets.box[0, place_of(0.35, 0.35)], torch.tensor(large))
    assert torch.allclose(targets.box[0, place_of(0.5, 0.5)], torch.tensor(small))


def test_an_object_smaller_than_a_place_is_learnt_somewhere() -> None:
    assert assign([drawn((0.501, 0.501, 0.502, 0.502))], N, N).known.sum() == 1


def test_each_object_has_one_summit() -> None:
    middle = assign([drawn((0.1, 0.1, 0.4, 0.5), (0.5, 0.5, 0.95, 0.9))], N, N).middle[0]
    assert (middle == 1).sum() == 2
    assert middle.min() >= 0


def test_a_picture_without_objects_teaches_that_there_is_nothing() -> None:
    wanted = assign([drawn()], N, N)
    boxes, middles = torch.zeros(1, N * N, 4), torch.full((1, N * N), -SURE)
    calm, loud = (finding_loss(boxes, logits, wanted) for logits in (middles, -middles))
    assert torch.isfinite(calm)
    assert calm < 0.1 < loud


def test_the_picture_is_found_in_its_padding() -> None:
    pixels = torch.ones(2, 3, SIDE, SIDE)
    pixels[0, :, :32] = pixels[0, :, 96:] = 0
    start, size, longer = picture_extent(pixels)
    assert start.tolist() == [[0, 0.25], [0, 0]]
    assert size.tolist() == [[1, 0.5], [1, 1]]
    assert longer.tolist() == [[1], [1]]


def test_of_boxes_round_one_object_the_surest_is_chosen() -> None:
    wanted = [(0.7, 0.45, 0.9, 0.55), (0.2, 0.35, 0.4, 0.45), (0.3, 0.38, 0.36, 0.42), (0.71, 0.45, 0.9, 0.55)]
    surest = choose(*among_others([5.0, 7.0, 6.0, 4.0], wanted), 4)
    assert surest.chosen[0, :3].tolist() == [1, 2, 0]  # the smaller one inside is there as well
    assert (surest.logit[0] > 0).tolist() == [True, True, True, False]  # and a slope is no object


def test_a_box_that_gives_way_drives_no_other_away() -> None:
    boxes = [(0.1 + 0.03 * k, 0.1, 0.4 + 0.03 * k, 0.4) for k in range(3)]
    assert (overlap(torch.tensor([boxes]))[0] > SAME).tolist() == [
        [True, True, False],
        [True, True, True],
        [False, True, True],
    ]
    surest = choose(*among_others([3.0, 2.0, 1.0], boxes), 3)
    assert surest.chosen[0].tolist()[:2] == [0, 2]
    assert (surest.logit[0] > 0).tolist() == [True, True, False]


def test_finds_are_told_in_the_picture_s_own_frame() -> None:
    pixels = torch.ones(1, 3, SIDE, SIDE)
    pixels[:, :, : SIDE // 4] = pixels[:, :, -SIDE // 4 :] = 0  # twice as wide as high
    peaks = in_picture(torch.zeros(1, 1), torch.tensor([[(0.2, 0.35, 0.4, 0.45)]]), pixels)
    assert peaks.sureness.tolist() == [[0.5]]
    assert torch.allclose(peaks.box[0, 0], torch.tensor([0.2, 0.2, 0.4, 0.4]), atol=1e-5)
    assert torch.allclose(peaks.side, torch.tensor(0.2), atol=1e-5)


def test_slots_stand_from_left_to_right_with_the_empty_ones_behind() -> None:
    reader = Reader(Detector(3, 1), GROUPS)
    n_words = sum(map(len, GROUPS))
    words, inside = torch.zeros(1, N_QUERIES, n_words), torch.full((1, N_QUERIES, N_QUERIES + 1), -SURE)
    nothing, box = torch.full((1, N_QUERIES), SURE), torch.zeros(1, N_QUERIES, 4)
    for query, (label, x) in enumerate(((1, 0.9), (0, 0.2))):  # the surest stands on the right
        words[0, query, label] = nothing[0, 8 + query] = SURE * 2
        nothing[0, query], box[0, query] = -SURE, torch.tensor((x - 0.1, 0, x + 0.1, 1))
    inside[0, 1, 0] = inside[0, 0, -1] = SURE  # the left one is inside the right one
    peaks = Peaks(torch.zeros(1, N_QUERIES), box, torch.zeros(1, N_QUERIES))
    bags = reader.bags(Said(words, inside, nothing, peaks))[0]
    names = [*GROUPS[0], *GROUPS[1], *(f"k{k}" for k in range(N_QUERIES)), *(f"in{k}" for k in range(N_QUERIES)), "-"]
    said = [{names[k] for k in (slot > 0.9).nonzero()[:, 0]} for slot in bags]
    assert said[:2] == [{"dog", "k0", "in1"}, {"cat", "k1"}]
    assert said[2:] == [{"-"}] * (N_QUERIES - 2)


def test_the_words_are_the_same_through_onnx_runtime_at_any_batch(tmp_path: Path) -> None:
    torch.manual_seed(0)
    speaking = Speaking(Reader(Detector(3, 1), GROUPS)).eval()

    pixels = torch.randn(2, 3, SIDE, SIDE)
    path = tmp_path / "reader.onnx"
    export_onnx(speaking, (pixels[:1],), path, ["pixel_values"], ["words"], {"pixel_values": {0: "b"}})
    with torch.no_grad():
        wanted = speaking(pixels).numpy()
    found = Session(path, 1).run(pixel_values=pixels.numpy())["words"]
    assert found.shape == (2, N_QUERIES, 3 + 2 + 2 * N_QUERIES + 1)
    np.testing.assert_allclose(found, wanted, atol=1e-5)  # sums in another order
    np.testing.assert_allclose(found[..., :3].sum(-1) + found[..., -1], 1, atol=1e-5)  # one label, or nothing


def test_place_centres_are_in_reading_order() -> None:
    wanted = torch.tensor([[1 / 6, 0.25], [0.5, 0.25], [5 / 6, 0.25], [1 / 6, 0.75]])
    assert torch.allclose(place_centres(2, 3)[:4], wanted)
