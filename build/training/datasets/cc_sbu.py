"""CC and SBU pictures: tar shards with a sentence each, and MiniGPT-4's few thousand with detailed captions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from build.training import identities, wordings
from build.training.datasets.annotations import read_entries, refuse_missing
from build.training.datasets.shards import ShardedCaptions
from build.training.samples import Exchange, MediaRef, Sample

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")


def read_cc_sbu_align(captions: Path, pictures: Path) -> Sequence[Sample]:
    """MiniGPT-4's `cc_sbu_align`: pictures with detailed captions.

    Source: https://github.com/Vision-CAIR/MiniGPT-4, dataset/README_2_STAGE.md: `filter_cap.json` beside `image/`.

    Args:
        captions: `{"annotations": [{"image_id", "caption"}]}`.
        pictures: the folder of `<image_id>.jpg`.

    Raises:
        BuildError: entries are incomplete or pictures missing.
    """
    entries = read_entries(captions, ("image_id", "caption"), under="annotations")
    refuse_missing(pictures, (f"{entry['image_id']}.jpg" for entry in entries))
    return [_describe(pictures / f"{entry['image_id']}.jpg", entry["caption"]) for entry in entries]


def read_cc_sbu_shards(shards: Sequence[Path]) -> ShardedCaptions:
    """Pictures of the web with their alternative texts: what teaches a picture's Q-Former first.

    Source: https://github.com/rom1504/img2dataset, its `webdataset` output: `<key>.jpg` beside `<key>.json` with
        `caption`.

    Raises:
        BuildError: shards are missing or broken.
    """
    return ShardedCaptions(shards, SUFFIXES, _identify, _caption)


def _identify(name: str, facts: Mapping[str, Any]) -> str:
    return f"web:{facts.get('url') or name}"


def _describe(picture: Path, caption: str) -> Sample:
    image = MediaRef(picture, identities.of_file("cc_sbu_align", picture.name))
    question = wordings.choose_wording(wordings.IMAGE_DETAIL, image.identity)
    return Sample("image_detail", (Exchange(question, caption),), image=image)


def _caption(image: MediaRef, caption: str) -> Sample:
    question = wordings.choose_wording(wordings.IMAGE_CAPTION, image.identity)
    return Sample("image_caption", (Exchange(question, caption),), image=image)
