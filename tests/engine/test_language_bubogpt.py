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
ROWS = np.zeros((8, 64), np.float32)

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
    segments = build_prompt(TEMPLATE, question, [], [ROWS] * n_images, [ROWS] * n_sounds)
    assert _ids(tmp_path, segments) == PROMPTS[name]["piece_ids"]


def test_an_earlier_turn_is_laid_out_as_published() -> None:
    """The published prompt keeps media in the first turn, ours in the last: the words around them are compared."""
    question, answer = "Which part of this scene is the source?", "the dog"
    segments = build_prompt(TEMPLATE, "Are they related?", [Turn(question, answer)], [], [])
    media = f"<Audio>{MARKER}</Audio> <Vision>{MARKER}</Vision> "
    assert "".join(segment.text for segment in segments if isinstance(segment, Text)) == (
        PROMPTS["both"]["prompt"].replace(media, "")
    )
