"""RefCOCO, RefCOCO+ and RefCOCOg: is what a phrase means found? Accuracy at IoU 0.5.

A folder with `refs(unc).p` (`refs(umd).p`, `refs(google).p`), or the same list as `refs*.json`, `instances.json` and
the pictures of COCO's train2014. Each phrase is asked for with `QUESTION`; what counts is the best object of the link
that shares most words with the phrase, or else the best object whose name the phrase holds.

Sources: Yu et al., "Modeling Context in Referring Expressions" (ECCV 2016); lichengunc/refer, refer.py, for the files.
"""

from __future__ import annotations

import io
import pickle
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from msgspec import Struct

from bubo_desktop.data import Answer, BoxXyxyPx, Thing
from bubo_desktop.geometry import box_iou
from build.errors import BuildError
from build.evaluation.average_precision import Region
from build.evaluation.coco import read_instances
from build.evaluation.figures import mean, share
from build.evaluation.files import find_file, index_files, read_typed, refuse_absent
from build.evaluation.phrases import list_stems
from build.evaluation.pointing import as_region, list_pointed
from build.evaluation.suite import Case, Findings, ListedSuite, Question, Slip, draw_some
from build.training.datasets.annotations import read_json, refuse

QUESTION = "Where is {}?"
LEAST_IOU = 0.5


class Sentence(Struct):
    """A phrase."""

    sent: str


class Reference(Struct):
    """An object, and the phrases that people wrote to tell it from others."""

    ann_id: int
    image_id: int
    split: str
    sentences: list[Sentence]


@dataclass(frozen=True, slots=True)
class Referred:
    """The object that a phrase means."""

    split: str
    phrase: str
    picture: Path
    box_xyxy_px: BoxXyxyPx


@dataclass
class RefCoco(ListedSuite[Referred]):
    """The opened test set."""

    ious: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def mark(self, truth: Referred, answers: Sequence[Answer]) -> Slip | None:
        """Compares the box that was pointed at."""
        [answer] = answers
        found = choose_thing(truth.phrase, answer)
        overlap = float(box_iou(np.array([found.box_xyxy_px]), np.array([truth.box_xyxy_px]))[0, 0]) if found else 0.0
        self.ious[truth.split].append(overlap)
        if overlap >= LEAST_IOU:
            return None
        return Slip(
            1 - overlap, truth.phrase, "", answer.answer, truth.picture,
            (Region(truth.phrase, truth.box_xyxy_px),), (as_region(found),) if found else (),
        )  # fmt: skip

    def findings(self) -> Findings:
        """Accuracy for each split, as the published numbers are given, and mean IoU."""
        figures = []
        for split, ious in self.ious.items():
            figures.append(share(f"accuracy at IoU {LEAST_IOU}, {split}", [iou >= LEAST_IOU for iou in ious]))
            figures.append(mean(f"mean IoU, {split}", ious))
        return Findings(figures)


def open_refcoco(folder: Path, n: int | None, seed: int) -> RefCoco:
    """Reads the test set: all phrases of all splits but `train`, or `n` of them.

    Raises:
        BuildError: files are missing or not in their format.
    """
    references = read_references(find_file(folder, "refs(*).p", "refs*.json"))
    instances = read_instances(find_file(folder, "instances.json"))
    boxes = {each.id: each.box_xyxy_px for each in instances.annotations}
    names = {each.id: Path(each.file_name).stem for each in instances.images}
    refuse(f"Object {each.ann_id} is not in instances.json." for each in references if each.ann_id not in boxes)
    refuse(f"Picture {each.image_id} is not in instances.json." for each in references if each.image_id not in names)
    phrases = [(each, phrase.sent) for each in references if each.split != "train" for phrase in each.sentences]
    chosen = draw_some(phrases, n, seed)
    pictures = index_files(folder, (".jpg", ".png"))
    refuse_absent((names[each.image_id] for each, _ in chosen), pictures, folder)
    return RefCoco(
        [
            _ask(Referred(each.split, phrase, pictures[names[each.image_id]], boxes[each.ann_id]))
            for each, phrase in chosen
        ]
    )


def read_references(path: Path) -> list[Reference]:
    """The list in a pickle or in JSON.

    Raises:
        BuildError: it holds anything but plain values, or they are not references.
    """
    contents = read_json(path, list[Any]) if path.suffix == ".json" else read_plain_pickle(path)
    return read_typed(contents, list[Reference], path)


class _PlainUnpickler(pickle.Unpickler):
    """Reads numbers, texts, lists and dictionaries; whatever would run code is refused."""

    def find_class(self, module: str, name: str) -> Any:
        raise pickle.UnpicklingError(f"it holds {module}.{name}")


def read_plain_pickle(path: Path) -> object:
    """A pickle of plain values, such as Python 2 wrote them. Raises `BuildError` where it holds anything else."""
    try:
        return _PlainUnpickler(io.BytesIO(path.read_bytes()), encoding="utf-8", errors="replace").load()
    except (pickle.UnpicklingError, EOFError, ValueError, IndexError, KeyError, TypeError) as error:
        raise BuildError(f"{path} is not a pickle of plain lists: {error}.") from error


def choose_thing(phrase: str, answer: Answer) -> Thing | None:
    """The object that an answer points at for a phrase."""
    words = list_stems(phrase)
    pointed = list_pointed(answer)
    if pointed:
        best = max(pointed, key=lambda each: len(words & list_stems(each.phrase)))
        return max(best.things, key=lambda thing: thing.score)
    named = [each for picture in answer.images for each in picture.objects if words & list_stems(each.label)]
    return max(named, key=lambda thing: thing.score, default=None)


def _ask(truth: Referred) -> Case[Referred]:
    named = truth.phrase if truth.phrase.lower().startswith(("the ", "a ", "an ")) else f"the {truth.phrase}"
    return Case((Question(QUESTION.format(named), (str(truth.picture),)),), truth)
