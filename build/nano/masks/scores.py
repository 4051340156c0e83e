"""How good masks are on fresh pictures, and how much nearer they bring a detector's boxes.

    python -m build.nano.masks.scores --run out/nano2/masks --pictures 300
    python -m build.nano.masks.scores --file models/nano/segmenter.onnx --pictures 300

The first measures what a training run has learnt so far, the second a file that the engine runs.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from msgspec.structs import replace
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from torch import nn

from bubo_desktop.data import BoxXyxyPx
from bubo_desktop.engine.cropping import crops, paste
from bubo_desktop.engine.imaging import Picture
from bubo_desktop.engine.regions import Mask, tighten_box
from bubo_desktop.engine.segmenting import Segmenter
from bubo_desktop.engine.shelf import Shelf
from bubo_desktop.environment import quiet_libraries
from bubo_desktop.geometry import box_iou
from bubo_desktop.packs.manifest import CropSegmenter
from build.nano.masks.cutting import disturb, kinds_of
from build.nano.masks.network import PART, load_masks
from build.world.exam import LONGER_PX, NETWORK_PX
from build.world.facts import read_vocabulary
from build.world.painter import Painting
from build.world.pictures import Pictures

FIGURES = ("mask, true box", "mask", "box as found", "box of the mask")
ALL = "all"
FindMasks = Callable[[Picture, Sequence[BoxXyxyPx]], Sequence[Mask]]
"""A picture and boxes in its pixels -> a mask, bool (height, width), for each."""


def find_with(network: nn.Module, part: CropSegmenter) -> FindMasks:
    """Masks of a network in evaluation mode, put into the picture as the engine does; bool (height, width) each."""

    def find(picture: Picture, boxes: Sequence[BoxXyxyPx]) -> list[Mask]:
        if not boxes:
            return []
        corners = np.array(boxes, np.float64)
        with torch.no_grad():
            logits = network(torch.from_numpy(crops(picture, corners, part))).numpy()
        return [paste(grid, box, part.margin, picture) for grid, box in zip(logits, corners, strict=True)]

    return find


def measure(
    find: FindMasks, paintings: Iterable[Painting], rng: np.random.Generator
) -> Mapping[str, NDArray[np.float64]]:
    """Intersections over union with the truth, in the pictures' own pixels.

    Args:
        find: finds masks.
        paintings: pictures with masks.
        rng: of the errors of the boxes.

    Returns:
        For each kind of objects, and for ALL of them: float64 (objects, 4), as FIGURES names them.
    """
    rows: dict[str, list[tuple[float, ...]]] = {ALL: []}
    for painting in paintings:
        for kind, row in zip(kinds_of(painting.boxes_px), _judge(find, painting, rng), strict=True):
            rows.setdefault(kind, []).append(row)
            rows[ALL].append(row)
    return {kind: np.array(found).reshape(-1, len(FIGURES)) for kind, found in rows.items()}


def draw_pictures(n: int, seed: int) -> Iterable[Painting]:
    """Pictures with masks, of the exam's sizes."""
    pictures, rng = Pictures.of(read_vocabulary()), np.random.default_rng(seed)
    for _ in range(n):
        longer_px = NETWORK_PX if rng.random() < 0.5 else int(rng.integers(*LONGER_PX))
        yield pictures.draw(rng, longer_px, masks=True)


def _judge(find: FindMasks, painting: Painting, rng: np.random.Generator) -> list[tuple[float, ...]]:
    assert painting.masks is not None
    exact, found = painting.boxes_px, disturb(painting.boxes_px, rng)
    masks = find(Picture.from_array(painting.rgb), [_corners(box) for box in (*exact, *found)])
    by_exact, by_found = masks[: len(exact)], masks[len(exact) :]
    refined = [tighten_box(_corners(box), mask) for box, mask in zip(found, by_found, strict=True)]
    return [
        (_iou(first, truth), _iou(second, truth), *box_iou(np.array([box]), np.array([rough, better]))[0].tolist())
        for truth, first, second, box, rough, better in zip(
            painting.masks, by_exact, by_found, exact, found, refined, strict=True
        )
    ]


def _corners(box: NDArray[np.float64]) -> BoxXyxyPx:
    x0, y0, x1, y1 = box.tolist()
    return x0, y0, x1, y1


def _iou(found: Mask, truth: Mask) -> float:
    return float((found & truth).sum() / max((found | truth).sum(), 1))


def main() -> None:
    """Reads the command line, draws, measures, and prints a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--run", type=Path, help="folder of a training run")
    source.add_argument("--file", type=Path, help="an exported network")
    parser.add_argument("--pictures", type=int, default=300)
    parser.add_argument("--seed", type=int, default=20_000)
    options = parser.parse_args()
    quiet_libraries()
    torch.set_num_threads(1)
    if options.run:
        find = find_with(load_masks(options.run), PART)
    else:
        find = Segmenter(replace(PART, file=options.file.name), Shelf(options.file.parent, 1)).masks
    paintings = draw_pictures(options.pictures, options.seed)
    table = Table("mean IoU of", "n", *FIGURES)
    for kind, found in sorted(measure(find, paintings, np.random.default_rng(options.seed)).items()):
        table.add_row(kind, str(len(found)), *(f"{mean:.3f}" for mean in found.mean(0)))
    Console().print(table)


if __name__ == "__main__":
    main()
