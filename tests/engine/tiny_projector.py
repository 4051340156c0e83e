"""Writes small image and sound encoders with random weights as `mmproj` GGUF files, for libmtmd.

Source: keys and tensor names in llama.cpp, tools/mtmd/clip-impl.h and clip.cpp.
"""

from __future__ import annotations

from pathlib import Path

import gguf
import numpy as np
from numpy.typing import NDArray

from bubo_desktop.packs.manifest import ProjectorPart
from tests.engine.tiny_language import finish

N_LAYERS, WIDTH, N_FFN, N_HEADS, PATCH_PX = 2, 32, 48, 2, 14
N_MELS, N_SOUND_POSITIONS, STACK = 80, 1500, 60
SOUND_ROWS = N_SOUND_POSITIONS // STACK  # of each half minute

Tensors = dict[str, NDArray[np.float32]]


class Draw:
    """Random weights."""

    def __init__(self, seed: int) -> None:
        self._draw = np.random.default_rng(seed)

    def weights(self, *shape: int) -> NDArray[np.float32]:
        """Normal with a standard deviation of one over the root of the fan-in."""
        fan_in = int(np.prod(shape[1:])) if len(shape) > 1 else 1
        return self._draw.normal(0.0, fan_in**-0.5, shape).astype(np.float32)

    def linear(self, name: str, n_out: int, n_in: int) -> Tensors:
        return {f"{name}.weight": self.weights(n_out, n_in), f"{name}.bias": self.weights(n_out)}

    def norm(self, name: str, width: int) -> Tensors:
        return {f"{name}.weight": np.ones(width, np.float32), f"{name}.bias": np.zeros(width, np.float32)}

    def layers(self, prefix: str) -> Tensors:
        tensors: Tensors = {}
        for layer in range(N_LAYERS):
            block = f"{prefix}.blk.{layer}"
            for name in ("attn_q", "attn_k", "attn_v", "attn_out"):
                tensors |= self.linear(f"{block}.{name}", WIDTH, WIDTH)
            tensors |= self.norm(f"{block}.ln1", WIDTH) | self.norm(f"{block}.ln2", WIDTH)
            tensors |= self.linear(f"{block}.ffn_up", N_FFN, WIDTH) | self.linear(f"{block}.ffn_down", WIDTH, N_FFN)
        return tensors


def write_llava(path: Path, width: int, *, tiles: bool = False, bias: float = 0.0, seed: int = 0) -> ProjectorPart:
    """LLaVA: a picture made square as 16 rows, `bias` added; with `tiles` (LLaVA 1.6) an overview and tiles of it."""
    side_px = 4 * PATCH_PX
    draw, n_places = Draw(seed), (side_px // PATCH_PX) ** 2
    tensors = draw.layers("v") | draw.norm("v.pre_ln", WIDTH)
    tensors |= draw.linear("mm.0", WIDTH, WIDTH) | draw.linear("mm.2", width, WIDTH)
    tensors["mm.2.bias"] += bias
    tensors["v.class_embd"] = draw.weights(WIDTH)
    tensors["v.patch_embd.weight"] = draw.weights(WIDTH, 3, PATCH_PX, PATCH_PX)
    tensors["v.position_embd.weight"] = draw.weights(n_places + 1, WIDTH)
    writer = _vision_writer(path, "mlp", width, side_px)
    if tiles:
        writer.add_array("clip.vision.image_grid_pinpoints", [2 * side_px, side_px, side_px, 2 * side_px])
    _write(writer, tensors)
    return ProjectorPart(path.name, sees=True, hears=False)


def write_idefics(path: Path, width: int, *, side_px: int = 56, seed: int = 0) -> ProjectorPart:
    """Idefics 3: an overview and tiles, with tokens before each; four patches are one row."""
    draw, n_places = Draw(seed), (side_px // PATCH_PX) ** 2
    tensors = draw.layers("v") | draw.norm("v.post_ln", WIDTH)
    tensors["v.patch_embd.weight"] = draw.weights(WIDTH, 3, PATCH_PX, PATCH_PX)
    tensors["v.position_embd.weight"] = draw.weights(n_places, WIDTH)
    tensors["mm.model.fc.weight"] = draw.weights(width, 4 * WIDTH)
    writer = _vision_writer(path, "idefics3", width, side_px)
    writer.add_uint32("clip.vision.projector.scale_factor", 2)
    writer.add_uint32("clip.vision.preproc_image_size", 2 * side_px)
    _write(writer, tensors)
    return ProjectorPart(path.name, sees=True, hears=False)


IDEFICS_TOKENS = (
    "\n\n", "<fake_token_around_image>", "<global-img>",
    *(f"<row_{row}_col_{column}>" for row in (1, 2) for column in (1, 2)),
)  # fmt: skip


def write_gemma(path: Path, width: int, *, side_px: int = 224, seed: int = 0) -> ProjectorPart:
    """Gemma 3: four by four patches are one row, and the rows of a picture attend to each other."""
    draw, n_places = Draw(seed), (side_px // PATCH_PX) ** 2
    tensors = draw.layers("v") | draw.norm("v.post_ln", WIDTH)
    tensors["v.patch_embd.weight"] = draw.weights(WIDTH, 3, PATCH_PX, PATCH_PX)
    tensors["v.patch_embd.bias"] = draw.weights(WIDTH)
    tensors["v.position_embd.weight"] = draw.weights(n_places, WIDTH)
    tensors["mm.input_projection.weight"] = draw.weights(WIDTH, width)
    tensors["mm.soft_emb_norm.weight"] = np.ones(WIDTH, np.float32)
    writer = _vision_writer(path, "gemma3", width, side_px)
    writer.add_uint32("clip.vision.projector.scale_factor", 4)
    _write(writer, tensors)
    return ProjectorPart(path.name, sees=True, hears=False)


def write_qwen(path: Path, width: int, *, seed: int = 0) -> ProjectorPart:
    """Qwen2-VL: pictures keep their shape; a row has a place in two dimensions."""
    draw = Draw(seed)
    tensors = draw.layers("v") | draw.norm("v.post_ln", WIDTH)
    tensors["v.patch_embd.weight"] = draw.weights(WIDTH, 3, PATCH_PX, PATCH_PX)
    tensors["v.patch_embd.weight.1"] = draw.weights(WIDTH, 3, PATCH_PX, PATCH_PX)
    tensors |= draw.linear("mm.0", 4 * WIDTH, 4 * WIDTH) | draw.linear("mm.2", width, 4 * WIDTH)
    _write(_vision_writer(path, "qwen2vl_merger", width, side_px=560), tensors)
    return ProjectorPart(path.name, sees=True, hears=False)


def write_ultravox(path: Path, width: int, *, seed: int = 0) -> ProjectorPart:
    """Ultravox: Whisper's encoder; half a minute is `SOUND_ROWS` rows."""
    draw = Draw(seed)
    tensors = draw.layers("a") | draw.norm("a.post_ln", WIDTH)
    tensors = {name: tensor for name, tensor in tensors.items() if not name.endswith("attn_k.bias")}
    tensors["a.position_embd.weight"] = draw.weights(N_SOUND_POSITIONS, WIDTH)
    for number, n_in in ((1, N_MELS), (2, WIDTH)):
        tensors[f"a.conv1d.{number}.weight"] = draw.weights(WIDTH, n_in, 3)
        tensors[f"a.conv1d.{number}.bias"] = draw.weights(WIDTH, 1)
    tensors["mm.a.norm_pre.weight"] = np.ones(STACK * WIDTH, np.float32)
    tensors["mm.a.norm_mid.weight"] = np.ones(WIDTH, np.float32)
    tensors["mm.a.mlp.1.weight"] = draw.weights(2 * WIDTH, STACK * WIDTH)
    tensors["mm.a.mlp.2.weight"] = draw.weights(width, WIDTH)
    writer = _writer(path, "audio", "ultravox", width)
    writer.add_uint32("clip.audio.num_mel_bins", N_MELS)
    writer.add_uint32("clip.audio.projector.stack_factor", STACK)
    _write(writer, tensors)
    return ProjectorPart(path.name, sees=False, hears=True)


def _write(writer: gguf.GGUFWriter, tensors: Tensors) -> None:
    for name, tensor in tensors.items():
        writer.add_tensor(name, tensor)
    finish(writer)


def _vision_writer(path: Path, kind: str, width: int, side_px: int) -> gguf.GGUFWriter:
    writer = _writer(path, "vision", kind, width)
    writer.add_uint32("clip.vision.image_size", side_px)
    writer.add_uint32("clip.vision.patch_size", PATCH_PX)
    writer.add_array("clip.vision.image_mean", [0.5, 0.5, 0.5])
    writer.add_array("clip.vision.image_std", [0.5, 0.5, 0.5])
    return writer


def _writer(path: Path, sense: str, kind: str, width: int) -> gguf.GGUFWriter:
    writer = gguf.GGUFWriter(path, "clip")
    writer.add_string("clip.projector_type", kind)
    writer.add_bool(f"clip.has_{sense}_encoder", True)
    writer.add_bool("clip.use_gelu", True)
    for name, number in (
        ("embedding_length", WIDTH), ("feed_forward_length", N_FFN), ("block_count", N_LAYERS),
        ("attention.head_count", N_HEADS), ("projection_dim", width),
    ):  # fmt: skip
        writer.add_uint32(f"clip.{sense}.{name}", number)
    writer.add_float32(f"clip.{sense}.attention.layer_norm_epsilon", 1e-5)
    return writer
