"""Measures nano through the engine that ships: tags, boxes, masks, sounds, answers, verdicts and refusals.

    python -m build.nano.evaluate --pack models/nano --scenes 400 --out out/nano/figures.json

Every scene is fresh (its own seed), drawn or played into files and answered by the engine's own pipeline.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import numpy as np
from numpy.typing import NDArray

from bubo_desktop.data import Answer, Thing
from bubo_desktop.engine.cancellation import Cancellation
from bubo_desktop.engine.imaging import read_picture
from bubo_desktop.engine.locating import Locator
from bubo_desktop.engine.pack import open_pack
from bubo_desktop.engine.pipeline import Pipeline
from bubo_desktop.engine.shelf import Shelf
from bubo_desktop.environment import quiet_libraries
from bubo_desktop.geometry import box_iou, decode_mask
from bubo_desktop.packs.manifest import QueryGrounder, read_manifest
from bubo_desktop.protocol import Ask
from build.nano.boxes_score import BoxScore
from build.nano.dialogues import JUDGED_KINDS
from build.nano.exam import Sitting, draw_exam
from build.nano.facts import SOUND_SOURCES
from build.nano.tallies import Tally, f1

EVALUATION_SEED = 9_000
N_QUESTIONS = 6
CANDIDATE_SCORE = 0.05


@dataclass
class Marks:
    """All that is measured over an exam."""

    answers: Tally = field(default_factory=Tally)
    verdicts: Tally = field(default_factory=Tally)
    labels: dict[str, Counter[str]] = field(
        default_factory=lambda: {name: Counter() for name in ("tag", "sound", "link", "box")}
    )
    boxes: BoxScore = field(default_factory=BoxScore)
    candidates: BoxScore = field(default_factory=BoxScore)
    mask_ious: list[float] = field(default_factory=list)
    wrong: list[dict[str, str]] = field(default_factory=list)

    def figures(self) -> dict[str, object]:
        """The figures of REPORT.md, shares in 0..1."""
        return {
            "tag_f1": _f1(self.labels["tag"]),
            "sound_f1": _f1(self.labels["sound"]),
            "link_precision": _share(self.labels["link"], "right", "found"),
            "link_recall": _share(self.labels["link"], "met", "wanted"),
            "box_f1": _f1(self.labels["box"]),
            **{f"shown_{name}": value for name, value in self.boxes.figures().items()},
            **{f"candidates_{name}": value for name, value in self.candidates.figures().items()},
            "mask_miou": float(np.mean(self.mask_ious)),
            "answers_exact_judged": self.answers.share_of(*JUDGED_KINDS),
            "answers_exact": self.answers.shares(),
            "questions_asked": dict(sorted(self.answers.asked.items())),
            "verdicts": self.verdicts.shares(),
        }


def sit_exam(pack: Path, n_scenes: int, seed: int) -> Marks:
    """Puts the pack in `pack` to an exam of `n_scenes` scenes with `N_QUESTIONS` questions each."""
    opened = open_pack(pack, 0, lambda *_: None)
    pipeline, marks, locator = Pipeline(opened), Marks(), open_candidates(pack)
    with TemporaryDirectory() as folder:
        for number, sitting in enumerate(draw_exam(n_scenes, N_QUESTIONS, seed, Path(folder))):
            answers = [_ask(pipeline, sitting, question.question) for question in sitting.questions]
            _mark_answers(marks, sitting, answers)
            if sitting.picture is not None:
                _mark_picture(marks, sitting, answers[0], number)
                _mark_candidates(marks, sitting, locator, number)
            if sitting.recording is not None:
                _mark_recording(marks, sitting, answers[0])
    opened.close()
    return marks


def open_candidates(pack: Path) -> Locator:
    """The pack's locator with a threshold so low that average precision sees the doubtful boxes too, as it must."""
    part = read_manifest(pack).parts.grounder
    if not isinstance(part, QueryGrounder):
        raise SystemExit(f"{pack} has no grounder of nano's kind")
    return Locator(msgspec.structs.replace(part, score_threshold=CANDIDATE_SCORE, max_objects=100), Shelf(pack, 1))


def _ask(pipeline: Pipeline, sitting: Sitting, question: str) -> Answer:
    images = (str(sitting.picture),) if sitting.picture else ()
    sounds = (str(sitting.recording),) if sitting.recording else ()
    return pipeline.answer(Ask(id=1, question=question, images=images, sounds=sounds), Cancellation(), lambda _: None)


def _mark_answers(marks: Marks, sitting: Sitting, answers: list[Answer]) -> None:
    for question, answer in zip(sitting.questions, answers, strict=True):
        marks.answers.count(question.kind, answer.answer == question.answer)
        if answer.answer != question.answer:
            marks.wrong.append(
                {"kind": question.kind, "asked": question.question, "right": question.answer, "said": answer.answer}
            )
        elif sitting.picture is not None:
            _mark_links(marks, sitting, answer)


def _mark_links(marks: Marks, sitting: Sitting, answer: Answer) -> None:
    """In a right answer every named object that is there must be linked, and to boxes that hold such an object."""
    truth = sitting.boxes_px
    labels = [thing.label for thing in sitting.scene.objects or ()]
    found = {thing.id: thing for thing in answer.images[0].objects}
    for link in answer.links:
        for number in link.objects:
            overlaps = box_iou(np.array([found[number].box_xyxy_px]), truth)[0] if len(truth) else np.zeros(0)
            named = [k for k in np.flatnonzero(overlaps >= 0.5) if labels[k] == found[number].label]
            marks.labels["link"]["found"] += 1
            marks.labels["link"]["right"] += bool(named)
    words = {word.strip(".,:?").lower() for word in answer.answer.split()}
    linked = {found[number].label for link in answer.links for number in link.objects}
    for label in set(labels) & words:
        marks.labels["link"]["wanted"] += 1
        marks.labels["link"]["met"] += label in linked


def _mark_picture(marks: Marks, sitting: Sitting, answer: Answer, number: int) -> None:
    wanted = {thing.label for thing in sitting.scene.objects or ()}
    _count_sets(marks.labels["tag"], wanted, {tag.label for tag in answer.images[0].tags})
    things = answer.images[0].objects
    truth = sitting.boxes_px
    marks.boxes.add(number, [thing.label for thing in sitting.scene.objects or ()], truth, things)
    labels = [thing.label for thing in sitting.scene.objects or ()]
    marks.labels["box"].update(found=len(things), wanted=len(truth))
    if not things or not len(truth):
        return
    overlaps = box_iou(np.array([thing.box_xyxy_px for thing in things]), truth)
    met = {int(row.argmax()) for thing, row in zip(things, overlaps, strict=True) if _fits(thing, row, labels)}
    marks.labels["box"]["right"] += len(met)
    for thing, row in zip(things, overlaps, strict=True):
        if row.max() >= 0.5 and thing.mask_rle is not None:
            mask, right = decode_mask(thing.mask_rle), sitting.masks[row.argmax()]
            marks.mask_ious.append(float((mask & right).sum() / (mask | right).sum()))


def _fits(thing: Thing, overlaps: NDArray[np.floating], labels: list[str]) -> bool:
    return bool(overlaps.max() >= 0.5) and labels[int(overlaps.argmax())] == thing.label


def _mark_candidates(marks: Marks, sitting: Sitting, locator: Locator, number: int) -> None:
    found = locator.locate(read_picture(str(sitting.picture)))
    things = [Thing(k, it.label, it.score, it.box_xyxy_px) for k, it in enumerate(found)]
    marks.candidates.add(number, [thing.label for thing in sitting.scene.objects or ()], sitting.boxes_px, things)


def _mark_recording(marks: Marks, sitting: Sitting, answer: Answer) -> None:
    sounds = set(sitting.scene.sounds or ())
    _count_sets(marks.labels["sound"], sounds, {event.label for event in answer.sounds[0].events})
    if sitting.scene.objects is None or answer.match is None:
        return
    sources = {SOUND_SOURCES[sound] for sound in sounds} & {thing.label for thing in sitting.scene.objects}
    verdict = "silent" if not sounds else "related" if sources else "unrelated"
    marks.verdicts.count(verdict, answer.match.verdict == verdict)
    if verdict == "related":
        labels = {thing.label for thing in answer.images[0].objects if thing.id in answer.match.source_objects}
        marks.verdicts.count("source", labels == sources)


def _count_sets(counter: Counter[str], wanted: set[str], found: set[str]) -> None:
    counter.update(right=len(wanted & found), found=len(found), wanted=len(wanted))


def _f1(counter: Counter[str]) -> float:
    return f1(counter["right"], counter["found"], counter["wanted"])


def _share(counter: Counter[str], part: str, of: str) -> float:
    return counter[part] / max(counter[of], 1)


def main() -> None:
    """Reads the command line, holds the exam, and writes what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pack", type=Path, default=Path("models/nano"))
    parser.add_argument("--scenes", type=int, default=400, help="fresh scenes, with 6 questions each")
    parser.add_argument("--seed", type=int, default=EVALUATION_SEED)
    parser.add_argument("--out", type=Path, default=Path("out/nano/figures.json"))
    options = parser.parse_args()
    quiet_libraries()
    marks = sit_exam(options.pack, options.scenes, options.seed)
    record = {"seed": options.seed, "scenes": options.scenes, "figures": marks.figures(), "wrong": marks.wrong}
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(record, indent=1) + "\n")
    print(json.dumps(marks.figures(), indent=1))


if __name__ == "__main__":
    main()
