"""The one way the language network's inputs are packed, in pre-training and in alignment alike.

A row is one context, `<s><Human>[<Audio> rows </Audio>][<Vision> rows </Vision>]`, followed by chains: conversations
about it, each turn `question <Assistant> answer </s>`, with `<Human>` before all but the first. A chain sees the
context and itself alone, and its positions go on from the context's end: each is computed exactly as if it stood alone,
the context is paid for once.

All tokens of a batch stand behind each other without padding. They attend to each other in blocks: the context, and
behind it as many whole chains as have room.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import chain, count
from typing import NamedTuple, Protocol

import torch
from torch import Tensor

from build.world.talk.kinds import Exchange

IGNORED = -100
_BLOCK_LENGTH = 96  # tokens that a block has room for at least
_LENGTH_STEP = 32  # blocks' lengths are multiples of it: few different shapes, for which kernels are prepared once
_TEMPLATE_WEIGHT = 0.3  # of an answer's token that any answer of its kind has; tokens to look up weigh 1


class Pieces(Protocol):
    """What packing asks of a tokenizer."""

    bos: int
    eos: int
    control: dict[str, int]

    def encode(self, text: str) -> tuple[int, ...]:
        """The ids of a text's pieces."""
        ...


@dataclass(frozen=True, slots=True)
class Row:
    """How many rows of media the context has, 0 for none, and the conversations about it."""

    n_image_queries: int
    n_sound_queries: int
    chains: tuple[tuple[Exchange, ...], ...]


@dataclass(frozen=True, slots=True)
class Packed:
    """A batch: n tokens behind each other, and the blocks in which they attend to each other.

    Attributes:
        ids: int64 (n,) token ids; positions of media rows hold 0.
        positions: int64 (n,) position ids.
        number: int64 (n,), the exchange's number in the batch where an answer is to be predicted, -1 elsewhere.
        labels: int64 (n,) token that this position must predict, IGNORED elsewhere.
        weights: float32 (n,) of each label in the loss.
        image_query, sound_query: int64 (n,) number of the media row that stands here, counted through the rows of the
            batch, a picture's or sound's after that of the row before; -1 elsewhere.
        blocks: int64 (blocks, length), the tokens of each; 0 in padding.
        chain: int64 (blocks, length), 0 in the context, k in the block's k-th chain, -1 in padding.
        home: int64 (n,), where in the flattened blocks a token stands; a context's is in the first block of its row.
    """

    ids: Tensor
    positions: Tensor
    number: Tensor
    labels: Tensor
    weights: Tensor
    image_query: Tensor
    sound_query: Tensor
    blocks: Tensor
    chain: Tensor
    home: Tensor

    def mask(self) -> Tensor:
        """bfloat16 (blocks, 1, length, length): 0 where a token of a block sees another, -10000 where not."""
        of, seen = self.chain[:, :, None], self.chain[:, None, :]
        length = self.chain.shape[1]
        causal = torch.ones(length, length, dtype=torch.bool, device=self.chain.device).tril()
        sees = ((seen == 0) | (seen == of)) & causal
        return torch.zeros(sees.shape, dtype=torch.bfloat16, device=sees.device).masked_fill_(~sees, -1e4)[:, None]

    def to(self, device: torch.device) -> Packed:
        """The same on a device."""
        return Packed(*(getattr(self, field.name).to(device) for field in fields(self)))


class _Cell(NamedTuple):
    """The fields of `Packed` of one token."""

    piece: int = 0
    position: int = 0
    number: int = -1
    label: int = IGNORED
    weight: float = 0.0
    image_query: int = -1
    sound_query: int = -1


def pack_rows(pieces: Pieces, rows: Sequence[Row], content: frozenset[int]) -> Packed:
    """Lays rows out as one batch; `content` are the pieces that an answer's truth hangs on.

    All rows that have a picture have as many image queries, and so it is with sounds.
    """
    numbers = count()
    cells: list[_Cell] = []
    starts: list[int] = []
    lengths: list[list[int]] = []  # of each row's context and chains
    for at, row in enumerate(rows):
        context = list(_lay_out_context(pieces, row, at))
        chains = [list(_lay_out_chain(pieces, exchanges, len(context), content, numbers)) for exchanges in row.chains]
        starts.append(len(cells))
        lengths.append([len(context), *map(len, chains)])
        cells += chain.from_iterable((context, *chains))
    table = torch.tensor(cells, dtype=torch.float64)
    columns = [
        column.float() if name == "weight" else column.long()
        for name, column in zip(_Cell._fields, table.unbind(-1), strict=True)
    ]
    return Packed(*(*columns, *_lay_out_blocks(starts, lengths, len(cells))))


class _Block(NamedTuple):
    """The tokens of a block, and the chain that each is of."""

    tokens: list[int]
    chain: list[int]

    def copy(self) -> _Block:
        """One that can be added to."""
        return _Block(list(self.tokens), list(self.chain))


def _lay_out_blocks(
    starts: Sequence[int], lengths: Sequence[Sequence[int]], n_tokens: int
) -> tuple[Tensor, Tensor, Tensor]:
    """`blocks`, `chain` and `home` of rows that begin at `starts`, by the lengths of their contexts and chains."""
    needed = max(_BLOCK_LENGTH, *(row[0] + max(row[1:]) for row in lengths))
    length = -(-needed // _LENGTH_STEP) * _LENGTH_STEP
    blocks = [block for start, row in zip(starts, lengths, strict=True) for block in _fill_blocks(start, row, length)]
    tokens = torch.tensor([block.tokens + [0] * (length - len(block.tokens)) for block in blocks])
    chain = torch.tensor([block.chain + [-1] * (length - len(block.chain)) for block in blocks])
    used = (chain >= 0).flatten().nonzero()[:, 0]
    home = torch.full((n_tokens,), tokens.numel())
    return tokens, chain, home.scatter_reduce_(0, tokens.flatten()[used], used, "amin")


def _fill_blocks(start: int, lengths: Sequence[int], n_room: int) -> Iterator[_Block]:
    """The blocks of one row: its context, and behind it as many chains as have room, in their order."""
    n_context, *chains = lengths
    at = start + n_context
    context = _Block(list(range(start, at)), [0] * n_context)
    block, number = context.copy(), 0
    for length in chains:
        if len(block.tokens) + length > n_room:
            yield block
            block, number = context.copy(), 0
        number += 1
        block.tokens.extend(range(at, at + length))
        block.chain.extend([number] * length)
        at += length
    yield block


def _lay_out_chain(
    pieces: Pieces, exchanges: Sequence[Exchange], position: int, content: frozenset[int], numbers: Iterator[int]
) -> Iterator[_Cell]:
    for turn, exchange in enumerate(exchanges):
        cells = list(_lay_out_turn(pieces, exchange, content, next(numbers), starts=turn == 0))
        yield from (cell._replace(position=position + at) for at, cell in enumerate(cells))
        position += len(cells)


def _lay_out_turn(
    pieces: Pieces, exchange: Exchange, content: frozenset[int], number: int, *, starts: bool
) -> Iterator[_Cell]:
    question = (*(() if starts else (pieces.control["<Human>"],)), *pieces.encode(exchange.question))
    answer = (*pieces.encode(exchange.answer), pieces.eos)
    yield from (_Cell(piece) for piece in question)
    for place, (piece, label) in enumerate(zip((pieces.control["<Assistant>"], *answer[:-1]), answer, strict=True)):
        weight = 1.0 if label in content or place == 0 else _TEMPLATE_WEIGHT
        yield _Cell(piece, number=number, label=label, weight=weight)
    yield _Cell(pieces.eos)


def _lay_out_context(pieces: Pieces, row: Row, at: int) -> Iterator[_Cell]:
    """The context of the batch's row number `at`."""
    control = pieces.control
    cells = [_Cell(pieces.bos), _Cell(control["<Human>"])]
    if row.n_sound_queries:
        queries = (at * row.n_sound_queries + number for number in range(row.n_sound_queries))
        cells += [_Cell(control["<Audio>"]), *(_Cell(sound_query=query) for query in queries)]
        cells += [_Cell(control["</Audio>"])]
    if row.n_image_queries:
        queries = (at * row.n_image_queries + number for number in range(row.n_image_queries))
        cells += [_Cell(control["<Vision>"]), *(_Cell(image_query=query) for query in queries)]
        cells += [_Cell(control["</Vision>"])]
    return (cell._replace(position=position) for position, cell in enumerate(cells))
