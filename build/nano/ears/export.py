"""Exports the trained sound tagger as INT8 ONNX, chooses its thresholds, and measures it through the engine.

    python -m build.nano.ears.export --training out/nano2/ears --out out/nano2/pack

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

from bubo_desktop.engine import hearing
from bubo_desktop.engine.dsp import mel_clips
from bubo_desktop.engine.scores import sigmoid
from bubo_desktop.engine.sessions import Session
from bubo_desktop.engine.shelf import Shelf
from bubo_desktop.environment import quiet_libraries
from bubo_desktop.packs.manifest import SoundTaggerPart
from build.nano.ears.network import STEP_S, SoundTagger, mel_input
from build.nano.ears.recordings import Recording, draw_recordings, draw_strange_recordings
from build.nano.ears.scores import Report, list_mistakes, score_events
from build.nano.ears.training import load_tagger
from build.onnx_export import Inputs, agreement, export_onnx, quantize_static_int8
from build.world.facts import read_vocabulary

FILE = "sound_tagger.onnx"
CALIBRATION_SEED, VALIDATION_SEED, TEST_SEED, STRANGE_SEED = 101, 102, 103, 104
N_CALIBRATION = 64
PRIOR = 100  # events of all labels that count when the threshold of one is chosen
CANDIDATES = np.arange(0.2, 0.91, 0.02)  # thresholds to choose from


def write_tagger(tagger: SoundTagger, path: Path) -> None:
    """Writes a tagger as float32 ONNX that hears clips of the pack's length."""
    mel = mel_input()
    export_onnx(tagger, (torch.zeros(1, 1, 1, mel.n_mels, mel.n_frames),), path, ["mel"], ["logits"])


def write_quantized(exact: Path, path: Path, batches: Sequence[Inputs]) -> None:
    """Writes `exact` to `path` with INT8 weights and activations, calibrated on `batches`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    quantize_static_int8(exact, path, batches)


def listen(part: SoundTaggerPart, folder: Path, recordings: Iterable[Recording]) -> list[Report]:
    """What the engine reports for each recording, with a pack's part in `folder`."""
    engine = hearing.SoundTagger(part, Shelf(folder, 1))
    return [(recording, engine.events(recording.wave)) for recording in recordings]


def validate(tagger: SoundTagger, recordings: Sequence[Recording], labels: tuple[str, ...]) -> dict[str, float]:
    """Figures of `score_events` for an unfinished tagger, unquantized, with all thresholds at one half."""
    part = SoundTaggerPart(FILE, mel_input(), labels, (0.5,) * len(labels), STEP_S)
    with TemporaryDirectory() as folder:
        write_tagger(tagger, Path(folder) / FILE)
        return score_events(listen(part, Path(folder), recordings))


def clip_inputs(recordings: Iterable[Recording]) -> list[Inputs]:
    """Every clip of some recordings as an input of the tagger."""
    return [{"mel": clip[None, None]} for recording in recordings for clip in mel_clips(recording.wave, mel_input())]


def loudest_scores(path: Path, recordings: Iterable[Recording]) -> NDArray[np.float32]:
    """The highest score of each label in each recording, by the tagger in a file: (n_recordings, n_labels), in 0..1."""
    session = Session(path, n_threads=1)
    loudest = [
        np.max([session.run(**inputs)["logits"][0].max(axis=0) for inputs in clip_inputs([recording])], axis=0)
        for recording in recordings
    ]
    return sigmoid(np.stack(loudest))


def choose_thresholds(scores: NDArray[np.float32], truth: NDArray[np.bool_]) -> tuple[float, ...]:
    """For each label the threshold with the best F1 of "heard at least once in the recording".

    Few recordings hold any one label, so that of all labels counts too, as much as `PRIOR` events of it would.
    Of several equally good ones the middle is taken, as the farthest from both kinds of mistake.

    Args:
        scores: (n_recordings, n_labels), the highest of each recording, in 0..1.
        truth: (n_recordings, n_labels), what is heard; something is.
    """
    found = scores[:, :, None] >= CANDIDATES
    n_right, n_found = (found & truth[:, :, None]).sum(0), found.sum(0)
    n_wanted = truth.sum(0)[:, None]
    share = PRIOR / n_wanted.sum()
    right, total = n_right + share * n_right.sum(0), n_found + n_wanted + share * (n_found + n_wanted).sum(0)
    f1 = 2 * right / total
    return tuple(round(float(np.median(CANDIDATES[row == row.max()])), 2) for row in f1)


def export_tagger(training: Path, folder: Path, n_recordings: int) -> tuple[SoundTaggerPart, dict[str, object]]:
    """Writes `folder/sound_tagger.onnx` from a training's folder.

    Returns:
        Its entry for the manifest, and figures: agreement of INT8 with torch, scores on `n_recordings` fresh recordings
        quantized and not, alarms by strangers never trained on, and the commonest mistakes.
    """
    labels = read_vocabulary().sound_labels
    tagger, path = load_tagger(training, len(labels)), folder / FILE
    batches = clip_inputs(draw_recordings(N_CALIBRATION, CALIBRATION_SEED, labels))
    test = list(draw_recordings(n_recordings, TEST_SEED, labels))
    with TemporaryDirectory() as exact_folder:
        exact = Path(exact_folder) / FILE
        write_tagger(tagger, exact)
        write_quantized(exact, path, batches)
        thresholds = _choose_for(path, draw_recordings(n_recordings, VALIDATION_SEED, labels), labels)
        part = SoundTaggerPart(FILE, mel_input(), labels, thresholds, STEP_S)
        exact_figures = score_events(listen(part, Path(exact_folder), test))
    reports = listen(part, folder, test)
    strange = listen(part, folder, draw_strange_recordings(n_recordings // 4, STRANGE_SEED))
    mistakes = {
        f"{wanted or 'nothing'} as {found or 'nothing'}": n
        for (wanted, found), n in list_mistakes(reports).most_common(20)
    }
    return part, {
        "agreement": agreement(tagger, path, batches),
        "float32": exact_figures,
        "int8": score_events(reports),
        "alarms_by_new_strangers": float(np.mean([bool(events) for _, events in strange])),
        "mistakes": mistakes,
    }


def _choose_for(path: Path, recordings: Iterable[Recording], labels: Sequence[str]) -> tuple[float, ...]:
    drawn = list(recordings)
    truth = np.array([[label in recording.sounds for label in labels] for recording in drawn])
    return choose_thresholds(loudest_scores(path, drawn), truth)


def main() -> None:
    """Reads the command line, exports, and prints what was measured."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--training", type=Path, default=Path("out/nano2/ears"))
    parser.add_argument("--out", type=Path, default=Path("out/nano2/pack"))
    parser.add_argument("--recordings", type=int, default=2000, help="for thresholds, and as many again to measure")
    parser.add_argument("--report", type=Path)
    options = parser.parse_args()
    quiet_libraries()
    torch.set_num_threads(1)
    part, figures = export_tagger(options.training, options.out, options.recordings)
    thresholds = dict(zip(part.labels, part.thresholds, strict=True))
    text = json.dumps({"figures": figures, "thresholds": thresholds}, indent=1)
    print(text)
    if options.report:
        options.report.write_text(text + "\n")


if __name__ == "__main__":
    main()
