"""The ways in which a matrix product can be stored and calculated, cheapest first, and what each leaves of its numbers.

`int8`: weights in INT8 per output, activations per tensor while running.
`int8_blocks`: both in INT8 for every `BLOCK` inputs by themselves, of every row and output; an outlier harms its own
block and row only. Of a layer of ViT-g (257 rows) it takes twice the time of `int8` and half that of float32.
`float32`: as it was.

Processors without VNNI multiply bytes in pairs of neighbours and add each pair in 16 bits, where it may saturate: the
same pack would then answer differently from machine to machine. ONNX Runtime's own quantiser can keep to 7 bits
against that. Here the weights are scaled so that no pair of them can overflow, whatever the activations are, which
leaves half of the error of 7 bits (first 8 layers of ViT-g, random weights: 1 - cosine 0.00037 instead of 0.00073; with
8 bits, 0.00026). Unsigned weights would not saturate, but take twice the time where there is VNNI.

Source: ONNX Runtime's operators DynamicQuantizeMatMul and MatMulNBits, and its documentation, Quantize ONNX Models,
"Data type selection".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, helper, numpy_helper

Array = NDArray[np.float32]
_Constants = Mapping[str, NDArray[np.generic]]
BLOCK = 64
LIMIT = 127
_ZERO = 128  # of MatMulNBits' unsigned bytes
_INT8_PRODUCTS = 4  # MatMulNBits' accuracy level whose products are of INT8
_OWN_OPERATORS = "com.microsoft"


def round_tensor(activations: Array) -> Array:
    """What is left of activations after INT8 with one scale and zero for all."""
    low, high = min(float(activations.min()), 0.0), max(float(activations.max()), 0.0)
    step = (high - low) / 255 or 1.0
    zero = round(-low / step)
    rounded: Array = (np.clip(np.round(activations / step) + zero, 0, 255) - zero) * step
    return rounded


def round_channels(weights: Array) -> Array:
    """What is left of weights (inputs, outputs) after INT8 with a scale for each output."""
    whole, steps = _quantize_channels(weights)
    return whole * steps


def round_blocks(rows: Array) -> Array:
    """What is left of rows (rows, inputs) after INT8 with a scale for every `BLOCK` inputs of a row."""
    whole, steps = _quantize_blocks(rows)
    rounded: Array = (whole * steps).reshape(len(rows), -1)[:, : rows.shape[1]]
    return rounded


Rounder = Callable[[Array], Array]
ROUNDERS: Mapping[str, tuple[Rounder, Rounder]] = {
    "int8": (round_tensor, round_channels),
    "int8_blocks": (round_blocks, lambda weights: round_blocks(weights.T).T),
}
"""For each way what it does to activations (rows, inputs) and to weights (inputs, outputs)."""


def read_weights(node: NodeProto, constants: Mapping[str, TensorProto]) -> Array | None:
    """The constant weights (inputs, outputs) of a node that multiplies with them and does nothing else but add a bias.

    None for any other node.
    """
    attributes = {attribute.name: helper.get_attribute_value(attribute) for attribute in node.attribute}
    flips = attributes.pop("transB", 0)
    plain = all(value == (1.0 if name in {"alpha", "beta"} else 0) for name, value in attributes.items())
    tensor = constants.get(node.input[1]) if node.op_type in {"MatMul", "Gemm"} and plain else None
    if tensor is None or len(tensor.dims) != 2:
        return None
    weights: Array = numpy_helper.to_array(tensor)
    return weights.T if flips else weights


def store_layers(path: Path, out: Path, precisions: Mapping[str, str]) -> None:
    """Copies a graph, with those nodes of `read_weights` whose names stand in `precisions` stored that way."""
    proto = onnx.load(path)
    constants = {tensor.name: tensor for tensor in proto.graph.initializer}
    replaced = set()
    for node in proto.graph.node:
        store, weights = _STORES.get(precisions.get(node.name, "")), read_weights(node, constants)
        if store is not None and weights is not None:
            replaced.add(node.input[1])
            proto.graph.initializer.extend(store(node, weights))
    unused = replaced - {name for node in proto.graph.node for name in node.input}
    kept = [tensor for tensor in proto.graph.initializer if tensor.name not in unused]
    del proto.graph.initializer[:]
    proto.graph.initializer.extend(kept)
    if _OWN_OPERATORS not in {operators.domain for operators in proto.opset_import}:
        proto.opset_import.append(helper.make_opsetid(_OWN_OPERATORS, 1))
    onnx.save(proto, out)


def _store_int8(node: NodeProto, weights: Array) -> list[TensorProto]:
    """Turns a product into DynamicQuantizeMatMul; returns its constants."""
    whole, steps = _quantize_channels(weights)
    constants: _Constants = {"int8": whole.astype(np.int8), "scales": steps, "zeros": np.zeros(steps.shape, np.int8)}
    return _replace(node, "DynamicQuantizeMatMul", constants, n_inputs=4)


def _store_blocks(node: NodeProto, weights: Array) -> list[TensorProto]:
    """Turns a product into MatMulNBits; returns its constants."""
    whole, steps = _quantize_blocks(weights.T)
    constants: _Constants = {"blocks": (whole + _ZERO).astype(np.uint8), "scales": steps[..., 0]}
    n_inputs, n_outputs = weights.shape
    sizes = {"K": n_inputs, "N": n_outputs, "block_size": BLOCK, "bits": 8, "accuracy_level": _INT8_PRODUCTS}
    return _replace(node, "MatMulNBits", constants, n_inputs=5, **sizes)


_STORES: Mapping[str, Callable[[NodeProto, Array], list[TensorProto]]] = {
    "int8": _store_int8,
    "int8_blocks": _store_blocks,
}


def _replace(
    node: NodeProto, operator: str, constants: _Constants, n_inputs: int, **attributes: int
) -> list[TensorProto]:
    """Makes another operator of a node; a bias follows the `n_inputs` inputs that the operator has before it."""
    tensors = [numpy_helper.from_array(values, f"{node.name}_{what}") for what, values in constants.items()]
    inputs = [node.input[0], *(tensor.name for tensor in tensors)]
    if len(node.input) > 2:
        inputs += [""] * (n_inputs - len(inputs)) + [node.input[2]]
    outputs, name = list(node.output), node.name
    node.CopyFrom(helper.make_node(operator, inputs, outputs, name, domain=_OWN_OPERATORS, **attributes))
    return tensors


def _quantize_channels(weights: Array) -> tuple[Array, Array]:
    """Whole numbers (inputs, outputs), and their steps (outputs).

    Of two neighbouring inputs' weights those of one sign add up to 128 at most: 255 x 128 fits 16 bits with sign.
    """
    pairs = np.pad(weights, ((0, len(weights) % 2), (0, 0))).reshape(-1, 2, weights.shape[1])
    sums = np.maximum(np.maximum(pairs, 0).sum(1), np.maximum(-pairs, 0).sum(1))
    steps = _steps(sums.max(0))  # of at most 127, to which rounding may add one
    return np.round(weights / steps), steps


def _quantize_blocks(rows: Array) -> tuple[Array, Array]:
    """Whole numbers (rows, blocks, BLOCK), the last block filled with zeros, and their steps (rows, blocks, 1)."""
    padded = np.pad(rows, ((0, 0), (0, -rows.shape[1] % BLOCK))).reshape(len(rows), -1, BLOCK)
    steps = _steps(np.abs(padded).max(2, keepdims=True))
    return np.round(padded / steps), steps


def _steps(largest: Array) -> Array:
    return np.where(largest == 0, np.float32(1), largest / np.float32(LIMIT))
