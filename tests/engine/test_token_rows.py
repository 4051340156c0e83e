"""Rows of tokens, looked up beside llama.cpp, are the ones it looks up itself: logits are the same to the last bit."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import gguf
import numpy as np
import pytest
from gguf import GGMLQuantizationType as Kind
from llama_cpp import llama_cpp

from bubo_desktop.engine.batches import run_of_rows, run_of_tokens
from bubo_desktop.engine.language_context import Context
from bubo_desktop.engine.language_rows import TokenRows, token_rows
from bubo_desktop.engine.language_weights import Weights
from tests.engine.tiny_language import TinyShape, spm_vocabulary, write_language

SHAPE = TinyShape(width=256, n_heads=4, n_ctx=256)  # blocks of K-quants hold 256 values
IDS = np.random.default_rng(3).integers(0, 512, 40).astype(np.int32)
KINDS = [Kind.F32, Kind.F16, Kind.BF16, Kind.Q8_0, Kind.Q4_0, Kind.Q5_1, Kind.Q4_K, Kind.Q6_K]


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("rows") / "f32.gguf"
    write_language(path, spm_vocabulary(), SHAPE)
    return path


@contextmanager
def stored_as(kind: Kind, original: Path, folder: Path) -> Iterator[tuple[Path, Weights]]:
    """The network with its embeddings stored in this way."""
    path = folder / f"{kind.name}.gguf"
    params = llama_cpp.llama_model_quantize_default_params()
    params.ftype, params.token_embedding_type = llama_cpp.LLAMA_FTYPE_ALL_F32, kind.value
    assert llama_cpp.llama_model_quantize(os.fsencode(original), os.fsencode(path), params) == 0
    with closing(Weights(path, repack=False)) as weights:
        yield path, weights


def logits_after(weights: Weights, rows: TokenRows | None, *, as_rows: bool) -> np.ndarray:
    values = np.zeros((len(IDS), weights.width), np.float32)
    if rows:
        rows.write(IDS, values)
    run = run_of_rows(values) if as_rows else run_of_tokens(IDS)
    with closing(Context(weights, n_ctx=256, n_batch=64, n_threads=1)) as context:
        context.read((run,))
        return context.logits.copy()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_rows_read_like_their_tokens(original: Path, tmp_path: Path, kind: Kind) -> None:
    with stored_as(kind, original, tmp_path) as (path, weights):
        reader = gguf.GGUFReader(path)
        [table] = [tensor for tensor in reader.tensors if tensor.name == "token_embd.weight"]
        assert table.tensor_type == kind
        rows = token_rows(path, weights)
        values = np.zeros((len(IDS), weights.width), np.float32)
        rows.write(IDS, values)
        np.testing.assert_array_equal(values, gguf.dequantize(table.data, table.tensor_type)[IDS])
        expected = logits_after(weights, None, as_rows=False)
        np.testing.assert_array_equal(logits_after(weights, rows, as_rows=True), expected)


def test_an_architecture_that_does_more_to_embeddings_has_none(tmp_path: Path) -> None:
    write_language(tmp_path / "qwen.gguf", spm_vocabulary(), TinyShape(rope_sections=(2, 3, 3, 0)))
    with closing(Weights(tmp_path / "qwen.gguf", repack=False)) as weights:
        assert token_rows(tmp_path / "qwen.gguf", weights) is None
