"""What is measured of a precision is what the runtime then does."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from torch import nn

from bubo_desktop.engine.sessions import Session
from build.onnx_export import export_onnx
from build.precision import ROUNDERS, read_weights, round_blocks, round_tensor, store_layers

N_INPUTS, N_OUTPUTS = 200, 24  # three blocks, and a fourth that is not full


def write_layer(path: Path, *, flat: bool) -> nn.Linear:
    """Writes one product with a bias: of two dimensions a Gemm, of three a MatMul and an Add."""
    torch.manual_seed(0)
    layer = nn.Linear(N_INPUTS, N_OUTPUTS)
    example = torch.zeros(30, N_INPUTS) if flat else torch.zeros(1, 30, N_INPUTS)
    export_onnx(layer, (example,), path, ["x"], ["y"])
    return layer


@pytest.mark.parametrize("flat", [True, False])
@pytest.mark.parametrize("precision", ROUNDERS)
def test_the_runtime_does_what_was_measured(tmp_path, precision, flat):
    path, target = tmp_path / "layer.onnx", tmp_path / "small.onnx"
    layer = write_layer(path, flat=flat)
    (product,) = (node for node in onnx.load(path).graph.node if node.op_type in {"MatMul", "Gemm"})
    store_layers(path, target, {product.name: precision})
    x = np.random.default_rng(0).standard_normal((30, N_INPUTS)).astype(np.float32)
    x[3, 7] = 30
    found = Session(target, 1).run(x=x if flat else x[None])["y"].reshape(30, N_OUTPUTS)
    weights, bias = layer.weight.detach().numpy().T, layer.bias.detach().numpy()
    round_rows, round_weights = ROUNDERS[precision]
    loss = np.abs(found - x @ weights - bias).max()
    assert loss > 0
    # a few numbers lie on the edge between two steps and fall either way
    np.testing.assert_allclose(found, round_rows(x) @ round_weights(weights) + bias, atol=0.1 * loss)


def test_the_weights_are_stored_once(tmp_path):
    path, target = tmp_path / "layer.onnx", tmp_path / "small.onnx"
    write_layer(path, flat=True)
    store_layers(path, target, {node.name: "int8" for node in onnx.load(path).graph.node})
    stored = {tensor.name: tensor.data_type for tensor in onnx.load(target).graph.initializer if len(tensor.dims) == 2}
    assert list(stored.values()) == [onnx.TensorProto.INT8]


def test_a_product_that_does_more_is_left_alone():
    weights = onnx.numpy_helper.from_array(np.ones((3, 2), np.float32), "w")
    for attributes in ({"alpha": 0.5}, {"transA": 1}):
        assert read_weights(onnx.helper.make_node("Gemm", ["x", "w"], ["y"], **attributes), {"w": weights}) is None
    plain = onnx.helper.make_node("Gemm", ["x", "w"], ["y"], alpha=1.0, beta=1.0, transB=1)
    np.testing.assert_array_equal(read_weights(plain, {"w": weights}), np.ones((2, 3)))
    assert read_weights(plain, {}) is None


@pytest.mark.parametrize("n_inputs", [50, 51])
def test_no_pair_of_weights_can_overflow_sixteen_bits(tmp_path, n_inputs):
    torch.manual_seed(0)
    layer, path, target = nn.Linear(n_inputs, 400), tmp_path / "layer.onnx", tmp_path / "small.onnx"
    export_onnx(layer, (torch.zeros(1, n_inputs),), path, ["x"], ["y"])
    store_layers(path, target, {node.name: "int8" for node in onnx.load(path).graph.node})
    (stored,) = (tensor for tensor in onnx.load(target).graph.initializer if len(tensor.dims) == 2)
    whole = onnx.numpy_helper.to_array(stored).astype(int)
    pairs = np.pad(whole, ((0, n_inputs % 2), (0, 0))).reshape(-1, 2, 400)
    for sign in (1, -1):  # with activations from 0 to 255 the worst are those that take one sign only
        assert (255 * np.maximum(sign * pairs, 0).sum(1)).max() < 2**15
    assert np.abs(whole).max() > 64  # more than the 7 bits that would do as well


def test_an_outlier_harms_its_own_block_of_its_own_row_only():
    rows = np.random.default_rng(0).standard_normal((4, 192)).astype(np.float32)
    rows[1, 70] = 1000
    harmed = np.abs(round_blocks(rows) - rows) > 0.05
    assert harmed[1, 64:128].any()
    harmed[1, 64:128] = False
    assert not harmed.any()
    assert (np.abs(round_tensor(rows) - rows) > 0.05).mean() > 0.9


def test_zeros_stay_zeros():
    zeros = np.zeros((3, 70), np.float32)
    for round_rows, round_weights in ROUNDERS.values():
        np.testing.assert_array_equal(round_rows(zeros), zeros)
        np.testing.assert_array_equal(round_weights(zeros), zeros)
