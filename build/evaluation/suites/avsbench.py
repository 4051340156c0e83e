"""AVSBench, single source (S4): which points of the picture make the sound? Mean IoU and F-score.

A folder with `s4_meta_data.csv` and, below `visual_frames`, `gt_masks` and `audio_wav`, the files of the test split:
five frames and masks of each clip and its recording. What counts is what the objects cover that the engine says make
the sound. The paper takes the best F-score over thresholds of a map of probabilities; a mask has no threshold.

Source: Zhou et al., "Audio-Visual Segmentation" (ECCV 2022); OpenNLPLab/AVSBench, avs_s4, for the files.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

from bubo_desktop.data import Answer
from build.evaluation.figures import mean
from build.evaluation.files import find_file
from build.evaluation.overlaps import Mask, f_measure, fit_mask, segment_iou
from build.evaluation.pointing import as_region, cover, list_sources
from build.evaluation.suite import Case, Findings, ListedSuite, Question, Slip, draw_some
from build.training.datasets.annotations import refuse

QUESTION = "What makes this sound?"
FRAMES = range(1, 6)
SPLIT = "test"


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip of the test split, and where its files are."""

    name: str
    category: str
    folder: Path

    @property
    def recording(self) -> Path:
        """Its sound."""
        return self.folder / "audio_wav" / SPLIT / self.category / f"{self.name}.wav"

    @property
    def frames(self) -> list[Path]:
        """A picture for each second."""
        return self._list("visual_frames")

    @property
    def masks(self) -> list[Path]:
        """White where the picture of that second makes the sound."""
        return self._list("gt_masks")

    def _list(self, kind: str) -> list[Path]:
        return [self.folder / kind / SPLIT / self.category / self.name / f"{self.name}_{n}.png" for n in FRAMES]


@dataclass
class AvsBench(ListedSuite[Clip]):
    """The opened test set."""

    ious: list[float] = field(default_factory=list)
    f_scores: list[float] = field(default_factory=list)

    def mark(self, truth: Clip, answers: Sequence[Answer]) -> Slip | None:
        """Compares masks frame by frame; a clip's frames are one case, since they are much alike."""
        ious, f_scores = [], []
        for answer, path in zip(answers, truth.masks, strict=True):
            wanted = read_mask(path)
            found = fit_mask(cover(list_sources(answer), answer.images[0]), wanted.shape)
            ious.append(segment_iou(found, wanted))
            f_scores += [f_measure(found, wanted)] if wanted.any() else []
        self.ious.append(float(np.mean(ious)))
        self.f_scores += [float(np.mean(f_scores))] if f_scores else []
        worst = int(np.argmin(ious))
        found_there = tuple(as_region(thing) for thing in list_sources(answers[worst]))
        return Slip(
            1 - min(ious), truth.category, truth.name, answers[worst].answer, truth.frames[worst], (), found_there
        )

    def findings(self) -> Findings:
        """Means over the clips."""
        return Findings([mean("mean IoU", self.ious), mean("F-score, beta^2 0.3", self.f_scores)])


def open_avsbench(folder: Path, n: int | None, seed: int) -> AvsBench:
    """Reads the test split, or `n` clips of it.

    Raises:
        BuildError: the table is missing or not in its format, or files are missing.
    """
    clips = list_clips(folder, n, seed)
    refuse(f"{path} is missing." for clip in clips for path in clip.masks if not path.is_file())
    return AvsBench([Case(tuple(ask_about(clip, frame) for frame in clip.frames), clip) for clip in clips])


def list_clips(folder: Path, n: int | None, seed: int) -> list[Clip]:
    """The clips of the test split, or `n` of them, whose frames and recordings are there.

    Raises:
        BuildError: the table is missing or not in its format, or files are missing.
    """
    table = find_file(folder, "s4_meta_data.csv")
    with table.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    columns = list(rows[0]) if rows else []
    refuse(f"{table} has no column {column}." for column in ("category", "split") if column not in columns)
    roots = sorted(path.parent for path in folder.rglob("visual_frames") if path.is_dir())
    refuse([] if roots else [f"{folder} has no folder visual_frames."])
    clips = draw_some(
        [Clip(row[columns[0]], row["category"], roots[0]) for row in rows if row["split"] == SPLIT], n, seed
    )
    refuse(f"{path} is missing." for clip in clips for path in (*clip.frames, clip.recording) if not path.is_file())
    return clips


def ask_about(clip: Clip, frame: Path) -> Question:
    """Which of the frame's objects makes the clip's sound."""
    return Question(QUESTION, (str(frame),), (str(clip.recording),))


def read_mask(path: Path) -> Mask:
    """A mask (height, width): true where the picture is not black."""
    with Image.open(path) as picture:
        return np.asarray(picture.convert("L")) > 0
