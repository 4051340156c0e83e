"""Conversations packed round one context are computed as each would be alone."""

from __future__ import annotations

import pytest
import torch

from build.nano.tongue import packing
from build.nano.tongue.network import answer_loss, create_network, embed_packed, exact_matches, predict_answers
from build.nano.tongue.packing import IGNORED, Packed, Row, pack_rows
from build.world.talk.kinds import Exchange

CONTROL = ("<Vision>", "</Vision>", "<Audio>", "</Audio>", "<Human>", "<Assistant>")
WORDS = "is there a dog ? yes no where it at the top left bell".split()
N_IMAGES, N_SOUNDS, WIDTH = 4, 2, 64


class Pieces:
    """Words as pieces."""

    bos, eos = 1, 2
    control = {piece: 3 + at for at, piece in enumerate(CONTROL)}  # noqa: RUF012

    def encode(self, text: str) -> tuple[int, ...]:
        return tuple(9 + WORDS.index(word) for word in text.split())


FIRST, SECOND = Exchange("exists", "is there a dog ?", "yes"), Exchange("it_where", "where is it ?", "at the top left")
OTHER = Exchange("exists", "is there a bell ?", "no")
N_PIECES = 9 + len(WORDS)


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    return create_network(N_PIECES, width=WIDTH, n_layers=2, feed_forward=96).eval()


def pack(*rows: Row) -> Packed:
    return pack_rows(Pieces(), rows, frozenset(Pieces().encode("dog top")))


def predict(network, packed: Packed) -> torch.Tensor:
    generator = torch.Generator().manual_seed(1)
    images = torch.randn(1, N_IMAGES, WIDTH, generator=generator).expand(2, -1, -1)
    sounds = torch.randn(1, N_SOUNDS, WIDTH, generator=generator).expand(2, -1, -1)
    with torch.no_grad():
        return predict_answers(network, packed, embed_packed(network, packed, images, sounds))


@pytest.mark.parametrize("n_blocks", [1, 2])
def test_chains_of_one_row_are_computed_as_in_rows_of_their_own(network, monkeypatch, n_blocks) -> None:
    if n_blocks == 2:  # as long as the longest chain needs and no longer
        monkeypatch.setattr(packing, "_BLOCK_LENGTH", 1)
        monkeypatch.setattr(packing, "_LENGTH_STEP", 1)
    packed = pack(Row(N_IMAGES, N_SOUNDS, ((FIRST, SECOND), (OTHER,))))
    assert len(packed.blocks) == n_blocks
    together = predict(network, packed)
    apart = predict(network, pack(Row(N_IMAGES, N_SOUNDS, ((FIRST, SECOND),)), Row(N_IMAGES, N_SOUNDS, ((OTHER,),))))
    # The mask is bfloat16, and sums run over other lengths.
    torch.testing.assert_close(together, apart, atol=1e-4, rtol=1e-4)


def test_a_later_turn_depends_on_the_earlier_one(network) -> None:
    with_dog = predict(network, pack(Row(N_IMAGES, 0, ((FIRST, SECOND),))))
    with_bell = predict(network, pack(Row(N_IMAGES, 0, ((OTHER, SECOND),))))
    n_last = len(SECOND.answer.split()) + 1
    assert not torch.allclose(with_dog[-n_last:], with_bell[-n_last:], atol=1e-3)


def test_a_row_reads_as_the_prompt_of_a_pack_does() -> None:
    packed = pack(Row(2, 1, ((FIRST, SECOND),)))
    control, encode = Pieces.control, Pieces().encode
    wanted = [
        1, control["<Human>"], control["<Audio>"], 0, control["</Audio>"], control["<Vision>"], 0, 0,
        control["</Vision>"], *encode(FIRST.question), control["<Assistant>"], *encode(FIRST.answer), 2,
        control["<Human>"], *encode(SECOND.question), control["<Assistant>"], *encode(SECOND.answer), 2,
    ]  # fmt: skip
    assert packed.ids.tolist() == wanted
    assert packed.positions.tolist() == list(range(len(wanted)))
    assert packed.sound_query[3] == 0
    assert packed.image_query[6:8].tolist() == [0, 1]


def test_only_answers_are_learnt_and_what_is_looked_up_counts_most() -> None:
    packed = pack(Row(0, 0, ((SECOND,),)))
    learnt = packed.labels != IGNORED
    assert packed.labels[learnt].tolist() == [*Pieces().encode(SECOND.answer), Pieces.eos]
    assert packed.weights[learnt].tolist() == pytest.approx([1.0, 0.3, 1.0, 0.3, 0.3])  # `at` decides; `top` is content


def test_an_answer_counts_as_right_only_as_a_whole() -> None:
    packed = pack(Row(0, 0, ((FIRST,), (SECOND,))))
    labels = packed.labels[packed.labels != IGNORED]
    logits = torch.nn.functional.one_hot(labels, N_PIECES).float() * 50
    assert exact_matches(logits, packed).tolist() == [True, True]
    assert float(answer_loss(logits, packed)[0]) < 1e-6
    logits[-1] = logits[-1].roll(1)
    assert exact_matches(logits, packed).tolist() == [True, False]
