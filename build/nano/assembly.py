"""Puts nano's trained parts together as the pack that ships: files, thresholds, words, samples, manifest.

    python -m build.nano.assembly --training out/nano2 --out models/nano

`--precision float32` writes a pack that never ships, to measure what quantisation costs. `python -m build.confidence`
then makes the pack's scores honest.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import get_args

import msgspec
import torch

from bubo_desktop.environment import quiet_libraries
from bubo_desktop.packs.integrity import named_files
from bubo_desktop.packs.manifest import MANIFEST_NAME, ClosedWorld, Manifest, Parts, SelfTestCase
from build.errors import BuildError
from build.nano.export import senses
from build.nano.export.calibration import Calibration
from build.nano.export.files import PackFiles, Precision
from build.nano.export.language import PROMPT, SAMPLING, write_language
from build.nano.export.samples import write_samples
from build.nano.export.trained import Trained, load_all
from build.nano.export.validation import Validation
from build.nano.export.words import list_synonyms, list_words
from build.pack_steps import describe_file
from build.world.facts import COLOURS, LANGUAGES, Vocabulary, read_vocabulary

VERSION = "0.2.0"
VOCABULARY_NAME = "vocabulary.json"
N_CALIBRATION, N_PICTURES, N_RECORDINGS = 96, 600, 2000
DESCRIPTION = (
    "A small pack that this repository trains itself. Nano knows only its own drawn world: {n_objects} pictograms in "
    "many styles, {n_colours} colours and {n_sounds} synthesised sounds. It speaks English and Spanish."
)
NOTICE = (
    "Nano knows only its own drawn world: {n_objects} pictograms, {n_colours} colours and {n_sounds} synthesised "
    "sounds. It cannot judge photographs or real recordings."
)
NOTHING_RECOGNISED = (
    "I do not recognise anything here. I only know my own drawn world of pictograms and synthesised sounds."
)
NOTHING_RECOGNISED_ES = (
    "Aquí no reconozco nada. Solo conozco mi propio mundo de pictogramas dibujados y sonidos sintetizados."
)
GARDEN, ROOM = ("bird", "car", "dog", "tree"), ("bell", "cat", "drum", "guitar")
SELF_TEST = (
    SelfTestCase("What do you see?", image="samples/garden.png", answer="dog", labels=GARDEN),
    SelfTestCase("What do you hear?", sound="samples/bell_and_cat.wav", answer="I hear", labels=("meowing", "ringing")),
    SelfTestCase(
        "Which object makes this sound?", image="samples/garden.png", sound="samples/dog.wav", answer="dog",
        labels=(*GARDEN, "barking"),
    ),
    SelfTestCase("¿Qué ves?", image="samples/music_room.png", answer="gato", labels=ROOM),
    SelfTestCase("¿Qué oyes?", sound="samples/train.wav", answer="Oigo un tren", labels=("whistling",)),
    SelfTestCase(
        "¿Van juntos la imagen y el sonido?", image="samples/music_room.png", sound="samples/bell_and_cat.wav",
        answer="van juntos", labels=(*ROOM, "ringing", "meowing"),
    ),
)  # fmt: skip
LICENCES = {
    "weights": "Apache-2.0 (trained from scratch by this repository)",
    "samples": (
        "drawn with Noto Color Emoji (SIL Open Font License 1.1) and Symbola 2.60 (free for any use); sounds "
        "synthesised by this repository"
    ),
}


def assemble(
    trained: Trained,
    vocabulary: Vocabulary,
    files: PackFiles,
    n_calibration: int = N_CALIBRATION,
    n_pictures: int = N_PICTURES,
    n_recordings: int = N_RECORDINGS,
) -> tuple[Parts, float]:
    """Writes the files of all parts.

    Args:
        trained: the networks.
        vocabulary: of the world.
        files: where to.
        n_calibration: inputs of each sort that show the quantiser what to expect.
        n_pictures: fresh pictures to choose thresholds on.
        n_recordings: likewise.

    Returns:
        The parts, and the score that the surest label of a picture of this world has.
    """
    files.folder.mkdir(parents=True, exist_ok=True)
    shown, validation = Calibration.draw(vocabulary, n_calibration), Validation(vocabulary, n_pictures)
    labels, detector = vocabulary.labels, trained.detector
    tagger, min_score = senses.write_tagger(files, detector, labels, shown.pictures, validation)
    parts = Parts(
        language=write_language(trained.tongue, trained.tokenizer, files.folder, files.precision),
        vision=senses.write_vision(files, trained.vision, shown.pictures),
        hearing=senses.write_hearing(files, trained.hearing, shown.clips),
        tagger=tagger,
        grounder=senses.write_grounder(files, detector, labels, shown.pictures, validation),
        segmenter=senses.write_segmenter(files, trained.masks, shown.crops),
        sound_tagger=senses.write_sound_tagger(
            files, trained.sound_tagger, vocabulary.sound_labels, shown.clips, n_recordings
        ),
    )
    return parts, min_score


def write_manifest(files: PackFiles, parts: Parts, min_score: float, vocabulary: Vocabulary, training: Path) -> None:
    """Writes words, samples and `pack.json` beside the files of the parts."""
    folder = files.folder
    words = msgspec.json.format(msgspec.json.encode(list_words(vocabulary)), indent=1)
    (folder / VOCABULARY_NAME).write_bytes(words + b"\n")
    write_samples(folder / "samples", vocabulary)
    used = [VOCABULARY_NAME, *(f"samples/{path.name}" for path in (folder / "samples").iterdir()), *named_files(parts)]
    counts = {"n_objects": len(vocabulary.objects), "n_colours": len(COLOURS), "n_sounds": len(vocabulary.sounds)}
    manifest = Manifest(
        id="nano",
        name="Nano",
        version=VERSION,
        description=DESCRIPTION.format(**counts),
        languages=LANGUAGES,
        parts=parts,
        files=tuple(describe_file(folder, path) for path in sorted(used)),
        prompt=PROMPT,
        sampling=SAMPLING,
        vocabulary_file=VOCABULARY_NAME,
        synonyms=list_synonyms(vocabulary),
        closed_world=ClosedWorld(NOTICE.format(**counts), NOTHING_RECOGNISED, min_score, NOTHING_RECOGNISED_ES),
        licences=LICENCES,
        provenance=list_provenance(training),
        proof=files.proof,
        self_test=SELF_TEST,
    )
    (folder / MANIFEST_NAME).write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n")


def list_provenance(training: Path) -> dict[str, str]:
    """For each run the last line of its log: steps, loss, and what was right."""
    logs = sorted(training.glob("*/log.jsonl"))
    return {log.parent.name: log.read_text().splitlines()[-1] for log in logs}


def main() -> int:
    """Reads the command line and makes the pack; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--training", type=Path, default=Path("out/nano2"), help="folder of the training runs")
    parser.add_argument("--out", type=Path, default=Path("models/nano"))
    parser.add_argument("--precision", choices=get_args(Precision), default="int8")
    parser.add_argument("--pictures", type=int, default=N_PICTURES, help="fresh ones, to choose thresholds on")
    parser.add_argument("--recordings", type=int, default=N_RECORDINGS, help="likewise")
    options = parser.parse_args()
    quiet_libraries()
    torch.set_num_threads(1)
    vocabulary, files = read_vocabulary(), PackFiles(options.out, options.precision)
    try:
        trained = load_all(options.training, vocabulary)
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    parts, min_score = assemble(
        trained, vocabulary, files, n_pictures=options.pictures, n_recordings=options.recordings
    )
    write_manifest(files, parts, min_score, vocabulary, options.training)
    return 0


if __name__ == "__main__":
    sys.exit(main())
