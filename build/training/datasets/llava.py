"""LLaVA-Instruct-150K: conversations about pictures of COCO, of several turns."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from build.training import identities
from build.training.datasets.annotations import list_files, read_json, refuse
from build.training.samples import Exchange, MediaRef, Sample

PICTURE_MARK = "<image>"
PREFIXES = ("", "COCO_train2014_")  # COCO's file names of 2017 and of 2014 before the number of twelve digits


class _Remark(Struct, rename={"speaker": "from"}):
    speaker: str
    value: str


class _Conversation(Struct):
    id: str | int
    conversations: list[_Remark]


def read_llava(conversations: Path, pictures: Path) -> Sequence[Sample]:
    """The conversations, whole: BuboGPT takes each turn for itself, which teaches no question that follows another.

    Source: https://huggingface.co/datasets/liuhaotian/LLaVA-Instruct-150K: `from` is `human` and `gpt` in turn, and
        `<image>` stands on a line of its own before or after the first question.

    Args:
        conversations: `[{"id", "conversations": [{"from", "value"}]}]`.
        pictures: COCO's `train2017` or `train2014`.

    Raises:
        BuildError: turns do not alternate or are empty, or pictures are missing.
    """
    items = read_json(conversations, list[_Conversation])
    present = list_files(pictures)
    refuse(problem for item in items for problem in _find_problems(item, pictures, present))
    return [_build_sample(item, pictures / _name(item, present)) for item in items]


def _find_problems(item: _Conversation, pictures: Path, present: Collection[str]) -> Iterator[str]:
    speakers = [remark.speaker for remark in item.conversations]
    if not speakers or speakers != ["human", "gpt"] * (len(speakers) // 2):
        yield f"Conversation {item.id} is not a question and an answer in turn."
    if not all(_strip_mark(remark.value) for remark in item.conversations):
        yield f"Conversation {item.id} has an empty turn."
    if not _name(item, present):
        yield f"The picture of conversation {item.id} is not in {pictures}."


def _name(item: _Conversation, present: Collection[str]) -> str:
    """The picture's file name; empty if it is not there."""
    names = (f"{prefix}{str(item.id).zfill(12)}.jpg" for prefix in PREFIXES)
    return next((name for name in names if name in present), "")


def _build_sample(item: _Conversation, picture: Path) -> Sample:
    texts = [_strip_mark(remark.value) for remark in item.conversations]
    exchanges = tuple(Exchange(*turn) for turn in zip(texts[::2], texts[1::2], strict=True))
    return Sample("image_question", exchanges, image=MediaRef(picture, identities.of_coco(picture.name)))


def _strip_mark(text: str) -> str:
    return text.replace(PICTURE_MARK, "").strip()
