"""Token ids of BuboGPT's prompts, against those its published code gave for a small tokenizer of the same kind."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from gguf import TokenType

from bubo_desktop.data import Turn
from bubo_desktop.engine.language_weights import Weights
from bubo_desktop.engine.prompt import Segment, Text, build_prompt
from bubo_desktop.packs.manifest import PromptTemplate
from tests.engine.tiny_language import TinyShape, write_part

# Source: the prompt of the public demo, github.com/magic-research/bubogpt.
TEMPLATE = PromptTemplate(
    system="Give the following image: <Vision>ImageContent</Vision> or audio: <Audio>AudioContent</Audio>. You will be"
    " able to see the image/audio once I provide it to you. Please answer my questions.###",
    human="Human: ", assistant="###Assistant:", turn_end="###", image_tags=("<Vision>", "</Vision> "),
    sound_tags=("<Audio>", "</Audio> "), stop=("###",), control_tokens=False, max_turns=4,
)  # fmt: skip
MARKER = "<ModalityHere>"
MEDIA = {name: np.zeros((8, 64), np.float32) for name in ("picture", "sound")}

REFERENCE = json.loads((Path(__file__).parents[1] / "data" / "bubogpt_small_tokens.json").read_text("utf-8"))
VOCABULARY = [(text, score, TokenType(kind)) for text, score, kind in REFERENCE["vocabulary"]]
PROMPTS: dict[str, dict] = REFERENCE["prompts"]


def _ids(folder: Path, segments: list[Segment]) -> list[list[int]]:
    part = write_part(folder, TinyShape(n_layers=1), VOCABULARY)
    with closing(Weights(folder / part.file, repack=False)) as weights:
        pieces = [weights.tokens(segment.text, control=False) for segment in segments if isinstance(segment, Text)]
        return [weights.start + pieces[0], *pieces[1:]]


@pytest.mark.parametrize("name", PROMPTS)
def test_pieces_have_the_published_token_ids(tmp_path: Path, name: str) -> None:
    pieces: list[Segment] = [Text(text, trusted=False) for text in PROMPTS[name]["prompt"].split(MARKER)]
    assert _ids(tmp_path, pieces) == PROMPTS[name]["piece_ids"]


@pytest.mark.parametrize(
    ("name", "question", "n_images", "n_sounds"),
    [
        ("text", "What is this? ", 0, 0),
        ("image", "Describe this image in detail.", 1, 0),
        ("audio", "What do you hear?", 0, 1),
    ],
)
def test_built_prompts_are_the_published_ones(
    tmp_path: Path, name: str, question: str, n_images: int, n_sounds: int
) -> None:
    asked = Turn(question, "", images=("picture",) * n_images, sounds=("sound",) * n_sounds)
    segments = build_prompt(TEMPLATE, asked, [], MEDIA)
    assert _ids(tmp_path, segments) == PROMPTS[name]["piece_ids"]


def test_an_earlier_turn_with_its_files_is_laid_out_as_published(tmp_path: Path) -> None:
    earlier = Turn("Which part of this scene is the source?", "the dog", images=("picture",), sounds=("sound",))
    still_attached = Turn("Are they related?", "", images=("picture",), sounds=("sound",))
    segments = build_prompt(TEMPLATE, still_attached, [earlier], MEDIA)
    assert _ids(tmp_path, segments) == PROMPTS["both"]["piece_ids"]
