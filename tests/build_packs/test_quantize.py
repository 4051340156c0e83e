"""A layer becomes INT8 where calibration shows that it may; else it gets more, up to float32."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from torch import nn

from build.onnx_export import Inputs, export_onnx
from build.quantize import cosine, quantize_int8

WIDTH = 64
OUTLIER_CHANNEL = 3
FIRST, SECOND = "/0/MatMul", "/2/MatMul"


def draw_inputs(outlier: float = 0.0, rows: slice = slice(None)) -> list[Inputs]:
    """Three batches; one number of some rows is an outlier where wanted."""
    inputs = [np.random.default_rng(seed).standard_normal((2, 20, WIDTH)).astype(np.float32) for seed in range(3)]
    for batch in inputs:
        batch[:, rows, OUTLIER_CHANNEL] += outlier
    return [{"x": batch} for batch in inputs]


def write_network(path: Path, *layers: nn.Module) -> Path:
    torch.manual_seed(0)
    for layer in layers:
        if isinstance(layer, nn.Linear):
            layer.reset_parameters()
    example = torch.zeros(2, 20, WIDTH)
    export_onnx(nn.Sequential(*layers), (example,), path, ["x"], ["y"], {"x": {0: "batch"}, "y": {0: "batch"}})
    return path


@pytest.fixture
def network(tmp_path):
    """The first layer hardly looks at the channel that may have outliers, as trained networks do."""
    first = nn.Linear(WIDTH, WIDTH)
    path = write_network(tmp_path / "network.onnx", first, nn.Tanh(), nn.Linear(WIDTH, WIDTH))
    proto = onnx.load(path)
    for tensor in proto.graph.initializer:
        values = onnx.numpy_helper.to_array(tensor).copy()
        if values.shape == (WIDTH, WIDTH):
            values[OUTLIER_CHANNEL] *= 1e-3
            tensor.CopyFrom(onnx.numpy_helper.from_array(values, tensor.name))
    onnx.save(proto, path)
    return path


def weights_int8(path: Path) -> int:
    return sum(
        tensor.data_type == onnx.TensorProto.INT8 and len(tensor.dims) == 2
        for tensor in onnx.load(path).graph.initializer
    )


def test_well_behaved_layers_become_int8(network, tmp_path):
    target = tmp_path / "small.onnx"
    quantized = quantize_int8(network, target, draw_inputs())
    assert quantized.kept == ()
    assert weights_int8(target) == quantized.figures["layers_int8"] == 2
    # weights and activations of 8 bits leave between 1 and 2 % of noise a layer
    assert 0.999 < quantized.figures["cosine"] < 1
    assert 0.999 < quantized.figures["lowest_layer_cosine"] < 1


def test_a_row_that_harms_all_others_makes_a_layer_keep_blocks_apart(network, tmp_path):
    inputs = draw_inputs(outlier=500, rows=slice(1))
    quantized = quantize_int8(network, tmp_path / "careful.onnx", inputs, min_cosine=0.95)
    assert quantized.precisions == {FIRST: "int8_blocks", SECOND: "int8"}  # behind tanh there are no outliers
    assert quantized.kept == ()
    assert quantized.figures["layers_int8_blocks"] == quantized.figures["layers_int8"] == 1
    assert quantized.figures["cosine"] > 0.95


def test_a_layer_whose_every_row_has_outliers_stays_float32(network, tmp_path):
    inputs = draw_inputs(outlier=500)
    quantized = quantize_int8(network, tmp_path / "careful.onnx", inputs)
    assert quantized.precisions == {FIRST: "float32", SECOND: "int8"}
    assert quantized.kept == (FIRST,)
    assert quantized.figures["layers_float32"] == quantized.figures["layers_int8"] == 1
    careless = quantize_int8(network, tmp_path / "careless.onnx", inputs, min_cosine=-1)
    assert careless.kept == ()
    assert 1 - careless.figures["cosine"] > 20 * (1 - quantized.figures["cosine"])


def test_layers_can_be_kept_whatever_is_measured(network, tmp_path):
    quantized = quantize_int8(network, tmp_path / "small.onnx", draw_inputs(), keep=lambda name: name == SECOND)
    assert quantized.kept == (SECOND,)


def test_nothing_need_become_int8(network, tmp_path):
    target = tmp_path / "small.onnx"
    quantized = quantize_int8(network, target, draw_inputs(), keep=lambda _: True)
    assert quantized.kept == (FIRST, SECOND)
    assert weights_int8(target) == 0
    assert "lowest_layer_cosine" not in quantized.figures


def test_products_of_two_dimensions_are_layers_too(tmp_path):
    path = tmp_path / "flat.onnx"
    torch.manual_seed(0)
    export_onnx(nn.Linear(WIDTH, 8), (torch.zeros(4, WIDTH),), path, ["x"], ["y"])
    assert [node.op_type for node in onnx.load(path).graph.node] == ["Gemm"]
    inputs = [{"x": np.random.default_rng(0).standard_normal((4, WIDTH)).astype(np.float32)}]
    quantized = quantize_int8(path, tmp_path / "small.onnx", inputs)
    assert quantized.figures["layers_int8"] == 1
    assert quantized.figures["cosine"] > 0.999


def test_cosine_of_zeros():
    assert cosine(np.zeros(3, np.float32), np.zeros(3, np.float32)) == 1
    assert cosine(np.zeros(3, np.float32), np.ones(3, np.float32)) == 0
