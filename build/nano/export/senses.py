"""The parts of a pack that see and hear: their files, and thresholds that are chosen through these."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
from torch import nn

from bubo_desktop.packs.manifest import (
    CropSegmenter,
    HearingPart,
    QueryGrounder,
    SoundTaggerPart,
    TaggerPart,
    VisionPart,
)
from build.nano.ears.export import choose_thresholds, loudest_scores
from build.nano.ears.network import STEP_S, SoundTagger, mel_input
from build.nano.ears.recordings import draw_recordings
from build.nano.export.calibration import PIXELS
from build.nano.export.files import PackFiles
from build.nano.export.sight import Grounder, Tagger, list_queries
from build.nano.export.validation import (
    VALIDATION_SEED,
    Validation,
    best_choice,
    choose_box_threshold,
    choose_min_score,
    choose_tag_share,
    list_truth,
    score_tags,
)
from build.nano.eyes.detector import Detector
from build.nano.eyes.reader import N_QUERIES
from build.nano.masks.network import PART as SEGMENTER
from build.onnx_export import Inputs
from build.world.facts import COLOURS
from build.world.talk.slots import N_SOUND_SLOTS

BOX_SHARES = (0.0, 0.25, 0.5, 1.0)  # of the middle in a box's score; the best is taken
IOU_THRESHOLD = 0.5
QUERIES = "queries.npz"


def write_vision(files: PackFiles, vision: nn.Module, pictures: Sequence[Inputs]) -> VisionPart:
    """The eyes of the language network."""
    return VisionPart(files.write("vision", vision, pictures, ["embeddings"], has_products=True), PIXELS, N_QUERIES)


def write_hearing(files: PackFiles, hearing: nn.Module, clips: Sequence[Inputs]) -> HearingPart:
    """The ears of the language network."""
    axes = {"mel": {1: "clips"}}
    name = files.write("hearing", hearing, clips, ["embeddings"], axes, has_products=True)
    return HearingPart(name, mel_input(), N_SOUND_SLOTS)


def write_segmenter(files: PackFiles, masks: nn.Module, crops: Sequence[Inputs]) -> CropSegmenter:
    """What tells the pixels of an object from those round it."""
    axes = {"crops": {0: "boxes"}, "mask_logits": {0: "boxes"}}
    return msgspec.structs.replace(SEGMENTER, file=files.write("segmenter", masks, crops, ["mask_logits"], axes))


def write_tagger(
    files: PackFiles, detector: Detector, labels: tuple[str, ...], pictures: Sequence[Inputs], validation: Validation
) -> tuple[TaggerPart, float]:
    """What names the objects of a picture, and the score its surest one has in a picture of this world.

    One threshold serves all labels: of each alone there are too few cases to tell.
    """
    share = choose_tag_share(detector, validation.own, labels)
    name = files.write("tagger", Tagger(detector, share), pictures, ["logits"])
    part = TaggerPart(name, PIXELS, labels, (0.0,) * len(labels))
    scores = score_tags(part, files.folder, (painting.rgb for painting in validation.own))
    truth = list_truth(validation.own, labels)
    threshold, f1 = best_choice(scores.ravel(), truth.ravel(), int(truth.sum()))
    min_score = choose_min_score(scores, truth, threshold)
    files.proof["tagger"] |= {"middle_share": share, "f1_validation": f1}
    for kind, foreign in validation.foreign.items():
        surest = score_tags(part, files.folder, foreign).max(axis=1)
        files.proof["tagger"][f"refused, {kind}"] = float((surest < min_score).mean())
    return msgspec.structs.replace(part, thresholds=(threshold,) * len(labels)), min_score


def write_grounder(
    files: PackFiles, detector: Detector, labels: tuple[str, ...], pictures: Sequence[Inputs], validation: Validation
) -> QueryGrounder:
    """What finds the objects of a picture and their colours."""
    batches: list[Inputs] = [{**picture, "queries": list_queries(detector, 1.0)} for picture in pictures]
    axes = {"queries": {0: "phrases"}, "logits": {2: "phrases"}}
    name = files.write("grounder", Grounder(detector), batches, ["logits", "boxes"], axes)
    part = QueryGrounder(name, PIXELS, QUERIES, COLOURS, 0.0, IOU_THRESHOLD)
    choices = {}
    for share in BOX_SHARES:
        _write_queries(files, detector, labels, share)
        choices[share] = choose_box_threshold(part, files.folder, validation.own)
    share = max(choices, key=lambda share: choices[share].f1)
    _write_queries(files, detector, labels, share)
    files.proof["grounder"] |= {"middle_share": share, "f1_validation": choices[share].f1}
    return msgspec.structs.replace(part, score_threshold=choices[share].threshold)


def write_sound_tagger(
    files: PackFiles, tagger: SoundTagger, labels: tuple[str, ...], clips: Sequence[Inputs], n_recordings: int
) -> SoundTaggerPart:
    """What names sounds and tells when they are heard; thresholds are chosen on so many fresh recordings."""
    name = files.write("sound_tagger", tagger, clips, ["logits"])
    recordings = list(draw_recordings(n_recordings, VALIDATION_SEED, labels))
    truth = np.array([[label in recording.sounds for label in labels] for recording in recordings])
    thresholds = choose_thresholds(loudest_scores(files.folder / name, recordings), truth)
    return SoundTaggerPart(name, mel_input(), labels, thresholds, STEP_S)


def _write_queries(files: PackFiles, detector: Detector, labels: tuple[str, ...], share: float) -> None:
    np.savez(files.folder / QUERIES, labels=np.array([*labels, *COLOURS]), vectors=list_queries(detector, share))
