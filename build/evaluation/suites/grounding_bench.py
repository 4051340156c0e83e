"""Grounding-Bench: do the words of a long answer point at the right objects? Precision, recall and F1 of links.

A folder with the benchmark's questions (`*questions.jsonl`: `question_id`, `image`, `text`), `instances_val2014.json`
and the pictures of COCO's val2014. In the paper GPT-4 judges whether a phrase means an entity, of 7,000 marked in 1,000
pictures; here a link is right where its box overlaps an object of COCO by more than half whose name, or a word for it,
the phrase or the object's label shares, and every object of COCO is wanted. So the figures are alike, not the same.

Source: Zhang et al., "LLaVA-Grounding" (arXiv 2312.02949), section 4; UX-Decoder/LLaVA-Grounding, llava/eval.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import numpy as np
from msgspec import Struct

from bubo_desktop.data import Answer, Thing
from bubo_desktop.geometry import box_iou
from build.errors import BuildError
from build.evaluation.average_precision import Region
from build.evaluation.calibration import Scored
from build.evaluation.coco import read_instances
from build.evaluation.counts import SetCounts
from build.evaluation.files import find_file, index_files, refuse_absent
from build.evaluation.overlaps import pair_off
from build.evaluation.phrases import list_stems
from build.evaluation.pointing import as_region, list_pointed
from build.evaluation.suite import Case, Findings, ListedSuite, Question, Slip, draw_some

MORE_THAN = 0.5
JUDGE_NOTE = "A table of words judges instead of GPT-4, and all objects of COCO are wanted: alike, not the same."
# Words for COCO's categories besides their own.
WORDS_FOR = {
    "person": "man woman boy girl child kid baby people men women children lady guy player rider skier surfer",
    "bicycle": "bike", "motorcycle": "motorbike bike", "airplane": "plane jet aircraft", "car": "vehicle taxi",
    "truck": "lorry vehicle pickup", "boat": "ship canoe kayak", "cow": "cattle bull calf", "sheep": "lamb",
    "dog": "puppy", "cat": "kitten", "horse": "pony", "bird": "gull duck pigeon parrot", "bear": "cub",
    "backpack": "bag", "handbag": "purse bag", "suitcase": "luggage", "couch": "sofa", "potted plant": "flower",
    "tv": "television monitor screen", "laptop": "computer", "cell phone": "smartphone", "donut": "doughnut",
    "refrigerator": "fridge", "cup": "mug glass", "vase": "pot", "bowl": "dish", "teddy bear": "toy",
}  # fmt: skip


class Asked(Struct):
    """A line of the benchmark."""

    image: str
    text: str


@dataclass(frozen=True, slots=True)
class Pictured:
    """A picture and all objects of COCO in it."""

    picture: Path
    objects: tuple[Region, ...]


@dataclass
class GroundingBench(ListedSuite[Pictured]):
    """The opened test set."""

    links: SetCounts = field(default_factory=SetCounts)
    scored: Scored = field(default_factory=Scored)

    def mark(self, truth: Pictured, answers: Sequence[Answer]) -> Slip | None:
        """Pairs what was pointed at with the objects; each of either side once."""
        [answer] = answers
        pointed = {thing.id: (each, thing) for each in list_pointed(answer) for thing in each.things}
        scores = np.array([[_fit(each.phrase, thing, o) for o in truth.objects] for each, thing in pointed.values()])
        pairs = pair_off(scores.reshape(len(pointed), len(truth.objects)), MORE_THAN)
        right = {row for row, _ in pairs}
        for row, (each, _) in enumerate(pointed.values()):
            self.scored.add(each.score, row in right)
        self.links.count(len(pairs), len(pointed), len(truth.objects))
        found = tuple(as_region(thing) for _, thing in pointed.values())
        n_wrong = len(pointed) - len(pairs)
        return (
            Slip(n_wrong, truth.picture.stem, "", answer.answer, truth.picture, truth.objects, found)
            if n_wrong
            else None
        )

    def findings(self) -> Findings:
        """Precision, recall and F1, never the last alone."""
        figures = [
            self.links.precision("links, precision"),
            self.links.recall("links, recall"),
            self.links.f1("links, F1"),
        ]
        return Findings(figures, scored={"links": self.scored}, notes=(JUDGE_NOTE,))


def open_grounding_bench(folder: Path, n: int | None, seed: int) -> GroundingBench:
    """Reads the questions, or `n` of them, and COCO's annotations.

    Raises:
        BuildError: files are missing or not in their format.
    """
    chosen = draw_some(_read_questions(find_file(folder, "*questions.jsonl")), n, seed)
    instances = read_instances(find_file(folder, "instances_val2014.json"))
    names = {each.id: each.name for each in instances.categories}
    objects: dict[str, list[Region]] = defaultdict(list)
    stems = {each.id: Path(each.file_name).stem for each in instances.images}
    for each in instances.annotations:
        if not each.iscrowd:
            objects[stems[each.image_id]].append(Region(names[each.category_id], each.box_xyxy_px))
    pictures = index_files(folder, (".jpg", ".png"))
    wanted = [f"COCO_val2014_{Path(each.image).stem}" for each in chosen]
    refuse_absent(wanted, pictures, folder)
    return GroundingBench(
        [
            Case((Question(each.text, (str(pictures[name]),)),), Pictured(pictures[name], tuple(objects[name])))
            for each, name in zip(chosen, wanted, strict=True)
        ]
    )


def _read_questions(path: Path) -> list[Asked]:
    try:
        return msgspec.json.Decoder(Asked).decode_lines(path.read_bytes())
    except msgspec.DecodeError as error:
        raise BuildError(f"{path} is not a list of questions: {error}.") from error


def _fit(phrase: str, thing: Thing, wanted: Region) -> float:
    """How far an object that a phrase points at is a wanted one: their IoU, or 0 where they are called differently."""
    names = list_stems(f"{wanted.label} {WORDS_FOR.get(wanted.label, '')}")
    if not names & list_stems(f"{phrase} {thing.label}"):
        return 0.0
    return float(box_iou(np.array([thing.box_xyxy_px]), np.array([wanted.box_xyxy_px]))[0, 0])
