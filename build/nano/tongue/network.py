"""The language network itself, and how it computes what packed conversations need."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy
from transformers import AttentionInterface, LlamaConfig, LlamaForCausalLM

from build.nano.tongue.packing import IGNORED, Packed

HEAD_WIDTH = 32


def create_network(n_pieces: int, width: int = 192, n_layers: int = 5, feed_forward: int = 512) -> LlamaForCausalLM:
    """A fresh LLaMA with tied embeddings.

    Keys start as queries and the output projection as the transposed values: attention begins as "look for what is
    like me and copy it", which shortens the wait for look-ups to be learnt.
    """
    network = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=n_pieces, hidden_size=width, intermediate_size=feed_forward, num_hidden_layers=n_layers,
            num_attention_heads=width // HEAD_WIDTH, num_key_value_heads=width // HEAD_WIDTH,
            max_position_embeddings=1024, rms_norm_eps=1e-5, tie_word_embeddings=True, bos_token_id=1, eos_token_id=2,
            initializer_range=0.05,
        )
    )  # fmt: skip
    _use_plain_attention(network)
    with torch.no_grad():
        for layer in network.model.layers:
            layer.self_attn.k_proj.weight.copy_(layer.self_attn.q_proj.weight)
            layer.self_attn.o_proj.weight.copy_(layer.self_attn.v_proj.weight.T)
    return network


def bring_together(network: LlamaForCausalLM, words: Iterable[tuple[int, int]]) -> None:
    """Makes the embedding of each pair's second piece half that of the first: what means the same begins near it."""
    table = network.get_input_embeddings().weight
    with torch.no_grad():
        for piece, other in words:
            table[other] = (table[piece] + table[other]) / 2**0.5


def load_network(folder: Path) -> LlamaForCausalLM:
    """Reads a trained network, float32, in evaluation mode."""
    network = LlamaForCausalLM.from_pretrained(folder, dtype=torch.float32)
    _use_plain_attention(network)
    return network.eval()


def embed_packed(network: LlamaForCausalLM, packed: Packed, images: Tensor | None, sounds: Tensor | None) -> Tensor:
    """The network's input (n, width) for n tokens: their embeddings, with media rows put in their places.

    Args:
        network: whose token embeddings are used.
        packed: the batch.
        images: (rows, image queries, width), those of rows without a picture are not used; None where no row has one.
        sounds: (rows, sound queries, width), likewise.
    """
    embedded = network.get_input_embeddings()(packed.ids)
    for media, query in ((images, packed.image_query), (sounds, packed.sound_query)):
        if media is not None:
            placed = media.to(embedded.dtype).flatten(0, 1).index_select(0, query.clamp(min=0))
            embedded = torch.where((query >= 0)[:, None], placed, embedded)
    return embedded


def predict_answers(network: LlamaForCausalLM, packed: Packed, embedded: Tensor) -> Tensor:
    """Logits (answer tokens of the batch in their order, pieces) for the labels of `packed`; `embedded`: (n, width)."""
    hidden = network.model(
        inputs_embeds=embedded[None], attention_mask=packed.mask(), position_ids=packed.positions[None],
        use_cache=False, packed=packed,
    ).last_hidden_state[0]  # fmt: skip
    return network.lm_head(hidden[packed.labels != IGNORED])


def answer_loss(logits: Tensor, packed: Packed) -> tuple[Tensor, Tensor]:
    """The weighted sum of cross-entropies of `predict_answers`' logits (answer tokens, pieces), and of the weights."""
    chosen = packed.labels != IGNORED
    weights = packed.weights[chosen]
    each = cross_entropy(logits.float(), packed.labels[chosen], reduction="none")
    return (each * weights).sum(), weights.sum()


def exact_matches(logits: Tensor, packed: Packed) -> Tensor:
    """Whether each exchange's answer is right to the last piece, in order of rows, chains and turns: bool (exchanges,).

    The true answer is fed while predicting: all pieces are right exactly where greedy decoding gives that answer.
    `logits` are those of `predict_answers`, (answer tokens, pieces).
    """
    chosen = packed.labels != IGNORED
    wrong = (logits.argmax(-1) != packed.labels[chosen]).long()
    number = packed.number[chosen]
    return torch.zeros(int(number.max()) + 1, dtype=torch.long).index_add_(0, number, wrong) == 0


def _use_plain_attention(network: LlamaForCausalLM) -> None:
    """Attention within the blocks of a batch, by two matrix products: faster than torch's fused kernel with a mask."""
    AttentionInterface.register("blocks", _attend)
    network.set_attn_implementation("blocks")


def _attend(
    _: torch.nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    mask: Tensor,
    scaling: float,
    packed: Packed,
    **__: object,
) -> tuple[Tensor, None]:
    """query, key, value: (1, heads, n, head width) -> (1, n, heads, head width)."""
    query, key, value = (_in_blocks(x[0].transpose(0, 1), packed) for x in (query * scaling, key, value))
    scores = query @ key.transpose(2, 3) + mask
    attended = (torch.softmax(scores, dim=-1) @ value).transpose(1, 2).flatten(0, 1)
    return attended.index_select(0, packed.home)[None], None


def _in_blocks(x: Tensor, packed: Packed) -> Tensor:
    """(n, heads, head width) -> (blocks, heads, length, head width)."""
    return x.index_select(0, packed.blocks.flatten()).unflatten(0, packed.blocks.shape).transpose(1, 2)
