"""From which score on nano names and boxes something, and when it says that it knows nothing in a picture.

All is chosen on fresh pictures of no training and no exam, through the files that ship and the engine's own code.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
import torch
from numpy.typing import NDArray

from bubo_desktop.engine.imaging import Picture, network_input
from bubo_desktop.engine.locating import Locator
from bubo_desktop.engine.shelf import Shelf
from bubo_desktop.engine.tagging import Tagger
from bubo_desktop.geometry import box_iou
from bubo_desktop.packs.manifest import QueryGrounder, TaggerPart
from build.calibration import draw_pictures
from build.nano.export.calibration import PIXELS
from build.nano.export.sight import weigh
from build.nano.eyes.detector import Detector
from build.world.drawings import Rgb
from build.world.facts import Vocabulary
from build.world.painter import Painter, Painting
from build.world.pictures import Pictures, picture_size
from build.world.textures import make_texture

VALIDATION_SEED = 301
LONGER_PX = (160, 721)
FOREIGN_SHARE = 0.015  # of pictures of this world that may be taken for foreign
DISCS_PX = (320, 240)
LEAST_IOU = 0.5  # of a box that is right
TAG_SHARES = (0.0, 0.25, 0.5, 1.0)  # of the middle in a tag's score
CANDIDATES = np.arange(0.02, 0.96, 0.01)


class Choice(NamedTuple):
    """A threshold, and the F1 that it reaches."""

    threshold: float
    f1: float


class Validation:
    """Fresh pictures: of this world, and of none.

    Args:
        vocabulary: of the world.
        n: how many pictures of the world; a third as many of each kind of others.

    Attributes:
        own: pictures of the world, some of them empty.
        foreign: by kind, pictures in which nothing has a name, uint8 (height, width, 3).
    """

    def __init__(self, vocabulary: Vocabulary, n: int) -> None:
        painter, rng = Painter(vocabulary), np.random.default_rng(VALIDATION_SEED)
        pictures = Pictures(painter)
        self.own = [pictures.draw(rng, int(rng.integers(*LONGER_PX))) for _ in range(n)]
        n_foreign = -(-n // 3)
        sizes = [picture_size(float(rng.uniform(0.6, 1.6)), int(rng.integers(*LONGER_PX))) for _ in range(n_foreign)]
        self.foreign: dict[str, list[Rgb]] = {
            "without objects": [painter.paint((), *size, rng).rgb for size in sizes],
            "texture": [make_texture(rng) for _ in range(n_foreign)],
            "discs": [picture.rgb for picture in draw_pictures(n_foreign, *DISCS_PX, seed=VALIDATION_SEED)],
        }


def best_choice(scores: NDArray[np.floating], right: NDArray[np.bool_], n_wanted: int) -> Choice:
    """The threshold with the best F1.

    Of several equally good ones the middle is taken, as the farthest from both kinds of mistake.

    Args:
        scores: (n,), of each finding, in 0..1.
        right: (n,), whether it is right.
        n_wanted: how many there are to be found.
    """
    found = scores[:, None] >= CANDIDATES
    f1 = 2 * (found & right[:, None]).sum(0) / np.maximum(found.sum(0) + n_wanted, 1)
    return Choice(round(float(np.median(CANDIDATES[f1 == f1.max()])), 2), float(f1.max()))


def score_tags(part: TaggerPart, folder: Path, pictures: Iterable[Rgb]) -> NDArray[np.float64]:
    """The score of every label of every picture, uint8 (height, width, 3): (pictures, labels), in 0..1."""
    tagger = Tagger(msgspec.structs.replace(part, thresholds=(0.0,) * len(part.labels)), Shelf(folder, 1))
    scored = [{tag.label: tag.score for tag in tagger.tags(Picture.from_array(picture))} for picture in pictures]
    return np.array([[scores[label] for label in part.labels] for scores in scored])


def list_truth(paintings: Sequence[Painting], labels: Sequence[str]) -> NDArray[np.bool_]:
    """Which label is in which painting: bool (paintings, labels)."""
    present = [{thing.label for thing in painting.objects} for painting in paintings]
    return np.array([[label in there for label in labels] for there in present])


@torch.no_grad()
def choose_tag_share(detector: Detector, paintings: Sequence[Painting], labels: Sequence[str]) -> float:
    """How much middles should count in tags: the share with the best F1, before anything is quantised."""
    truth = list_truth(paintings, labels).ravel()
    scores: dict[float, list[torch.Tensor]] = {share: [] for share in TAG_SHARES}
    for painting in paintings:
        pixels = network_input(Picture.from_array(painting.rgb), PIXELS)
        found = detector(torch.from_numpy(pixels.copy()))
        for share, scored in scores.items():
            scored.append(weigh(found.named.labels, found.middles, torch.tensor(share)).amax(1).sigmoid())
    n_wanted = int(truth.sum())
    f1 = {share: best_choice(torch.cat(each).numpy().ravel(), truth, n_wanted).f1 for share, each in scores.items()}
    return max(f1, key=f1.__getitem__)


def choose_min_score(scores: NDArray[np.float64], truth: NDArray[np.bool_], threshold: float) -> float:
    """What a picture's surest label must score for the picture to be of this world.

    All but FOREIGN_SHARE of the pictures that hold anything reach it; it is not below the threshold of labels, which
    nothing is named below.

    Args:
        scores: (pictures, labels), in 0..1.
        truth: (pictures, labels).
        threshold: of all labels.
    """
    surest = scores.max(axis=1)[truth.any(axis=1)]
    return round(max(float(np.quantile(surest, FOREIGN_SHARE)), threshold), 3)


def choose_box_threshold(part: QueryGrounder, folder: Path, paintings: Iterable[Painting]) -> Choice:
    """The score from which on boxes are told; one is right whose label is, and that overlaps enough."""
    locator = Locator(msgspec.structs.replace(part, score_threshold=float(CANDIDATES[0])), Shelf(folder, 1))
    marked: list[tuple[float, bool]] = []
    n_wanted = 0
    for painting in paintings:
        n_wanted += len(painting.objects)
        marked += _mark(painting, locator)
    return best_choice(
        np.array([score for score, _ in marked]), np.array([right for _, right in marked], np.bool_), n_wanted
    )


def _mark(painting: Painting, locator: Locator) -> list[tuple[float, bool]]:
    """The score of each detection, and whether it is right; each object is found once at most."""
    free, marked = set(range(len(painting.objects))), []
    for found in locator.locate(Picture.from_array(painting.rgb)):
        overlaps = dict(enumerate(box_iou(np.array([found.box_xyxy_px]), painting.boxes_px)[0]))
        fitting = [k for k in free if overlaps[k] >= LEAST_IOU and painting.objects[k].label == found.label]
        if fitting:
            free.remove(max(fitting, key=overlaps.__getitem__))
        marked.append((found.score, bool(fitting)))
    return marked
