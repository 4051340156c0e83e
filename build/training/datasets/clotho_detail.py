"""Clotho-Detail: 3,938 sounds of Clotho with captions of several sentences, written from five short ones each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from build.training import identities, wordings
from build.training.datasets.annotations import read_entries, refuse_missing
from build.training.datasets.clotho import read_freesound_numbers
from build.training.samples import Exchange, MediaRef, Sample


def read_clotho_detail(captions: Path, sounds: Path, tables: Sequence[Path] = ()) -> Sequence[Sample]:
    """The sounds with their long captions.

    Source: https://huggingface.co/datasets/magicr/BuboGPT, `Clotho-detail-annotation.json`; what
        `build.write_captions` writes is the same.

    Args:
        captions: `{"annotations": [{"audio_id", "caption"}]}`.
        sounds: the folder of `<audio_id>.wav`.
        tables: Clotho's `clotho_metadata_<split>.csv`, which say which sound of Freesound a clip is. Without them a
            clip is not known again in WavCaps.

    Raises:
        BuildError: entries are incomplete, or sounds or tables missing.
    """
    entries = read_entries(captions, ("audio_id", "caption"), under="annotations")
    refuse_missing(sounds, (f"{entry['audio_id']}.wav" for entry in entries))
    known = {name: identity for table in tables for name, identity in read_freesound_numbers(table).items()}
    return [_describe(sounds / f"{entry['audio_id']}.wav", entry["caption"], known) for entry in entries]


def _describe(path: Path, caption: str, known: dict[str, str]) -> Sample:
    sound = MediaRef(path, known.get(path.name, identities.of_file("clotho", path.name)))
    question = wordings.choose_wording(wordings.SOUND_DETAIL, sound.identity)
    return Sample("sound_detail", (Exchange(question, caption),), sound=sound)
