"""WavCaps: 403,050 sounds with a sentence each, as BuboGPT packs them: tar shards of `.flac` and `.json`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from build.training import identities, wordings
from build.training.datasets.shards import ShardedCaptions
from build.training.samples import Exchange, MediaRef, Sample

SUFFIXES = (".flac", ".wav", ".ogg")


def read_wavcaps(shards: Sequence[Path]) -> ShardedCaptions:
    """The sounds of some shards with their sentences.

    Source: https://github.com/XinhaoMei/WavCaps (the JSON's fields `id`, `caption`, `download_link`) and
        https://github.com/magic-research/bubogpt, dataset/README.md (the shards).

    Raises:
        BuildError: shards are missing or broken.
    """
    return ShardedCaptions(shards, SUFFIXES, _identify, _build_sample)


def _identify(name: str, facts: Mapping[str, Any]) -> str:
    """AudioSet's ids are a video's with a Y before and `.wav` behind; those of the other three parts are numbers."""
    number = str(facts.get("id", name))
    if number.startswith("Y") and number.endswith(".wav"):
        return identities.of_youtube(number[1:].removesuffix(".wav"))
    if "freesound.org" in str(facts.get("download_link", "")) and number.isdecimal():
        return identities.of_freesound(number)
    return identities.of_file("wavcaps", number)


def _build_sample(sound: MediaRef, caption: str) -> Sample:
    question = wordings.choose_wording(wordings.SOUND_CAPTION, sound.identity)
    return Sample("sound_caption", (Exchange(question, caption),), sound=sound)
