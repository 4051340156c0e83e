"""GranD-f, grounded captions: is the picture described, and does what is named point at the right masks?

A folder with `<split>_gcg_coco_caption_gt.json` and `<split>_gcg_coco_mask_gt.json` (test, or else val) and the
pictures. One mask for each link of the answer: all its objects together. The paper calls two phrases the same where a
BERT network's vectors are alike; there is no such network here: they must share a word, which is asked for more often
than it is granted, so that our mask recall is rather too low.

Source: Rasheed et al., "GLaMM" (CVPR 2024), section 5 and Table 3; mbzuai-oryx/groundingLMM, eval/gcg/evaluate.py.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from msgspec import Struct

from bubo_desktop.data import Answer
from bubo_desktop.geometry import encode_mask, mask_bounds
from build.evaluation.average_precision import ANY_LABEL, AveragePrecision, Region
from build.evaluation.captions import METEOR_NOTE, score_cider, score_meteor
from build.evaluation.coco import Annotation, Number, read_instances
from build.evaluation.figures import mean, ratio
from build.evaluation.files import find_file, index_files, refuse_absent
from build.evaluation.overlaps import Mask, fit_mask, mask_ious, pair_off
from build.evaluation.phrases import mean_the_same
from build.evaluation.pointing import cover, list_pointed
from build.evaluation.suite import Case, Findings, ListedSuite, Question, Slip, draw_some
from build.training.datasets.annotations import read_json

QUESTION = "Describe the picture."
LEAST_IOU = 0.5
RECALL_NOTE = (
    "Phrases are compared by their words instead of by BERT: mask recall is not that of the published numbers."
)


class Caption(Struct):
    """What people say of a picture, and the words in it that its masks show, in their order."""

    image_id: Number
    caption: str
    labels: list[str]


class Captions(Struct):
    """The file of captions."""

    annotations: list[Caption]


@dataclass(frozen=True, slots=True)
class Grounded:
    """A picture, what people say of it, and the masks of what they name."""

    picture: Path
    caption: str
    labels: tuple[str, ...]
    annotations: tuple[Annotation, ...]


@dataclass
class GranDf(ListedSuite[Grounded]):
    """The opened test set."""

    said: list[str] = field(default_factory=list)
    wanted: list[tuple[str]] = field(default_factory=list)
    mious: list[float] = field(default_factory=list)
    n_met: list[int] = field(default_factory=list)
    n_labels: list[int] = field(default_factory=list)
    precision: AveragePrecision = field(default_factory=lambda: AveragePrecision("segm"))

    def mark(self, truth: Grounded, answers: Sequence[Answer]) -> Slip | None:
        """Marks the caption and its masks."""
        [answer] = answers
        [picture] = answer.images
        pointed = list({each.things: each for each in list_pointed(answer)}.values())
        found = [cover(each.things, picture) for each in pointed]
        size = (picture.height, picture.width)
        wanted = [fit_mask(each.decode_mask(*size), size) for each in truth.annotations]
        self.said.append(answer.answer)
        self.wanted.append((truth.caption,))
        self._mark_masks(truth.labels, wanted, [each.phrase for each in pointed], found)
        regions = (
            [_region(mask) for mask in wanted],
            [_region(mask, each.score) for mask, each in zip(found, pointed, strict=True)],
        )
        self.precision.add(*regions)
        return Slip(
            1 - self.mious[-1], truth.picture.name, truth.caption, answer.answer, truth.picture, *map(tuple, regions)
        )

    def findings(self) -> Findings:
        """The five figures of GLaMM's table 3."""
        meteors = [score_meteor(*pair) for pair in zip(self.said, self.wanted, strict=True)]
        figures = [
            mean("METEOR, without synonyms", meteors),
            mean("CIDEr-D", score_cider(self.said, self.wanted)),
            self.precision.figures("masks")[0],
            mean("mask mIoU", self.mious),
            ratio("mask recall", self.n_met, self.n_labels),
        ]
        return Findings(figures, notes=(METEOR_NOTE, RECALL_NOTE))

    def _mark_masks(
        self, labels: Sequence[str], wanted: Sequence[Mask], phrases: Sequence[str], found: Sequence[Mask]
    ) -> None:
        ious = mask_ious(wanted, found)
        paired = [ious[pair] for pair in pair_off(ious, least=0.0)]
        self.mious.append(float(np.mean(paired)) if paired else 0.0)
        same = np.array([[mean_the_same(label, phrase) for phrase in phrases] for label in labels], np.bool_)
        self.n_met.append(len(pair_off(ious * same.reshape(ious.shape), LEAST_IOU)))
        self.n_labels.append(len(labels))


def open_grandf(folder: Path, n: int | None, seed: int) -> GranDf:
    """Reads the test split, or the validation split where there is no other; or `n` pictures of it.

    Raises:
        BuildError: files are missing or not in their format.
    """
    captions = read_json(
        find_file(folder, *(f"{split}_gcg_coco_caption_gt.json" for split in ("test", "val"))), Captions
    )
    masks = find_file(folder, *(f"{split}_gcg_coco_mask_gt.json" for split in ("test", "val")))
    by_picture: dict[str, list[Annotation]] = defaultdict(list)
    for annotation in read_instances(masks).annotations:
        by_picture[str(annotation.image_id)].append(annotation)
    chosen = draw_some(captions.annotations, n, seed)
    pictures = index_files(folder, (".jpg", ".png"))
    refuse_absent((str(each.image_id) for each in chosen), pictures, folder)
    return GranDf([_ask(each, pictures[str(each.image_id)], by_picture[str(each.image_id)]) for each in chosen])


def _ask(caption: Caption, picture: Path, annotations: Sequence[Annotation]) -> Case[Grounded]:
    """A label without its mask cannot be found, nor a mask without its label."""
    pairs = list(zip(caption.labels, annotations, strict=False))
    truth = Grounded(picture, caption.caption, tuple(each for each, _ in pairs), tuple(each for _, each in pairs))
    return Case((Question(QUESTION, (str(picture),)),), truth)


def _region(mask: Mask, score: float = 1.0) -> Region:
    return Region(ANY_LABEL, mask_bounds(mask) or (0.0, 0.0, 0.0, 0.0), score, encode_mask(mask))
