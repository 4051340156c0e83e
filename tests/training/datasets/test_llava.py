"""LLaVA-Instruct's conversations: whole, without marks, with COCO's pictures of either year."""

import json

import pytest

from build.errors import BuildError
from build.training.datasets.llava import read_llava
from build.training.samples import Exchange


def say(*texts):
    return [{"from": ("human", "gpt")[n % 2], "value": text} for n, text in enumerate(texts)]


def write(folder, items):
    (folder / "coco").mkdir()
    (folder / "llava.json").write_text(json.dumps(items))
    return folder / "llava.json", folder / "coco"


def test_a_conversation_keeps_its_turns_and_loses_its_marks(tmp_path):
    turns = say("What is this?\n<image>", "A bus.", "What colour?", "Red.")
    paths = write(tmp_path, [{"id": "000000033471", "image": "000000033471.jpg", "conversations": turns}])
    (paths[1] / "000000033471.jpg").write_bytes(b"bus")
    [sample] = read_llava(*paths)
    assert sample.kind == "image_question"
    assert sample.exchanges == (Exchange("What is this?", "A bus."), Exchange("What colour?", "Red."))
    assert (sample.image.read(), sample.image.identity) == (b"bus", "coco:33471")


def test_pictures_of_2014_are_found_under_their_longer_names(tmp_path):
    paths = write(tmp_path, [{"id": 9, "conversations": say("<image>\nWhat?", "Food.")}])
    (paths[1] / "COCO_train2014_000000000009.jpg").write_bytes(b"food")
    [sample] = read_llava(*paths)
    assert (sample.image.read(), sample.image.identity) == (b"food", "coco:9")


def test_everything_wrong_is_told_at_once(tmp_path):
    items = [
        {"id": "1", "conversations": say("<image>\nWhat?", "A cat.", "And?")},
        {"id": "2", "conversations": say("<image>", "A cat.")},
        {"id": "3", "conversations": say("What?", "A cat.")},
    ]
    paths = write(tmp_path, items)
    for number in (1, 2):
        (paths[1] / f"{number:012}.jpg").touch()
    with pytest.raises(BuildError) as caught:
        read_llava(*paths)
    assert list(caught.value.problems) == [
        "Conversation 1 is not a question and an answer in turn.",
        "Conversation 2 has an empty turn.",
        f"The picture of conversation 3 is not in {paths[1]}.",
    ]
