"""Many small ONNX graphs written one after another as one file, without all of them in memory at once.

A message's repeated fields may stand in any order and place within it, so the file's graph is the bytes of the small
graphs' nodes and constants, one after another. Source: Protocol Buffers documentation, "Encoding", field order.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Sequence
from pathlib import Path

import onnx
from onnx import GraphProto, ModelProto, NodeProto, ValueInfoProto

from build.errors import BuildError

MAX_BYTES = 2**31 - 1
"""Of an ONNX file that holds its own weights. Source: Protocol Buffers documentation, "Proto Limits"."""
_GRAPH_TAG = ModelProto.GRAPH_FIELD_NUMBER << 3 | 2  # 2: a field with its length before it


class JoinedGraph:
    """Collects small graphs in a file beside the last one.

    Args:
        scratch: where to collect; it is made anew.
    """

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch
        self._scratch.write_bytes(b"")
        self._header = ModelProto(producer_name="bubo-desktop")

    def append(self, path: Path, prefix: str, shared: Collection[str]) -> None:
        """Adds the nodes and constants of a small graph, whose names get a prefix except those of `shared` values."""
        proto = onnx.load(path)
        self._merge_header(proto)
        whole, part = proto.graph, GraphProto()
        for constant in whole.initializer:
            constant.name = prefix + constant.name
        for node in whole.node:
            _rename(node, prefix, {"", *shared})
        part.initializer.extend(whole.initializer)
        part.node.extend(whole.node)
        with self._scratch.open("ab") as file:
            file.write(part.SerializeToString())

    def write(self, target: Path, inputs: Sequence[ValueInfoProto], outputs: Sequence[ValueInfoProto]) -> None:
        """Writes the whole file.

        Raises:
            BuildError: it would be larger than an ONNX file can be.
        """
        ends = GraphProto(name=target.stem, input=inputs, output=outputs).SerializeToString()
        header = self._header.SerializeToString()
        n_bytes = len(ends) + self._scratch.stat().st_size
        if n_bytes + len(header) > MAX_BYTES:
            raise BuildError(f"{target.name} would be {n_bytes / 1e9:.1f} GB, and an ONNX file holds at most 2.1.")
        with target.open("wb") as file, self._scratch.open("rb") as parts:
            file.write(header + bytes([_GRAPH_TAG]) + _varint(n_bytes) + ends)
            shutil.copyfileobj(parts, file)

    def _merge_header(self, proto: ModelProto) -> None:
        self._header.ir_version = max(self._header.ir_version, proto.ir_version)
        known = {operators.domain for operators in self._header.opset_import}
        self._header.opset_import.extend(one for one in proto.opset_import if one.domain not in known)


def _rename(node: NodeProto, prefix: str, shared: Collection[str]) -> None:
    node.name = prefix + node.name
    for names in (node.input, node.output):
        names[:] = [name if name in shared else prefix + name for name in names]


def _varint(number: int) -> bytes:
    """Seven bits a byte, lowest first; the eighth says that more follow."""
    digits = []
    while number > 0x7F:
        digits.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*digits, number])
