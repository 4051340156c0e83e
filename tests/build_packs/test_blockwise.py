"""Blocks exported one at a time make one file that says what the whole network says."""

from __future__ import annotations

import gc
import weakref
from dataclasses import replace
from functools import partial

import numpy as np
import onnx
import pytest
import torch
from torch import Tensor, nn

from bubo_desktop.engine.sessions import Session
from build.blockwise import Block, Chain, chain_shapes, export_blocks, take
from build.checkpoint import LazyTensor
from build.errors import BuildError
from build.joined_graph import JoinedGraph
from build.tensor_table import random_tensors

WIDTH, N_LAYERS = 16, 4
AXES = {"x": {0: "batch", 1: "places"}}


class Join(nn.Module):
    """Adds the network's input to what became of it, and averages over the places."""

    def forward(self, values: Tensor, x: Tensor) -> Tensor:
        return (values + x).mean(1)


class Frozen(nn.Module):
    """Looks at a size in a way that an export would keep for ever."""

    def forward(self, values: Tensor) -> Tensor:
        return values * len(values)


def make_blocks(change=lambda tensors: tensors) -> list[Block]:
    """Linear layers, then a block with two inputs."""
    names = [f"layers.{number}" for number in range(N_LAYERS)]
    make = partial(nn.Linear, WIDTH, WIDTH)
    blocks = [Block(name, make, (source,)) for name, source in zip(names, ["x", *names], strict=False)]
    tensors = change(random_tensors(chain_shapes(blocks)))
    blocks = [Block(block.name, make, block.inputs, take(tensors, block.name)) for block in blocks]
    return [*blocks, Block("y", Join, (names[-1], "x"))]


def draw(n: int, places: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((n, places, WIDTH)).astype(np.float32)


@pytest.fixture
def calibration():
    return [{"x": draw(2, 3, seed)} for seed in range(2)]


@pytest.mark.parametrize(("quantize", "lowest"), [(False, 0.999999), (True, 0.998)])  # INT8: four layers of noise
def test_one_file_says_what_the_chain_says_for_any_sizes(calibration, tmp_path, quantize, lowest):
    target = tmp_path / "whole.onnx"
    quantized = export_blocks(make_blocks(), target, calibration, AXES, quantize=quantize)
    assert quantized.figures.get("layers_int8", 0) == (N_LAYERS if quantize else 0)
    assert quantized.figures["cosine"] > lowest
    session, chain = Session(target, 1, ["x"], ["y"]), Chain(make_blocks())
    for n, places in ((1, 1), (2, 3), (3, 7)):
        x = draw(n, places, seed=9)
        found, wanted = session.run(x=x)["y"], chain(x=torch.from_numpy(x)).numpy()
        assert found.shape == (n, WIDTH)
        assert np.vdot(found, wanted) / np.linalg.norm(found) / np.linalg.norm(wanted) > lowest


def test_what_needs_more_than_int8_is_named(calibration, tmp_path):
    limits = {"layers.1": 0.99997, "layers.2": 1.0}  # between the noise of blocks and that of plain INT8; none at all
    blocks = [replace(block, min_cosine=limits.get(block.name, 0.9)) for block in make_blocks()]
    quantized = export_blocks(blocks, tmp_path / "whole.onnx", calibration, AXES, quantize=True)
    assert quantized.figures["in_int8_blocks"] == "layers.1"
    assert quantized.figures["in_float32"] == "layers.2"
    assert [quantized.figures[f"layers_{name}"] for name in ("int8", "int8_blocks", "float32")] == [2, 1, 1]


def test_the_file_is_sound_and_stands_alone(calibration, tmp_path):
    target = tmp_path / "whole.onnx"
    export_blocks(make_blocks(), target, calibration, AXES, quantize=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["whole.onnx"]
    onnx.checker.check_model(target, full_check=True)
    graph = onnx.load(target).graph
    assert not any(onnx.external_data_helper.uses_external_data(tensor) for tensor in graph.initializer)
    sizes = [dim.dim_param or dim.dim_value for dim in graph.input[0].type.tensor_type.shape.dim]
    assert sizes == ["batch", "places", WIDTH]


def test_only_one_block_is_in_memory_at_a_time(calibration, tmp_path):
    alive: list[weakref.ref[np.ndarray]] = []
    most = 0

    def watch(tensor: LazyTensor) -> LazyTensor:
        def read() -> np.ndarray:
            nonlocal most
            gc.collect()
            values = tensor.read()
            alive.append(weakref.ref(values))
            most = max(most, sum(reference() is not None for reference in alive))
            return values

        return LazyTensor(tensor.shape, read)

    blocks = make_blocks(lambda tensors: {name: watch(tensor) for name, tensor in tensors.items()})
    export_blocks(blocks, tmp_path / "whole.onnx", calibration, AXES, quantize=True)
    assert len(alive) == 2 * N_LAYERS
    assert most == 2  # a layer's weight and bias


def test_every_block_that_does_not_fit_is_named_before_any_is_read(calibration, tmp_path):
    def change(tensors: dict[str, LazyTensor]) -> dict[str, LazyTensor]:
        wrong = LazyTensor((3, 3), lambda: pytest.fail("read"))
        return {**tensors, "layers.1.weight": wrong, "layers.3.bias": wrong, "layers.2.extra": wrong}

    with pytest.raises(BuildError) as caught:
        export_blocks(make_blocks(change), tmp_path / "whole.onnx", calibration, AXES, quantize=True)
    assert len(caught.value.problems) == 3
    for name, problem in zip(("layers.1", "layers.2", "layers.3"), caught.value.problems, strict=True):
        assert name in problem
    assert not any(tmp_path.iterdir())


def test_a_file_that_would_be_too_large_in_float_is_refused_before_any_work(calibration, tmp_path):
    make = partial(nn.Linear, 30_000, 30_000, bias=False)
    tensors = {"weight": LazyTensor((30_000, 30_000), lambda: pytest.fail("read"))}
    with pytest.raises(BuildError, match=r"3\.6 GB without quantization"):
        export_blocks([Block("y", make, ("x",), tensors)], tmp_path / "big.onnx", calibration, AXES, quantize=False)


def test_a_joined_file_that_became_too_large_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("build.joined_graph.MAX_BYTES", 10)
    joined = JoinedGraph(tmp_path / "joined")
    with pytest.raises(BuildError, match="holds at most"):
        joined.write(tmp_path / "big.onnx", [], [])


def test_a_size_that_would_be_frozen_is_an_error(calibration, tmp_path):
    with pytest.raises(torch.jit.TracerWarning):
        export_blocks([Block("y", Frozen, ("x",))], tmp_path / "y.onnx", calibration, AXES, quantize=False)
