"""VGG-SS as instructions: 5,158 pairs of picture and sound from one video, with a sentence on what is heard."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from build.training import identities, wordings
from build.training.datasets.annotations import list_files, read_entries
from build.training.samples import Exchange, MediaRef, Sample, Selection

THEY_BELONG = "They belong together."


def read_vgg_ss(captions: Path, pictures: Path, sounds: Path) -> Selection:
    """The pairs. Videos vanish from the web: a pair that has lost either file is left out and counted.

    Some questions ask whether the two belong together, as those on unrelated pairs do: were it asked only there, the
    question alone would give the answer away.

    Source: https://huggingface.co/datasets/magicr/BuboGPT, `vggss-instruction-tuning.json`.

    Args:
        captions: `[{"audio_id", "image_id", "caption"}]`; the captions are class labels made into sentences, so that
            two pairs of one class have one caption.
        pictures: the folder of `<image_id>.jpg`.
        sounds: the folder of `<audio_id>.wav`.

    Raises:
        BuildError: entries are incomplete, or a folder is missing.
    """
    entries = read_entries(captions, ("audio_id", "image_id", "caption"))
    present_pictures, present_sounds = list_files(pictures), list_files(sounds)
    samples = [_build_sample(entry, pictures, sounds) for entry in entries]
    whole = [
        number
        for number, entry in enumerate(entries)
        if f"{entry['image_id']}.jpg" in present_pictures and f"{entry['audio_id']}.wav" in present_sounds
    ]
    return Selection(samples, whole)


def _build_sample(entry: Mapping[str, str], pictures: Path, sounds: Path) -> Sample:
    image = MediaRef(pictures / f"{entry['image_id']}.jpg", identities.of_vgg_sound(entry["image_id"]))
    sound = MediaRef(sounds / f"{entry['audio_id']}.wav", identities.of_vgg_sound(entry["audio_id"]))
    question = wordings.choose_wording((*wordings.LOCALISATION, *wordings.DO_THEY_BELONG), sound.identity)
    is_asked = question in wordings.DO_THEY_BELONG
    answer = f"{THEY_BELONG} {entry['caption']}" if is_asked else entry["caption"]
    return Sample("localisation", (Exchange(question, answer),), image, sound, label=entry["caption"])
