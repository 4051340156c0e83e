"""A small pack of real parts, and what somebody with bad intentions may do to it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from bubo_desktop.data import Sampling
from bubo_desktop.packs.manifest import (
    MANIFEST_NAME,
    Parts,
    SelfTestCase,
    VisionPart,
)
from tests.engine import drawn_networks, tiny_language, tiny_projector
from tests.engine.drawn_pictures import RED, draw_squares
from tests.fakes.parts import fake_manifest

WIDTH = 64
Harm = Callable[[Path], None]


def write_pack(folder: Path, *, projector: bool = False) -> None:
    """Writes a pack that sees, answers and points, and asks itself about a picture when it is checked."""
    folder.mkdir(exist_ok=True)
    Image.fromarray(draw_squares(160, 120, {(20, 20, 90, 90): RED})).save(folder / "red.png")
    parts = Parts(
        language=tiny_language.write_part(folder),
        vision=None if projector else _write_vision(folder),
        projector=tiny_projector.write_llava(folder / "mmproj.gguf", WIDTH) if projector else None,
        tagger=drawn_networks.write_tagger(folder),
        grounder=drawn_networks.write_grounder(folder),
        segmenter=drawn_networks.write_segmenter(folder),
        sound_tagger=drawn_networks.write_sound_tagger(folder),
    )
    manifest = msgspec.structs.replace(
        fake_manifest(), id="hostile", parts=parts, closed_world=None, sampling=Sampling(max_tokens=3),
        self_test=(SelfTestCase("what is this", image="red.png"),), vocabulary_file="words.json",
    )  # fmt: skip
    (folder / "words.json").write_text("[]")
    (folder / MANIFEST_NAME).write_bytes(msgspec.json.encode(manifest))
    vouch(folder)


def vouch(folder: Path) -> None:
    """Makes the manifest list the folder's plain files as they are now, as their maker would."""
    manifest = json.loads((folder / MANIFEST_NAME).read_bytes())
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != MANIFEST_NAME)
    manifest["files"] = [
        {
            "path": path.relative_to(folder).as_posix(),
            "size_bytes": path.stat().st_size,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        for path in files
    ]
    (folder / MANIFEST_NAME).write_text(json.dumps(manifest))


def says(path: str, value: Any) -> Harm:
    """The manifest says this at a path such as `parts.language.n_ctx`."""

    def harm(folder: Path) -> None:
        manifest = json.loads((folder / MANIFEST_NAME).read_bytes())
        *steps, last = path.split(".")
        inner = manifest
        for step in steps:
            inner = inner[step]
        inner[last] = value
        (folder / MANIFEST_NAME).write_text(json.dumps(manifest))

    return harm


def writes(name: str, content: bytes) -> Harm:
    """A file holds something else."""

    def harm(folder: Path) -> None:
        (folder / name).write_bytes(content)

    return harm


def holds(name: str, content: bytes) -> Harm:
    """A file holds something else, and the manifest vouches for it."""

    def harm(folder: Path) -> None:
        (folder / name).write_bytes(content)
        vouch(folder)

    return harm


def cuts(name: str, share: float) -> Harm:
    """Only this share of a file is left, and the manifest vouches for it."""
    return lambda folder: holds(name, (folder / name).read_bytes()[: int((folder / name).stat().st_size * share)])(
        folder
    )


def flips(name: str, at: float) -> Harm:
    """A bit of a file is flipped this far into it, and the manifest vouches for it."""

    def harm(folder: Path) -> None:
        content = bytearray((folder / name).read_bytes())
        content[int(len(content) * at)] ^= 0x10
        holds(name, bytes(content))(folder)

    return harm


def renames(name: str, old: bytes, new: bytes) -> Harm:
    """Words in a file become others of the same length, and the manifest vouches for it."""
    assert len(old) == len(new)
    return lambda folder: holds(name, (folder / name).read_bytes().replace(old, new))(folder)


def rebuilds(name: str, change: Callable[[onnx.ModelProto], None]) -> Harm:
    """A network is changed, and the manifest vouches for it."""

    def harm(folder: Path) -> None:
        network = onnx.load(folder / name)
        change(network)
        holds(name, network.SerializeToString())(folder)

    return harm


def with_input(name: str, shape: list[int | str], kind: int = TensorProto.FLOAT) -> Callable[[onnx.ModelProto], None]:
    """The network's input becomes another, and so do its outputs: a constant of one number."""

    def change(network: onnx.ModelProto) -> None:
        graph = network.graph
        outputs = [value.name for value in graph.output]
        graph.ClearField("node")
        graph.ClearField("output")
        graph.ClearField("input")
        graph.ClearField("initializer")
        graph.input.append(helper.make_tensor_value_info(name, kind, shape))
        _give(graph, outputs, np.ones((1, 1), np.float32))

    return change


def giving(*shape: int, value: float = 0.0, kind: type = np.float32) -> Callable[[onnx.ModelProto], None]:
    """All the network's outputs become a constant of this shape."""

    def change(network: onnx.ModelProto) -> None:
        graph = network.graph
        outputs = [each.name for each in graph.output]
        graph.ClearField("node")
        graph.ClearField("output")
        _give(graph, outputs, np.full(shape, value, kind))

    return change


def _give(graph: onnx.GraphProto, outputs: list[str], array: np.ndarray) -> None:
    for name in outputs:
        graph.node.append(helper.make_node("Constant", [], [name], value=numpy_helper.from_array(array, name)))
        kind = helper.np_dtype_to_tensor_dtype(array.dtype)
        graph.output.append(helper.make_tensor_value_info(name, kind, array.shape))


def with_weights_in(location: str) -> Callable[[onnx.ModelProto], None]:
    """The network's first weights are in another file."""

    def change(network: onnx.ModelProto) -> None:
        tensor = network.graph.initializer[0]
        n_bytes = len(numpy_helper.to_array(tensor).tobytes())
        tensor.ClearField("raw_data")
        tensor.data_location = TensorProto.EXTERNAL
        for key, value in (("location", location), ("offset", "0"), ("length", str(n_bytes))):
            tensor.external_data.add(key=key, value=value)

    return change


def _write_vision(folder: Path) -> VisionPart:
    """Two embeddings, each of them the picture's mean many times over."""
    constants = {"spread": np.ones((1, 2, WIDTH), np.float32)}
    nodes = [
        helper.make_node("ReduceMean", ["pixel_values"], ["mean"], axes=[1, 2, 3], keepdims=0),
        helper.make_node("Mul", ["mean", "spread"], ["embeddings"]),
    ]
    drawn_networks.write_network(
        folder / "vision.onnx", nodes, constants, {"pixel_values": [1, 3, 128, 128]}, {"embeddings": [1, 2, WIDTH]}
    )
    return VisionPart("vision.onnx", drawn_networks.PIXELS, 2)
