"""Marks for what is found in pictures of nano's world: tags, boxes, masks, and which object was taken for which."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np

from bubo_desktop.data import PictureFindings
from bubo_desktop.geometry import box_iou, decode_mask
from build.evaluation.average_precision import AveragePrecision, Region
from build.evaluation.calibration import Scored
from build.evaluation.counts import SetCounts
from build.evaluation.figures import Figure, ratio, share
from build.evaluation.pointing import as_region
from build.evaluation.sittings import Seen

LEAST_IOU = 0.5
MOST_CONFUSED = 12  # labels in the table of confusions
BY_SIZE = "Objects found, by the longer side of what can be seen of them"
SIDES = {  # up to which part of the picture's longer side
    "less than 0.15 of the picture's": 0.15, "0.15 to 0.2": 0.2, "0.2 to 0.36": 0.36, "0.36 and more": 9.0,
}  # fmt: skip


class SeenMarks:
    """Collects them, picture by picture."""

    def __init__(self) -> None:
        self.tags, self.boxes = SetCounts(), SetCounts()
        self.shown, self.candidates = AveragePrecision("bbox"), AveragePrecision("bbox")
        self.scored = {"boxes": Scored(), "tags": Scored()}
        self._mask_ious: list[float] = []
        self._n_masks: list[int] = []
        self._taken_for: dict[str, Counter[str]] = defaultdict(Counter)
        self._met: dict[str, list[bool]] = defaultdict(list)

    def mark(self, seen: Sequence[Seen], found: PictureFindings, candidates: Sequence[Region]) -> float:
        """Marks a picture; returns the share of objects that were missed or made up."""
        wanted = [Region(each.label, each.box_xyxy_px) for each in seen]
        self.tags.add({each.label for each in seen}, {tag.label for tag in found.tags})
        for tag in found.tags:
            self.scored["tags"].add(tag.score, any(tag.label == each.label for each in seen))
        self.shown.add(wanted, [as_region(thing) for thing in found.objects])
        self.candidates.add(wanted, candidates)
        n_right = self._mark_boxes(seen, found)
        self.boxes.count(n_right, len(found.objects), len(seen))
        return 1 - 2 * n_right / max(len(found.objects) + len(seen), 1) if seen or found.objects else 0.0

    def figures(self) -> list[Figure]:
        """Tags, boxes and masks."""
        return [
            self.tags.f1("tags, F1"),
            *self.candidates.figures("boxes of all candidates"),
            self.boxes.f1("boxes shown, F1 at IoU 0.5"),
            *self.shown.figures("boxes shown"),
            ratio("masks of found objects, mean IoU", self._mask_ious, self._n_masks),
            *(share(name, self._met[name], BY_SIZE) for name in SIDES if name in self._met),
        ]

    def confusions(self) -> dict[str, dict[str, int]]:
        """The labels that were most often taken for others, and for which."""
        worst = sorted(self._taken_for.items(), key=lambda each: -each[1].total())[:MOST_CONFUSED]
        return {label: dict(others.most_common()) for label, others in worst}

    def _mark_boxes(self, seen: Sequence[Seen], found: PictureFindings) -> int:
        """How many objects were found; the best box of each true object is its own, all others are false."""
        overlaps = box_iou(_boxes([each.box_xyxy_px for each in found.objects]), _boxes([e.box_xyxy_px for e in seen]))
        free, mask_ious, n_right = set(range(len(seen))), [], 0
        for thing, row in sorted(zip(found.objects, overlaps, strict=True), key=lambda each: -each[0].score):
            fitting = [number for number in free if row[number] >= LEAST_IOU and seen[number].label == thing.label]
            best = max(fitting, key=lambda number: row[number], default=None)
            self.scored["boxes"].add(thing.score, best is not None)
            if best is None:
                self._note_confusion(thing.label, [seen[n].label for n in np.flatnonzero(row >= LEAST_IOU).tolist()])
                continue
            free.remove(best)
            n_right += 1
            if thing.mask_rle:
                mask, right = decode_mask(thing.mask_rle), seen[best].mask
                mask_ious.append(float((mask & right).sum() / max((mask | right).sum(), 1)))
        for number, each in enumerate(seen):
            self._met[_side_of(each)].append(number not in free)
        self._mask_ious.append(sum(mask_ious))
        self._n_masks.append(len(mask_ious))
        return n_right

    def _note_confusion(self, said: str, there: Sequence[str]) -> None:
        for label in there:
            if label != said:
                self._taken_for[label][said] += 1


def _side_of(thing: Seen) -> str:
    """How large what can be seen of an object is, in words: one of SIDES."""
    x0, y0, x1, y1 = thing.box_xyxy_px
    side = max(x1 - x0, y1 - y0) / max(thing.mask.shape)
    return next(name for name, limit in SIDES.items() if side < limit)


def _boxes(boxes: Sequence[Sequence[float]]) -> np.ndarray:
    return np.array(boxes, np.float64).reshape(-1, 4)
