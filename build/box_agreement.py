"""How far two versions of a detector agree: on boxes and labels, which is what a user sees, not on cosines."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from bubo_desktop.engine.detections import Detection
from bubo_desktop.engine.imaging import Picture
from bubo_desktop.engine.senses import make_worker
from bubo_desktop.engine.shelf import Shelf
from bubo_desktop.geometry import box_iou
from bubo_desktop.packs.manifest import PhraseGrounder, VectorGrounder

N_BOXES = 20  # of a picture, the best
_ALL_BOXES = 0.0  # as threshold
Part = PhraseGrounder | VectorGrounder


class Agreement(NamedTuple):
    """Over the exact files' best boxes.

    Attributes:
        mean_iou: of each with the other files' nearest box.
        labels: the share of those whose nearest box has the same label.
    """

    mean_iou: float
    labels: float


def compare_boxes(
    part: Part, folders: tuple[Path, Path], pictures: Sequence[Picture], phrases: Sequence[str]
) -> Agreement:
    """Compares a detector's files in two folders, the exact ones first."""
    name = "box_threshold" if isinstance(part, PhraseGrounder) else "score_threshold"
    lenient = msgspec.structs.replace(part, max_objects=N_BOXES, **{name: _ALL_BOXES})
    exact, other = (make_worker(lenient, Shelf(folder, 1)) for folder in folders)
    pairs = [(exact.locate(picture, None, phrases), other.locate(picture, None, phrases)) for picture in pictures]
    iou, same = np.concatenate([_match(*pair) for pair in pairs], axis=1).mean(axis=1).tolist()
    return Agreement(iou, same)


def _match(wanted: Sequence[Detection], found: Sequence[Detection]) -> NDArray[np.float64]:
    """IoU with the nearest box, and whether its label is the same, for each that is wanted: [2, wanted]."""
    if not found:
        return np.zeros((2, len(wanted)))
    boxes = [np.array([each.box_xyxy_px for each in some]).reshape(-1, 4) for some in (wanted, found)]
    iou = box_iou(*boxes)
    nearest = iou.argmax(axis=1)
    same = [each.label == found[index].label for each, index in zip(wanted, nearest, strict=True)]
    return np.stack([iou.max(axis=1), np.array(same, np.float64)])
