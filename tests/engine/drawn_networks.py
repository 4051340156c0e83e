"""Small ONNX networks whose outputs follow from drawn red and blue squares, or from loud tones, by arithmetic.

Their inputs are normalised with mean 0.5 and std 0.5, so a colour's coverage of a pixel is half the difference of two
channels: 1 in the square, 0 on grey, between on an antialiased edge.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from bubo_desktop.packs.manifest import (
    CropSegmenter,
    HearingPart,
    MelInput,
    PixelInput,
    QueryGrounder,
    SoundTaggerPart,
    TaggerPart,
    VisionPart,
)

PIXELS = PixelInput(128, 128, "letterbox", (0.5,) * 3, (0.5,) * 3, "bilinear")
MEL = MelInput(16_000, 16, 100, -4.268, 9.138, 1.0)
LABELS = ("red square", "blue square")
COLOURS = ("red", "blue")


def write_network(
    path: Path,
    nodes: list[onnx.NodeProto],
    constants: dict[str, np.ndarray],
    inputs: dict[str, list],
    outputs: dict[str, list],
) -> None:
    """Writes a float32 graph; shapes may hold names."""

    def describe(values: dict[str, list]) -> list[onnx.ValueInfoProto]:
        return [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in values.items()]

    initialisers = [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()]
    graph = helper.make_graph(nodes, "drawn", describe(inputs), describe(outputs), initialisers)
    network = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(network)
    path.write_bytes(network.SerializeToString())


def _node(kind: str, inputs: str, output: str, **attributes: object) -> onnx.NodeProto:
    return helper.make_node(kind, inputs.split(), [output], **attributes)


# Red minus green and blue minus green, halved: a 1 x 1 convolution from RGB to the coverage by red and by blue.
_COVERAGE = np.array([[0.5, -0.5, 0], [0, -0.5, 0.5]], np.float32)[:, :, None, None]


def write_grounder(folder: Path) -> QueryGrounder:
    """Two places, one for the red square and one for the blue, with their exact boxes."""
    grid = ((np.arange(128) + 0.5) / 128).astype(np.float32)
    nodes = [
        _node("Conv", "pixel_values coverage", "raw"),
        _node("Clip", "raw zero one", "covered"),
        _node("ReduceMax", "covered", "columns", axes=[2], keepdims=0),  # [1, 2, W]
        _node("ReduceMax", "covered", "rows", axes=[3], keepdims=0),
        *_span("columns", "x"),
        *_span("rows", "y"),
        _node("Concat", "x0 y0 x1 y1", "boxes", axis=2),
        _node("ReduceMax", "covered", "seen", axes=[2, 3], keepdims=0),  # [1, 2]
        _node("Unsqueeze", "seen last", "presence"),
        _node("Mul", "presence strength", "features"),
        _node("Transpose", "queries", "phrases"),
        _node("MatMul", "features phrases", "logits"),
    ]
    constants = {
        "coverage": _COVERAGE, "zero": np.float32(0), "one": np.float32(1), "grid": grid, "half": np.float32(0.5),
        "little": np.float32(1e-6), "width": np.float32(1 / 128), "last": np.array([2]),
        "strength": np.array([[[5, -5], [-5, 5]]], np.float32), "axis": np.array([2]),
    }  # fmt: skip
    inputs = {"pixel_values": [1, 3, 128, 128], "queries": ["phrases", 2]}
    write_network(folder / "grounder.onnx", nodes, constants, inputs, {"logits": [1, 2, "phrases"], "boxes": [1, 2, 4]})
    vectors = np.array([[1, -1], [-1, 1], [1, -1], [-1, 1]], np.float32)
    np.savez(folder / "queries.npz", labels=np.array([*LABELS, *COLOURS]), vectors=vectors)
    return QueryGrounder("grounder.onnx", PIXELS, "queries.npz", COLOURS, 0.9, 0.5)


def _span(profile: str, axis: str) -> list[onnx.NodeProto]:
    """Begin and end of a run of ones with fractional edges: its centre of mass and half its sum, in 0..1."""
    return [
        _node("ReduceSum", f"{profile} axis", f"{axis}_mass", keepdims=1),
        _node("Mul", f"{profile} grid", f"{axis}_weighted"),
        _node("ReduceSum", f"{axis}_weighted axis", f"{axis}_moment", keepdims=1),
        _node("Add", f"{axis}_mass little", f"{axis}_safe"),
        _node("Div", f"{axis}_moment {axis}_safe", f"{axis}_centre"),
        _node("Mul", f"{axis}_mass width", f"{axis}_length"),
        _node("Mul", f"{axis}_length half", f"{axis}_radius"),
        _node("Sub", f"{axis}_centre {axis}_radius", f"{axis}0"),
        _node("Add", f"{axis}_centre {axis}_radius", f"{axis}1"),
    ]


def write_segmenter(folder: Path, refines_boxes: bool = True) -> CropSegmenter:
    """Positive where red covers more than half."""
    nodes = [
        _node("Conv", "crops coverage", "covered"),
        _node("Squeeze", "covered channel", "flat"),
        _node("Sub", "flat half", "mask_logits"),
    ]
    # Crops are normalised by 0.25, so red minus green is 4; the fourth channel is the box.
    constants = {
        "coverage": np.array([0.25, -0.25, 0, 0], np.float32)[None, :, None, None],
        "channel": np.array([1]), "half": np.float32(0.5),
    }  # fmt: skip
    write_network(
        folder / "mask.onnx", nodes, constants, {"crops": ["boxes", 4, 48, 48]}, {"mask_logits": ["boxes", 48, 48]}
    )
    return CropSegmenter("mask.onnx", 48, 0.2, refines_boxes)


def write_tagger(folder: Path) -> TaggerPart:
    """A colour's logit is 10 where it covers a pixel somewhere, -10 where it does not."""
    nodes = [
        _node("Conv", "pixel_values coverage", "covered"),
        _node("ReduceMax", "covered", "seen", axes=[2, 3], keepdims=0),
        _node("Sub", "seen half", "signed"),
        _node("Mul", "signed twenty", "logits"),
    ]
    constants = {"coverage": _COVERAGE, "half": np.float32(0.5), "twenty": np.float32(20)}
    write_network(folder / "tagger.onnx", nodes, constants, {"pixel_values": [1, 3, 128, 128]}, {"logits": [1, 2]})
    return TaggerPart("tagger.onnx", PIXELS, LABELS, (0.5, 0.9))


def write_vision(folder: Path) -> VisionPart:
    """Four embeddings of width 3: the mean colour of each quarter of the input."""
    nodes = [
        _node("AveragePool", "pixel_values", "quarters", kernel_shape=[64, 64], strides=[64, 64]),
        _node("Reshape", "quarters shape", "flat"),
        _node("Transpose", "flat", "embeddings", perm=[0, 2, 1]),
    ]
    write_network(
        folder / "vision.onnx", nodes, {"shape": np.array([1, 3, 4])},
        {"pixel_values": [1, 3, 128, 128]}, {"embeddings": [1, 4, 3]},
    )  # fmt: skip
    return VisionPart("vision.onnx", PIXELS, 4)


def write_hearing(folder: Path) -> HearingPart:
    """One embedding of width 16: the mean of each mel band over all clips."""
    nodes = [
        _node("ReduceMean", "mel", "mean", axes=[1, 2, 4], keepdims=0),
        _node("Unsqueeze", "mean axis", "embeddings"),
    ]
    write_network(
        folder / "hearing.onnx", nodes, {"axis": np.array([1])},
        {"mel": [1, "clips", 1, 16, 100]}, {"embeddings": [1, 1, 16]},
    )  # fmt: skip
    return HearingPart("hearing.onnx", MEL, 1)


def write_sound_tagger(folder: Path) -> SoundTaggerPart:
    """Four steps of 0.25 s; `low` and `high` hold where the loudest of the lower or upper eight bands is loud."""
    nodes = [
        _node("Reshape", "mel shape", "steps"),  # low and high, bands, steps, frames
        _node("ReduceMax", "steps", "loudest", axes=[1, 3], keepdims=0),
        _node("Sub", "loudest half", "above"),
        _node("Mul", "above twenty", "scaled"),
        _node("Transpose", "scaled", "turned"),
        _node("Unsqueeze", "turned first", "logits"),
    ]
    constants = {
        "shape": np.array([2, 8, 4, 25]), "half": np.float32(0.5), "twenty": np.float32(20), "first": np.array([0]),
    }  # fmt: skip
    write_network(folder / "sounds.onnx", nodes, constants, {"mel": [1, 1, 1, 16, 100]}, {"logits": [1, 4, 2]})
    return SoundTaggerPart("sounds.onnx", MEL, ("low", "high"), (0.5, 0.5), 0.25)


def write_endless(path: Path) -> None:
    """A loop of 2^62 rounds."""
    body = helper.make_graph(
        [_node("Identity", "going", "goes_on"), _node("Sin", "value", "next")],
        "round",
        [
            helper.make_tensor_value_info("round", TensorProto.INT64, []),
            helper.make_tensor_value_info("going", TensorProto.BOOL, []),
            helper.make_tensor_value_info("value", TensorProto.FLOAT, [1]),
        ],
        [
            helper.make_tensor_value_info("goes_on", TensorProto.BOOL, []),
            helper.make_tensor_value_info("next", TensorProto.FLOAT, [1]),
        ],
    )
    loop = helper.make_node("Loop", ["rounds", "true", "x"], ["y"], body=body)
    write_network(path, [loop], {"rounds": np.int64(2**62), "true": np.bool_(True)}, {"x": [1]}, {"y": [1]})
