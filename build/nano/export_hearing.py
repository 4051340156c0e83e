"""Exports the trained sound tagger as INT8 ONNX, chooses its thresholds, and measures it through the engine.

    python -m build.nano.export_hearing --training out/nano/hearing --out out/nano/pack

Figures go to standard output as JSON; `--report FILE` keeps them.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from numpy.typing import NDArray

from bubo_desktop.engine.dsp import mel_clips
from bubo_desktop.engine.hearing import SoundTagger
from bubo_desktop.engine.sessions import Session
from bubo_desktop.engine.shelf import Shelf
from bubo_desktop.environment import quiet_libraries
from bubo_desktop.packs.manifest import SoundTaggerPart
from build.nano.facts import SOUNDS
from build.nano.hearing import MEL, STEP_S
from build.nano.hearing_scores import score_events
from build.nano.recordings import Recording, draw_recordings
from build.nano.train_hearing import load_tagger
from build.onnx_export import Inputs, agreement, export_onnx, quantize_static_int8

FILE = "sound_tagger.onnx"
CALIBRATION_SEED, VALIDATION_SEED, TEST_SEED = 101, 102, 103
CANDIDATES = np.arange(0.2, 0.96, 0.02)  # thresholds to choose from


def export_tagger(training: Path, folder: Path, n_recordings: int = 600) -> tuple[SoundTaggerPart, dict[str, float]]:
    """Writes `folder/sound_tagger.onnx` from a training's folder.

    Returns:
        Its entry for the manifest, and figures: agreement of INT8 with torch, and scores on `n_recordings` fresh ones.
    """
    tagger, path = load_tagger(training), folder / FILE
    batches = clip_inputs(draw_recordings(64, CALIBRATION_SEED))
    with TemporaryDirectory() as exact_folder:
        exact = Path(exact_folder) / FILE
        export_onnx(tagger, (torch.from_numpy(batches[0]["mel"]),), exact, ["mel"], ["logits"])
        folder.mkdir(parents=True, exist_ok=True)
        quantize_static_int8(exact, path, batches)
    thresholds = choose_thresholds(path, list(draw_recordings(n_recordings, VALIDATION_SEED)))
    part = SoundTaggerPart(FILE, MEL, SOUNDS, thresholds, STEP_S)
    figures = {f"int8_{name}": value for name, value in agreement(tagger, path, batches).items()}
    engine = SoundTagger(part, Shelf(folder, 1))
    heard = ((recording, engine.events(recording.wave)) for recording in draw_recordings(n_recordings, TEST_SEED))
    return part, figures | score_events(heard)


def clip_inputs(recordings: Iterable[Recording]) -> list[Inputs]:
    """Every clip of some recordings as an input of the tagger."""
    return [{"mel": clip[None, None]} for recording in recordings for clip in mel_clips(recording.wave, MEL)]


def choose_thresholds(path: Path, recordings: Sequence[Recording]) -> tuple[float, ...]:
    """For each label the threshold with the best F1 of "heard at least once in the recording".

    Of several equally good ones the middle is taken, as the farthest from both kinds of mistake.
    """
    session = Session(path, n_threads=1)
    loudest = [
        np.max([session.run(**inputs)["logits"][0].max(axis=0) for inputs in clip_inputs([recording])], axis=0)
        for recording in recordings
    ]
    scores: NDArray[np.float64] = 1 / (1 + np.exp(-np.stack(loudest, dtype=np.float64)))
    truth = np.array([[sound in recording.sounds for sound in SOUNDS] for recording in recordings])
    return tuple(_best_threshold(scores[:, i], truth[:, i]) for i in range(len(SOUNDS)))


def _best_threshold(scores: NDArray[np.float64], truth: NDArray[np.bool_]) -> float:
    found = scores[:, None] >= CANDIDATES
    right = (found & truth[:, None]).sum(axis=0)
    f1 = 2 * right / np.maximum(found.sum(axis=0) + truth.sum(), 1)
    return round(float(np.median(CANDIDATES[f1 == f1.max()])), 2)


def main() -> None:
    """Reads the command line, exports, and prints what was measured."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--training", type=Path, default=Path("out/nano/hearing"))
    parser.add_argument("--out", type=Path, default=Path("out/nano/pack"))
    parser.add_argument("--recordings", type=int, default=600, help="for thresholds, and as many again to measure")
    parser.add_argument("--report", type=Path)
    options = parser.parse_args()
    quiet_libraries()
    torch.set_num_threads(1)
    part, figures = export_tagger(options.training, options.out, options.recordings)
    text = json.dumps({"figures": figures, "thresholds": dict(zip(SOUNDS, part.thresholds, strict=True))}, indent=1)
    print(text)
    if options.report:
        options.report.write_text(text + "\n")


if __name__ == "__main__":
    main()
