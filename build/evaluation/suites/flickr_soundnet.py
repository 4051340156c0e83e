"""Flickr-SoundNet: where in the picture is the sound's source? cIoU and AUC.

A folder with `Annotations/<id>.xml`, in which three people each marked boxes on a picture of 256 x 256 points, and the
files `<id>.jpg` and `<id>.wav`; with `flickr_test.csv`, only those it lists. What counts is what the objects cover that
the engine says make the sound. Published methods map every point of the picture and choose the half that sounds most:
ours may also say that nothing there makes the sound, and then has nothing.

Sources: Senocak et al., "Learning to Localize Sound Source in Visual Scenes" (CVPR 2018); Chen et al., "Localizing
Visual Sounds the Hard Way" (CVPR 2021), hche11/Localizing-Visual-Sounds-the-Hard-Way, test.py, for the files.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree.ElementTree import ParseError

import numpy as np
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import parse

from bubo_desktop.data import Answer, BoxXyxyPx
from build.errors import BuildError
from build.evaluation.average_precision import Region
from build.evaluation.figures import mean, resampled, share
from build.evaluation.files import index_files
from build.evaluation.overlaps import consensus_iou, consensus_map, fit_mask, success_area
from build.evaluation.pointing import as_region, cover, list_sources
from build.evaluation.suite import Case, Findings, ListedSuite, Question, Slip, draw_some

QUESTION = "What makes this sound?"
MARKED_PX = 256  # side of the pictures that people marked
MAP_PX = 224  # side of the maps that are compared
LEAST_CIOU = 0.5


@dataclass(frozen=True, slots=True)
class Marked:
    """A picture with its sound, and the boxes that people marked, in 0..1."""

    picture: Path
    recording: Path
    boxes_xyxy: tuple[BoxXyxyPx, ...]


@dataclass
class FlickrSoundNet(ListedSuite[Marked]):
    """The opened test set."""

    notes: tuple[str, ...]
    ious: list[float] = field(default_factory=list)

    def mark(self, truth: Marked, answers: Sequence[Answer]) -> Slip | None:
        """Compares the source with what people agree on."""
        [answer] = answers
        sources, [picture] = list_sources(answer), answer.images
        found = fit_mask(cover(sources, picture), (MAP_PX, MAP_PX))
        self.ious.append(consensus_iou(found, consensus_map(truth.boxes_xyxy, MAP_PX)))
        if self.ious[-1] >= LEAST_CIOU:
            return None
        size = np.array([picture.width, picture.height] * 2)
        wanted = tuple(Region("", tuple((np.array(box) * size).tolist())) for box in truth.boxes_xyxy)
        return Slip(
            1 - self.ious[-1],
            truth.picture.stem,
            "",
            answer.answer,
            truth.picture,
            wanted,
            tuple(map(as_region, sources)),
        )

    def findings(self) -> Findings:
        """CIoU as it is published, which is the share of cases, and the area under it."""
        ious = np.array(self.ious)
        figures = [
            share(f"cIoU: cases of at least {LEAST_CIOU}", [iou >= LEAST_CIOU for iou in self.ious]),
            resampled("AUC", len(ious), lambda chosen: success_area(ious[chosen])),
            mean("mean consensus IoU", self.ious),
        ]
        return Findings(figures, notes=self.notes)


def open_flickr_soundnet(folder: Path, n: int | None, seed: int) -> FlickrSoundNet:
    """Reads the test set, or `n` pairs of it; pairs that have lost a file are left out and counted.

    Raises:
        BuildError: annotations are missing or not in their format, or no pair is whole.
    """
    annotations = index_files(folder, (".xml",))
    listed = _read_list(folder) or list(annotations)
    pictures, recordings = index_files(folder, (".jpg", ".png")), index_files(folder, (".wav",))
    whole = [name for name in listed if name in annotations and name in pictures and name in recordings]
    if not whole:
        raise BuildError(f"{folder} holds no annotation with its picture and recording.")
    lost = len(listed) - len(whole)
    notes = (f"{lost:,} of {len(listed):,} pairs have lost a file.",) if lost else ()
    marked = [Marked(pictures[k], recordings[k], read_boxes(annotations[k])) for k in draw_some(whole, n, seed)]
    return FlickrSoundNet(
        [Case((Question(QUESTION, (str(each.picture),), (str(each.recording),)),), each) for each in marked], notes
    )


def read_boxes(path: Path) -> tuple[BoxXyxyPx, ...]:
    """All people's boxes, in 0..1: of each `bbox` the last four numbers are x0, y0, x1, y1.

    Raises:
        BuildError: it is not such a file.
    """
    try:
        boxes = [
            [float(edge.text or "") / MARKED_PX for edge in list(box)[-4:]]
            for box in parse(path).getroot().iter("bbox")
        ]
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise BuildError(f"{path} is not a file of marked boxes: {error}.") from error
    if not boxes or any(len(box) != 4 for box in boxes):
        raise BuildError(f"{path} holds no boxes of four numbers.")
    return tuple((x0, y0, x1, y1) for x0, y0, x1, y1 in boxes)


def _read_list(folder: Path) -> list[str]:
    """The names in the list of test pairs; none without it."""
    for path in sorted(folder.rglob("flickr_test.csv")):
        with path.open(encoding="utf-8", newline="") as lines:
            return [row[0].strip() for row in csv.reader(lines) if row]
    return []
