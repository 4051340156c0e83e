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
from bubo_desktop.geometry import box_iou
from bubo_desktop.packs.manifest import QueryGrounder
from build.nano.facts import OBJECTS
from build.nano.painter import Painting
from build.nano.pictures import PIXELS, draw_painting

VALIDATION_SEED = 301
N_PICTURES = 600
CANDIDATES = np.arange(0.1, 0.91, 0.02)


def validation_paintings() -> list[Painting]:
    """Pictures of no training run and no exam."""
    rng = np.random.default_rng(VALIDATION_SEED)
    return [draw_painting(rng, int(rng.integers(160, 720))) for _ in range(N_PICTURES)]


def choose_tag_thresholds(path: Path) -> tuple[float, ...]:
    """One threshold for all labels, that with the best F1 over all labels: a label alone has too few cases to tell."""
    session = Session(path, n_threads=1)
    logits: list[NDArray[np.float32]] = []
    truth: list[list[bool]] = []
    for painting in validation_paintings():
        pixels = network_input(Picture.from_array(painting.rgb), PIXELS)
        logits.append(session.run(pixel_values=pixels)["logits"][0])
        labels = {thing.label for thing in painting.objects}
        truth.append([label in labels for label in OBJECTS])
    scores, wanted = 1 / (1 + np.exp(-np.stack(logits))), np.array(truth)
    best = max(CANDIDATES, key=lambda threshold: f1((scores >= threshold) & wanted, scores >= threshold, wanted))
    return (round(float(best), 2),) * len(OBJECTS)


def choose_box_threshold(part: QueryGrounder, folder: Path) -> tuple[float, float]:
    """Returns the score threshold with the best F1 of boxes (right label, IoU 0.5), and that F1."""
    locator = Locator(msgspec.structs.replace(part, score_threshold=float(CANDIDATES[0])), folder, n_threads=1)
    scored: list[tuple[float, bool]] = []
    n_wanted = 0
    for painting in validation_paintings():
        n_wanted += len(painting.objects)
        scored += _matched(painting, locator)
    counts = [
        (
            2
            * sum(right for score, right in scored if score >= threshold)
            / (sum(score >= threshold for score, _ in scored) + n_wanted)
        )
        for threshold in CANDIDATES
    ]
    best = int(np.argmax(counts))
    return round(float(CANDIDATES[best]), 2), counts[best]


def _matched(painting: Painting, locator: Locator) -> Sequence[tuple[float, bool]]:
    """The score of each detection and whether it is right; each true object is found once at most."""
    found = locator.locate(Picture.from_array(painting.rgb))
    height_px, width_px = painting.rgb.shape[:2]
    truth = np.array([thing.box for thing in painting.objects]).reshape(-1, 4) * (
        width_px,
        height_px,
        width_px,
        height_px,
    )
    free = list(range(len(truth)))
    results = []
    for detection in found:
        overlaps = box_iou(np.array([detection.box_xyxy_px]), truth)[0] if len(truth) else np.zeros(0)
        fitting = [k for k in free if overlaps[k] >= 0.5 and painting.objects[k].label == detection.label]
        if fitting:
            free.remove(max(fitting, key=lambda k: overlaps[k]))
        results.append((detection.score, bool(fitting)))
    return results


def f1(right: NDArray[np.bool_], found: NDArray[np.bool_], wanted: NDArray[np.bool_]) -> float:
    """F1 over all cases at once."""
    return float(2 * right.sum() / max(found.sum() + wanted.sum(), 1))
