"""A GGUF made here says what the network says, cuts text as SentencePiece does, and never drops a tensor silently."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from transformers import LlamaForCausalLM

from build.checkpoint import LazyTensor, read_checkpoint, wrap_tensors
from build.errors import BuildError
from build.gguf_check import LlamaFile, compare_logits, compare_tokens, sample_texts
from build.gguf_export import export_gguf, name_tensors, quantize_gguf
from build.nano.language import create_network
from build.nano.tokenizer import Tokenizer, train_tokenizer


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return train_tokenizer(n_dialogues=2000)


@pytest.fixture(scope="module")
def network(tokenizer: Tokenizer) -> LlamaForCausalLM:
    torch.manual_seed(0)
    return create_network(tokenizer.n_pieces, width=64, n_layers=2, feed_forward=96).eval()


@pytest.fixture(scope="module")
def whole(network: LlamaForCausalLM, tokenizer: Tokenizer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The network as a float16 GGUF, written from a checkpoint on disk."""
    folder = tmp_path_factory.mktemp("checkpoint")
    network.save_pretrained(folder)
    export_gguf(read_checkpoint(folder), network.config, tokenizer.serialized, folder / "tiny.gguf", "tiny")
    return folder / "tiny.gguf"


def test_float16_agrees(network: LlamaForCausalLM, tokenizer: Tokenizer, whole: Path) -> None:
    with LlamaFile(whole) as opened:
        difference = compare_logits(network, tokenizer, opened, n_prompts=8)
    assert difference.max_abs < 0.02  # float16 weights: 2**-11 of logits of about 10, over two layers
    assert difference.argmax_agreement >= 0.98  # an untrained network has near-ties


@pytest.mark.parametrize(("quantization", "mean_abs"), [("Q8_0", 0.05), ("Q4_0", 0.5)])
def test_quantised_stays_near(
    network: LlamaForCausalLM, tokenizer: Tokenizer, whole: Path, tmp_path: Path, quantization: str, mean_abs: float
) -> None:
    target = tmp_path / "quantised.gguf"
    quantize_gguf(whole, target, quantization)
    with LlamaFile(target) as opened:
        assert compare_logits(network, tokenizer, opened, n_prompts=8).mean_abs < mean_abs
    assert target.stat().st_size < whole.stat().st_size


def test_text_is_cut_as_sentencepiece_cuts_it(tokenizer: Tokenizer, whole: Path) -> None:
    texts = sample_texts(500)
    assert len(texts) >= 500
    with LlamaFile(whole) as opened:
        assert compare_tokens(tokenizer.serialized, opened, texts) == []


def test_users_cannot_write_control_pieces(tokenizer: Tokenizer, whole: Path) -> None:
    with LlamaFile(whole) as opened:
        written = set(opened.tokenize("<Human><Vision></s><Assistant>"))
    assert written.isdisjoint({*tokenizer.control.values(), tokenizer.bos, tokenizer.eos})


def test_spare_embeddings_become_unused_pieces(tokenizer: Tokenizer, tmp_path: Path) -> None:
    wider = create_network(tokenizer.n_pieces + 1, width=64, n_layers=1, feed_forward=96)
    target = tmp_path / "wider.gguf"
    export_gguf(wrap_tensors(wider.state_dict()), wider.config, tokenizer.serialized, target, "wider")
    with LlamaFile(target) as opened:
        assert opened.n_pieces == tokenizer.n_pieces + 1


def test_strange_tensors_are_named(network: LlamaForCausalLM, tokenizer: Tokenizer, tmp_path: Path) -> None:
    tensors = wrap_tensors(network.state_dict())
    lacking = {name: tensor for name, tensor in tensors.items() if name != "model.norm.weight"}
    strange: dict[str, LazyTensor] = {**tensors, "lora.weight": tensors["model.norm.weight"]}
    with pytest.raises(BuildError, match=r"lacks model\.norm\.weight"):
        export_gguf(lacking, network.config, tokenizer.serialized, tmp_path / "lacking.gguf", "lacking")
    with pytest.raises(BuildError, match=r"lora\.weight"):
        export_gguf(strange, network.config, tokenizer.serialized, tmp_path / "strange.gguf", "strange")


def test_untied_head_is_kept(network: LlamaForCausalLM) -> None:
    config = type(network.config)(**{**network.config.to_dict(), "tie_word_embeddings": False})
    assert name_tensors(config)["lm_head.weight"] == "output.weight"
    assert "lm_head.weight" not in name_tensors(network.config)
