"""What training shows the language network, against what the engine shows it, token for token."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import numpy as np
import pytest
from sentencepiece import SentencePieceProcessor

from bubo_desktop.data import Turn
from bubo_desktop.engine.language_weights import Weights
from bubo_desktop.engine.prompt import Embeddings, Text, build_prompt
from bubo_desktop.packs.manifest import PromptTemplate
from build.dims import Dims, read_dims
from build.parts.language import make
from build.recipe import read_recipe
from build.training.lessons import IGNORED, NO_ROW, Layout, Studied
from build.training.samples import Exchange
from build.workshop import Workshop
from tests.parity.small_sources import FOLDER
from tests.training.conftest import ROOT

N_ROWS = 8
MEL, PIXELS = np.zeros((7, 1, 128, 204), np.float32), np.zeros((3, 56, 56), np.float32)
ONE = (Exchange("What is it?", "A dog."),)
TWO = (*ONE, Exchange("Is it big?", "No."))


@pytest.fixture(scope="module")
def prompt() -> PromptTemplate:
    return read_recipe(ROOT / "build" / "recipes" / "bubogpt-7b.toml").prompt


@pytest.fixture(scope="module")
def tokenizer() -> SentencePieceProcessor:
    return SentencePieceProcessor(model_file=str(FOLDER / "vicuna" / "tokenizer.model"))


@pytest.fixture(scope="module")
def layout(prompt: PromptTemplate, tokenizer: SentencePieceProcessor) -> Layout:
    return Layout(prompt, tokenizer, N_ROWS, n_answer_tokens=160)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Weights]:
    """The engine's own tokenizer, made by the build."""
    folder = tmp_path_factory.mktemp("language")
    dims = read_dims(FOLDER / "dims.json", Dims())
    workshop = Workshop(dims, folder, folder, "none", lambda _: None, {"vicuna": FOLDER / "vicuna"})
    make(workshop, {"source": "vicuna", "n_ctx": 2048, "quantization": "F32", "precision": "F32"})
    with closing(Weights(folder / "language.gguf", repack=False)) as weights:
        yield weights


@pytest.mark.parametrize("files", ["", "i", "s", "si"], ids=["text", "image", "sound", "both"])
@pytest.mark.parametrize("exchanges", [ONE, TWO], ids=["one turn", "two turns"])
def test_the_prompt_is_the_engines(layout, prompt, engine, exchanges, files) -> None:
    mel, pixels = MEL if "s" in files else None, PIXELS if "i" in files else None
    lesson = layout.lay_out([Studied("image_question", exchanges, mel, pixels)])
    media = {file: np.full((N_ROWS, 64), 0.5, np.float32) for file in files}
    turns = [
        Turn(turn.question, turn.answer, images=("i",) * ("i" in files), sounds=("s",) * ("s" in files))
        for turn in exchanges
    ]
    wanted = list(engine.start)
    for segment in build_prompt(prompt, turns[-1], turns[:-1], media):
        if isinstance(segment, Text):
            wanted += engine.tokens(segment.text, control=False)
        elif isinstance(segment, Embeddings):
            wanted += ["embedding"] * len(segment.rows)
    n_prompt = len(wanted)
    wanted += engine.tokens(exchanges[-1].answer + "###", control=False)
    ids, rows = lesson.ids[0].tolist(), lesson.rows[0].tolist()
    found = [token if row == NO_ROW else "embedding" for token, row in zip(ids, rows, strict=True)]
    assert found == wanted
    assert lesson.labels[0].tolist() == [IGNORED] * n_prompt + wanted[n_prompt:]


def test_embeddings_count_through_the_sounds_and_then_the_pictures(layout) -> None:
    """Sound first in a prompt with both; each sample has its own media, also where others have none."""
    samples = [
        Studied("unrelated", ONE, MEL + 1, PIXELS + 1),
        Studied("image_question", ONE, None, PIXELS + 2),
        Studied("sound_caption", ONE, MEL + 3, None),
    ]
    lesson = layout.lay_out(samples)
    rows = [[row for row in sequence if row != NO_ROW] for sequence in lesson.rows.tolist()]
    assert rows == [[*range(8), *range(16, 24)], [*range(24, 32)], [*range(8, 16)]]
    assert lesson.mel[:, 0, 0, 0, 0].tolist() == [1, 3]
    assert lesson.pixel_values[:, 0, 0, 0].tolist() == [1, 2]


def test_an_answer_is_cut_with_its_end_symbol(prompt, tokenizer) -> None:
    whole = tokenizer.encode("A dog.###")
    for n in (3, len(whole), 160):
        lesson = Layout(prompt, tokenizer, N_ROWS, n).lay_out([Studied("image_question", ONE, None, None)])
        assert [label for label in lesson.labels[0].tolist() if label != IGNORED] == whole[:n]


def test_padding_is_on_the_right_and_counts_nowhere(layout) -> None:
    longer = (Exchange("What is it?", "A dog and a cat and a dog."),)
    lesson = layout.lay_out([Studied("image_question", turns, None, None) for turns in (ONE, longer)])
    alone = layout.lay_out([Studied("image_question", ONE, None, None)])
    n = alone.ids.shape[1]
    assert lesson.ids[0, :n].tolist() == alone.ids[0].tolist()
    assert set(lesson.labels[0, n:].tolist()) == {IGNORED}
