"""The random network for measuring is, in form, the one llama.cpp's quantiser would have made of a whole network."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import gguf
import numpy as np
import pytest
from transformers import LlamaConfig

from bubo_desktop.data import Sampling
from bubo_desktop.engine.cancellation import Cancellation
from bubo_desktop.engine.language import Language
from bubo_desktop.engine.language_weights import Weights
from bubo_desktop.engine.prompt import Text
from bubo_desktop.engine.tuning import Tuning
from bubo_desktop.packs.manifest import LanguagePart
from build.gguf_export import export_gguf, quantize_gguf
from build.random_language import draw_tensors, train_random_tokenizer, write_random_language

N_LAYERS = 12
CONFIG = LlamaConfig(
    vocab_size=1500, hidden_size=256, intermediate_size=512, num_hidden_layers=N_LAYERS, num_attention_heads=4,
    max_position_embeddings=256, tie_word_embeddings=False,
)  # fmt: skip
TEXT = "What is this?### Human: gran toli, 42 €"


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("random") / "random.gguf"
    write_random_language(target, CONFIG, "Q4_K_M")
    return target


def tensor_types(path: Path) -> dict[str, gguf.GGMLQuantizationType]:
    return {tensor.name: tensor.tensor_type for tensor in gguf.GGUFReader(path).tensors}


@pytest.mark.parametrize("n_layers", [N_LAYERS, 7])
def test_types_are_those_of_a_whole_network(n_layers: int, tmp_path: Path) -> None:
    config = LlamaConfig(**{**CONFIG.to_dict(), "num_hidden_layers": n_layers})
    tokenizer = train_random_tokenizer(config.vocab_size)
    export_gguf(draw_tensors(config, seed=0), config, tokenizer, tmp_path / "whole.gguf", "whole")
    quantize_gguf(tmp_path / "whole.gguf", tmp_path / "quantised.gguf", "Q4_K_M")
    write_random_language(tmp_path / "repeated.gguf", config, "Q4_K_M")
    repeated = tensor_types(tmp_path / "repeated.gguf")
    assert repeated == tensor_types(tmp_path / "quantised.gguf")
    assert {repeated[f"blk.{layer}.ffn_down.weight"].name for layer in range(n_layers)} == {"Q4_K", "Q6_K"}


def test_layers_like_each_other_hold_the_same_weights(path: Path) -> None:
    rows = {tensor.name: tensor.data for tensor in gguf.GGUFReader(path).tensors}
    np.testing.assert_array_equal(rows["blk.0.attn_q.weight"], rows["blk.3.attn_q.weight"])
    assert not np.array_equal(rows["blk.0.attn_q.weight"], rows["blk.1.attn_q.weight"])


def test_text_comes_back_from_its_tokens(path: Path) -> None:
    with closing(Weights(path, repack=False)) as weights:
        tokens = weights.tokens(TEXT, control=False)
        assert b"".join(weights.piece(token) or b"" for token in tokens).decode() == f" {TEXT}"
        assert [weights.piece(token) for token in weights.tokens("###", control=False)] == [b" ", b"###"]


def test_answers_are_words_and_go_on(path: Path) -> None:
    part = LanguagePart(file=path.name, width=256, n_ctx=256, quantization="Q4_K_M")
    tuning = Tuning(repack=False, n_threads=1, n_batch=64)
    with closing(Language(part, path.parent, gpu_layers=0, tuning=tuning)) as language:
        language.prefill([Text(TEXT, trusted=False)], Cancellation(), lambda _: None)
        answer = "".join(language.generate(Sampling(max_tokens=100, temperature=1.0), (), Cancellation()))
        assert (language.n_generated, language.ending) == (100, "cap")
    assert answer.isprintable()
    assert len(answer.split()) > 20
