"""Chooses nano's thresholds on fresh pictures, through the quantised files and the engine's own code."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from bubo_desktop.engine.imaging import Picture, network_input
from bubo_desktop.engine.locating import Locator
from bubo_desktop.engine.sessions import Session
from bubo_desktop.engine.shelf import Shelf
from bubo_desktop.geometry import box_iou
from bubo_desktop.packs.manifest import QueryGrounder
from build.nano.exam import LONGER_PX
from build.nano.facts import OBJECTS
from build.nano.painter import Painting
from build.nano.pictures import PIXELS, draw_painting
from build.nano.tallies import f1

VALIDATION_SEED = 301
N_PICTURES = 600
FOREIGN_SHARE = 0.015  # of pictures of this world that may be taken for foreign
CANDIDATES = np.arange(0.1, 0.91, 0.02)


def validation_paintings() -> list[Painting]:
    """Pictures of no training run and no exam."""
    rng = np.random.default_rng(VALIDATION_SEED)
    return [draw_painting(rng, int(rng.integers(*LONGER_PX))) for _ in range(N_PICTURES)]


def choose_tag_thresholds(path: Path) -> tuple[tuple[float, ...], float]:
    """Returns a threshold for each label, and the score that the surest label of a picture of this world has.

    The threshold is one for all labels, that with the best F1 over all: a label alone has too few cases to tell. The
    surest label scores at least as said in all but `FOREIGN_SHARE` of the pictures that hold any object.
    """
    session = Session(path, n_threads=1)
    logits: list[NDArray[np.float32]] = []
    truth: list[list[bool]] = []
    for painting in validation_paintings():
        pixels = network_input(Picture.from_array(painting.rgb), PIXELS)
        logits.append(session.run(pixel_values=pixels)["logits"][0])
        labels = {thing.label for thing in painting.objects}
        truth.append([label in labels for label in OBJECTS])
    scores, wanted = 1 / (1 + np.exp(-np.stack(logits))), np.array(truth)
    threshold, _ = _best(scores.ravel(), wanted.ravel(), int(wanted.sum()))
    surest = scores.max(axis=1)[wanted.any(axis=1)]
    return (threshold,) * len(OBJECTS), round(max(float(np.quantile(surest, FOREIGN_SHARE)), threshold), 2)


def choose_box_threshold(part: QueryGrounder, folder: Path) -> tuple[float, float]:
    """Returns the score threshold with the best F1 of boxes (right label, IoU 0.5), and that F1."""
    locator = Locator(msgspec.structs.replace(part, score_threshold=float(CANDIDATES[0])), Shelf(folder, 1))
    scored: list[tuple[float, bool]] = []
    n_wanted = 0
    for painting in validation_paintings():
        n_wanted += len(painting.objects)
        scored += _matched(painting, locator)
    scores = np.array([score for score, _ in scored])
    return _best(scores, np.array([right for _, right in scored], np.bool_), n_wanted)


def _matched(painting: Painting, locator: Locator) -> Sequence[tuple[float, bool]]:
    """The score of each detection and whether it is right; each true object is found once at most."""
    found = locator.locate(Picture.from_array(painting.rgb))
    truth = painting.boxes_px
    free = list(range(len(truth)))
    results = []
    for detection in found:
        overlaps = box_iou(np.array([detection.box_xyxy_px]), truth)[0] if len(truth) else np.zeros(0)
        fitting = [k for k in free if overlaps[k] >= 0.5 and painting.objects[k].label == detection.label]
        if fitting:
            free.remove(max(fitting, key=lambda k: overlaps[k]))
        results.append((detection.score, bool(fitting)))
    return results


def _best(scores: NDArray[np.floating], right: NDArray[np.bool_], n_wanted: int) -> tuple[float, float]:
    """The lowest threshold with the best F1, and that F1, of cases with a score and whether finding them is right."""
    found = scores[:, None] >= CANDIDATES
    n_right, n_found = (found & right[:, None]).sum(0), found.sum(0)
    scored = [f1(*counts, n_wanted) for counts in zip(n_right.tolist(), n_found.tolist(), strict=True)]
    best = int(np.argmax(scored))
    return round(float(CANDIDATES[best]), 2), scored[best]
