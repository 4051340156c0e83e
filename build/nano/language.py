"""Nano's language network and the one way its inputs are packed, in pre-training and in alignment alike.

A sequence is one context, `<s> <Human> [<Audio> 8 rows </Audio>] [<Vision> 16 rows </Vision>]`, followed by any number
of exchanges `question <Assistant> answer </s>`. Each exchange sees the context and itself alone, and its positions go
on from the context's end: every exchange is computed exactly as if it stood alone, the context is paid for once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy
from transformers import AttentionInterface, LlamaConfig, LlamaForCausalLM

from build.nano.dialogues import Dialogue, content_words
from build.nano.facts import N_IMAGE_QUERIES, N_SOUND_QUERIES
from build.nano.tokenizer import Tokenizer, read_tokenizer

TOKENIZER_NAME = "tokenizer.model"
IGNORED = -100
_LENGTH_STEP = 32  # lengths are multiples of it: few different shapes, for which kernels are prepared once
_TEMPLATE_WEIGHT = 0.3  # of an answer's token that any answer of its kind has; tokens to look up weigh 1


@dataclass(frozen=True, slots=True)
class Row:
    """The exchanges about one scene, and which media their context has."""

    has_picture: bool
    has_sound: bool
    dialogues: tuple[Dialogue, ...]


@dataclass(frozen=True, slots=True)
class Packed:
    """A batch of rows as tensors of (rows, length), right-padded.

    Attributes:
        ids: int64 token ids; positions of media rows hold 0.
        positions: int64 position ids.
        exchange: int64, 0 in the context, k in the k-th exchange, -1 in padding.
        labels: int64 token that this position must predict, IGNORED elsewhere.
        weights: float32 of each label in the loss.
        image_query, sound_query: int64 number of the media row that stands here, -1 elsewhere.
    """

    ids: Tensor
    positions: Tensor
    exchange: Tensor
    labels: Tensor
    weights: Tensor
    image_query: Tensor
    sound_query: Tensor

    def mask(self) -> Tensor:
        """bfloat16 (rows, 1, length, length): 0 where a position sees another, -10000 where not."""
        of, seen = self.exchange[:, :, None], self.exchange[:, None, :]
        length = self.ids.shape[1]
        causal = torch.ones(length, length, dtype=torch.bool).tril()
        sees = ((seen == 0) | (seen == of)) & causal
        return torch.zeros(sees.shape, dtype=torch.bfloat16).masked_fill_(~sees, -1e4)[:, None]


def create_network(n_pieces: int, width: int = 128, n_layers: int = 4, feed_forward: int = 384) -> LlamaForCausalLM:
    """A fresh LLaMA with heads of 32 and tied embeddings.

    Keys start as queries and the output projection as the transposed values: attention begins as "look for what is
    like me and copy it", which shortens the wait for look-ups to be learnt.
    """
    network = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=n_pieces, hidden_size=width, intermediate_size=feed_forward, num_hidden_layers=n_layers,
            num_attention_heads=width // 32, num_key_value_heads=width // 32, max_position_embeddings=512,
            rms_norm_eps=1e-5, tie_word_embeddings=True, bos_token_id=1, eos_token_id=2, initializer_range=0.05,
        )
    )  # fmt: skip
    _use_plain_attention(network)
    with torch.no_grad():
        for layer in network.model.layers:
            layer.self_attn.k_proj.weight.copy_(layer.self_attn.q_proj.weight)
            layer.self_attn.o_proj.weight.copy_(layer.self_attn.v_proj.weight.T)
    return network


def load_language(folder: Path) -> tuple[LlamaForCausalLM, Tokenizer]:
    """Reads the trained network (float32, in evaluation mode) and its tokenizer."""
    network = LlamaForCausalLM.from_pretrained(folder, dtype=torch.float32)
    _use_plain_attention(network)
    return network.eval(), read_tokenizer(folder / TOKENIZER_NAME)


def _use_plain_attention(network: LlamaForCausalLM) -> None:
    """Attention by two matrix products: 1.6 times the speed of torch's fused kernel where a mask is given, on a CPU."""
    AttentionInterface.register("plain", _attend)
    network.set_attn_implementation("plain")


def _attend(
    _: torch.nn.Module, query: Tensor, key: Tensor, value: Tensor, mask: Tensor, scaling: float, **__: object
) -> tuple[Tensor, None]:
    scores = torch.matmul(query * scaling, key.transpose(2, 3)) + mask
    return torch.matmul(torch.softmax(scores, dim=-1), value).transpose(1, 2).contiguous(), None


def encode_dialogue(tokenizer: Tokenizer, dialogue: Dialogue) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The pieces of the question, and of the answer with the end of sequence."""
    return tokenizer.encode(dialogue.question), (*tokenizer.encode(dialogue.answer), tokenizer.eos)


def pack_rows(tokenizer: Tokenizer, rows: Sequence[Row]) -> Packed:
    """Lays rows out as one batch."""
    content = _content_ids(tokenizer)
    laid_out = [_lay_out(tokenizer, row, content) for row in rows]
    length = -(-max(map(len, laid_out)) // _LENGTH_STEP) * _LENGTH_STEP
    padding = (0, 0, -1, IGNORED, 0.0, -1, -1)
    columns = zip(*(row + [padding] * (length - len(row)) for row in laid_out), strict=True)
    fields = torch.tensor(list(columns), dtype=torch.float64).permute(2, 1, 0)  # exact for every id and number here
    ids, positions, exchange, labels, _, image_query, sound_query = fields.long()
    return Packed(ids, positions, exchange, labels, fields[4].float(), image_query, sound_query)


_Cell = tuple[int, int, int, int, float, int, int]  # the fields of Packed at one position


def _lay_out(tokenizer: Tokenizer, row: Row, content: frozenset[int]) -> list[_Cell]:
    cells = _lay_out_context(tokenizer, row)
    n_context = len(cells)
    for number, dialogue in enumerate(row.dialogues, start=1):
        question, answer = encode_dialogue(tokenizer, dialogue)
        ids = (*question, tokenizer.control["<Assistant>"], *answer[:-1])
        labels = (*(IGNORED,) * len(question), *answer)
        for offset, (piece, label) in enumerate(zip(ids, labels, strict=True)):
            is_decision = label in content or offset == len(question)
            weight = 0.0 if label == IGNORED else 1.0 if is_decision else _TEMPLATE_WEIGHT
            cells.append((piece, n_context + offset, number, label, weight, -1, -1))
    return cells


def _lay_out_context(tokenizer: Tokenizer, row: Row) -> list[_Cell]:
    control = tokenizer.control
    queries: list[tuple[int, int, int]] = [(tokenizer.bos, -1, -1), (control["<Human>"], -1, -1)]
    if row.has_sound:
        rows_of_sound = [(0, -1, k) for k in range(N_SOUND_QUERIES)]
        queries += [(control["<Audio>"], -1, -1), *rows_of_sound, (control["</Audio>"], -1, -1)]
    if row.has_picture:
        rows_of_image = [(0, k, -1) for k in range(N_IMAGE_QUERIES)]
        queries += [(control["<Vision>"], -1, -1), *rows_of_image, (control["</Vision>"], -1, -1)]
    return [(piece, at, 0, IGNORED, 0.0, image, sound) for at, (piece, image, sound) in enumerate(queries)]


def _content_ids(tokenizer: Tokenizer) -> frozenset[int]:
    """Pieces that an answer's truth hangs on: content words, and what makes plurals and lists."""
    pieces = [tokenizer.word_id(word) for word in content_words()]
    endings = tokenizer.encode("dogs, and dogs.")[1:]
    return frozenset(pieces) | frozenset(endings)


def embed_packed(network: LlamaForCausalLM, packed: Packed, images: Tensor | None, sounds: Tensor | None) -> Tensor:
    """The network's input (rows, length, width): token embeddings, with media rows put in their places.

    Args:
        network: whose token embeddings are used.
        packed: the batch.
        images: (rows, N_IMAGE_QUERIES, width), those of rows without a picture are not used; None where no row has one.
        sounds: (rows, N_SOUND_QUERIES, width), likewise.
    """
    embedded = network.get_input_embeddings()(packed.ids)
    for media, query in ((images, packed.image_query), (sounds, packed.sound_query)):
        if media is not None:
            index = query.clamp(min=0)[:, :, None].expand(-1, -1, media.shape[-1])
            embedded = torch.where((query >= 0)[:, :, None], media.to(embedded.dtype).gather(1, index), embedded)
    return embedded


def predict_answers(network: LlamaForCausalLM, packed: Packed, embedded: Tensor) -> Tensor:
    """Logits (answer tokens of the batch in order of rows, pieces) for the labels of `packed`."""
    hidden = network.model(
        inputs_embeds=embedded, attention_mask=packed.mask(), position_ids=packed.positions, use_cache=False
    ).last_hidden_state
    return network.lm_head(hidden[packed.labels != IGNORED])


def answer_loss(logits: Tensor, packed: Packed) -> Tensor:
    """Weighted mean cross-entropy (a scalar) of `predict_answers`' logits (answer tokens, pieces)."""
    chosen = packed.labels != IGNORED
    weights = packed.weights[chosen]
    return (cross_entropy(logits.float(), packed.labels[chosen], reduction="none") * weights).sum() / weights.sum()


def exact_matches(logits: Tensor, packed: Packed) -> list[bool]:
    """Whether each exchange's answer is right to the last piece, in order of rows and exchanges.

    The true answer is fed while predicting: all pieces are right exactly where greedy decoding gives that answer.
    `logits` are those of `predict_answers`, (answer tokens, pieces).
    """
    chosen = packed.labels != IGNORED
    right = logits.argmax(-1) == packed.labels[chosen]
    row = torch.arange(packed.ids.shape[0])[:, None].expand_as(packed.ids)[chosen]
    _, exchange = torch.unique_consecutive(row * 10_000 + packed.exchange[chosen], return_inverse=True)
    n_wrong = torch.zeros(int(exchange.max()) + 1, dtype=torch.long).index_add_(0, exchange, (~right).long())
    return (n_wrong == 0).tolist()
