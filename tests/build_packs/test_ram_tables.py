"""The tagger's tables of tensors, and the orders of places that its Swin transformer works in."""

from __future__ import annotations

from math import prod

import numpy as np
import pytest
import torch

from build.dims import RamDims
from build.errors import BuildError
from build.networks.ram import make_ram, ram_table, source_shapes
from build.networks.swin import neighbour_order, shift_mask, window_offsets, window_order
from build.tensor_table import random_tensors

SMALL = RamDims(
    img=48, embed=8, depths=(1, 2), heads=(1, 2), window=3,
    q_hidden=16, q_layers=2, q_heads=2, q_ffn=32, label_dim=8, classes=5,
)  # fmt: skip


def test_the_released_network_has_its_published_size():
    shapes = source_shapes(RamDims())
    # Swin-L has 195 million (arXiv 2103.14030, table 1, with a head of 1,000 classes instead of a projection).
    n_encoder = sum(prod(shape) for name, shape in shapes.items() if name.startswith("visual_encoder"))
    assert n_encoder == pytest.approx(195e6, rel=0.01)
    assert shapes["label_embed"] == (4585, 512)
    assert shapes["visual_encoder.layers.2.blocks.17.attn.relative_position_bias_table"] == (529, 24)


def test_no_two_tensors_have_one_name_and_the_first_queries_are_not_a_layers():
    names = ram_table(RamDims()).names
    assert len(set(names.values())) == len(names)
    assert not [name for name in names.values() if name.startswith("layers.0.query")]


@pytest.mark.parametrize("name", [
    "visual_encoder.layers.0.blocks.1.attn_mask",
    "visual_encoder.layers.2.blocks.0.attn.relative_position_index",
    "tag_encoder.embeddings.word_embeddings.weight",
    "text_decoder.cls.predictions.bias",
])  # fmt: skip
def test_tensors_for_captions_and_of_positions_are_dropped(name):
    shapes = source_shapes(SMALL)
    assert name not in ram_table(SMALL).select(random_tensors(shapes | {name: (2, 2)}))


def test_missing_and_unknown_tensors_are_named():
    shapes = source_shapes(SMALL)
    del shapes["fc.bias"]
    with pytest.raises(BuildError) as told:
        ram_table(SMALL).select(random_tensors(shapes | {"visual_encoder.head.weight": (2, 2)}))
    assert "fc.bias" in told.value.problems[0]
    assert "visual_encoder.head.weight" in told.value.problems[1]


def test_tensors_of_other_sizes_are_named():
    with pytest.raises(BuildError, match=r"wordvec_proj.weight \(16, 9\)"):
        make_ram(SMALL, random_tensors(source_shapes(SMALL) | {"wordvec_proj.weight": (16, 9)}))


def test_kept_labels_answer_as_they_do_among_all():
    tensors = random_tensors(source_shapes(SMALL))
    pixels = torch.randn(2, 3, 48, 48, generator=torch.Generator().manual_seed(0))
    all_of_them, some = make_ram(SMALL, tensors)(pixels), make_ram(SMALL, tensors, [3, 0])(pixels)
    np.testing.assert_allclose(some.numpy(), all_of_them[:, [3, 0]].numpy(), atol=1e-6)  # other sums in float32


def test_windows_hold_neighbours_also_where_they_are_shifted():
    assert window_order(4, 2, 0).tolist() == [0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15]
    assert window_order(4, 2, 1)[:4].tolist() == [5, 6, 9, 10]
    assert window_order(4, 2, 1).sort().values.tolist() == list(range(16))


def test_four_neighbours_are_merged_column_by_column():
    assert neighbour_order(4)[:8].tolist() == [0, 4, 1, 5, 2, 6, 3, 7]


def test_offsets_are_those_of_the_published_index():
    assert window_offsets(2).tolist() == [[4, 3, 1, 0], [5, 4, 2, 1], [7, 6, 4, 3], [8, 7, 5, 4]]


def test_places_that_were_no_neighbours_do_not_see_each_other():
    mask = shift_mask(4, 2, 1)[:, 0]
    assert (mask[0] == 0).all()  # the first window is whole
    assert (mask[3] == 0).sum() == 4  # the last is made of four corners: each place sees only itself
