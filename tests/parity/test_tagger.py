"""The tagger, through its step and ONNX Runtime, against numbers of the published network at a small size.

`data/ram.npz` holds the published network's outputs. Its weights and its pictures were drawn, and are drawn again here:
torch's generator with seed 6, tensor by tensor in the order of `data/ram_tensors.json`, which lists every name of the
file, with one surplus tensor of each kind; then the pictures.
"""

from __future__ import annotations

import json
from math import prod
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from bubo_desktop.engine.sessions import Session
from bubo_desktop.packs.manifest import TaggerPart
from build.checkpoint import read_pickle
from build.dims import Dims, RamDims
from build.errors import BuildError
from build.networks.ram import make_ram
from build.parts import tagger
from build.workshop import Made, Workshop

DATA = Path(__file__).parent / "data"
DIMS = RamDims(
    img=96, embed=24, depths=(2, 2, 2, 2), heads=(1, 2, 3, 6), window=3,
    q_hidden=32, q_layers=2, q_heads=4, q_ffn=64, label_dim=16, classes=12,
)  # fmt: skip
TOLERANCE = 1e-4  # stated with the numbers: another order of the same float32 sums
SURPLUS = ("attn_mask", "relative_position_index", "tag_encoder.encoder.layer.0.output.dense.weight")
LABELS = [f"tag {number}" for number in range(12)]


def draw(name: str, shape: list[int], generator: torch.Generator) -> Tensor:
    if name.endswith(SURPLUS):
        return torch.zeros(shape)
    values = torch.randn(shape, generator=generator)
    if name.endswith(("label_embed", "bias_table")):
        return values * 0.3
    if len(shape) == 1:
        return 1 + 0.2 * values if name.endswith("weight") else 0.1 * values
    return values * (0.7 / prod(shape[1:]) ** 0.5)


@pytest.fixture(scope="module")
def drawn() -> tuple[dict[str, Tensor], NDArray[np.float32]]:
    """The file's tensors, and the pictures that the published network was shown."""
    generator = torch.Generator().manual_seed(6)
    names = json.loads((DATA / "ram_tensors.json").read_text())
    tensors = {name: draw(name, shape, generator) for name, shape in names}
    return tensors, torch.randn((2, 3, DIMS.img, DIMS.img), generator=generator).numpy()


@pytest.fixture(scope="module")
def checkpoint(drawn, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("sources") / "ram_swin_large_14m.pth"
    torch.save({"model": drawn[0]}, path)
    return path


@pytest.fixture(scope="module")
def reference(drawn) -> dict[str, NDArray[np.float32]]:
    return {"image": drawn[1], **np.load(DATA / "ram.npz")}


def make(checkpoint, folder, quantize="none", **options) -> Made:
    lists = {"tags": LABELS, "thresholds": [f"0.{number + 50}" for number in range(12)]}
    for name, lines in lists.items():
        (folder / f"{name}.txt").write_text("\n".join(lines))
    sources = {"ram": checkpoint} | {name: folder / f"{name}.txt" for name in lists}
    (folder / "scratch").mkdir()
    workshop = Workshop(Dims(ram=DIMS), folder, folder / "scratch", quantize, lambda _: None, sources)
    return tagger.make(workshop, {"network": "ram", "tags": "tags", "thresholds": "thresholds"} | options)


def logits(folder: Path, image: NDArray[np.float32]) -> NDArray[np.float32]:
    return Session(folder / tagger.FILE, 1, ["pixel_values"], ["logits"]).run(pixel_values=image)["logits"]


@pytest.fixture(scope="module")
def exported(checkpoint, tmp_path_factory) -> tuple[Made, Path]:
    folder = tmp_path_factory.mktemp("exported")
    return make(checkpoint, folder), folder


def test_the_picture_is_seen_as_by_the_published_network(checkpoint, reference):
    ram = make_ram(DIMS, read_pickle(checkpoint))
    features = ram.look(torch.from_numpy(reference["image"])).numpy()
    np.testing.assert_allclose(features, reference["image_features"], atol=TOLERANCE)


@pytest.mark.parametrize("n_pictures", [1, 2])
def test_the_file_gives_the_published_logits(exported, reference, n_pictures):
    _, folder = exported
    found = logits(folder, reference["image"][:n_pictures])
    np.testing.assert_allclose(found, reference["logits"][:n_pictures], atol=TOLERANCE)


def test_the_part_says_what_was_made(exported):
    made, folder = exported
    assert [path.name for path in folder.glob("*.onnx")] == list(made.files) == ["tagger.onnx"]
    assert made.part.labels == tuple(LABELS)
    assert made.figures["max_abs_error"] < TOLERANCE


def test_int8_gives_nearly_the_same_logits(checkpoint, reference, tmp_path):
    made = make(checkpoint, tmp_path, quantize="int4")
    found = logits(tmp_path, reference["image"])
    np.testing.assert_allclose(found, reference["logits"], atol=0.1)  # of values from -0.8 to -1.6
    assert made.figures["cosine"] > 0.998
    assert made.figures["layers_float32"] == 0
    assert not list((tmp_path / "scratch").iterdir())


def test_some_labels_may_be_kept_with_their_thresholds(checkpoint, reference, tmp_path):
    part = make(checkpoint, tmp_path, labels=["tag 7", "tag 2"]).part
    assert isinstance(part, TaggerPart)
    assert part.labels == ("tag 7", "tag 2")
    assert part.thresholds == (0.57, 0.52)
    np.testing.assert_allclose(logits(tmp_path, reference["image"]), reference["logits"][:, [7, 2]], atol=TOLERANCE)


def test_the_picture_is_prepared_as_the_release_does(exported):
    pixels = exported[0].part.pixels
    assert (pixels.height, pixels.width, pixels.fit, pixels.resample) == (96, 96, "stretch", "bilinear")


def test_labels_that_are_not_known_are_named(checkpoint, tmp_path):
    with pytest.raises(BuildError, match="no label called cat, dog"):
        make(checkpoint, tmp_path, labels=["tag 1", "cat", "dog"])


def test_lists_must_fit_the_network(checkpoint, tmp_path):
    with pytest.raises(BuildError, match=r"tags.txt has a line that is no number"):
        make(checkpoint, tmp_path, thresholds="tags")


def test_a_list_that_is_too_short_is_refused(tmp_path):
    short = tmp_path / "short.txt"
    short.write_text("a\nb\n")
    workshop = Workshop(Dims(ram=DIMS), tmp_path, tmp_path, "none", lambda _: None, {"short": short})
    with pytest.raises(BuildError, match=r"short.txt has 2 lines, and the tagger 12 labels"):
        tagger.read_tags(workshop, {"tags": "short"}, DIMS.classes)


def test_labels_are_numbered_where_there_is_no_list(tmp_path):
    workshop = Workshop(Dims(ram=DIMS), tmp_path, tmp_path, "none", lambda _: None)
    tags, thresholds = tagger.read_tags(workshop, {}, 2)
    assert tags == ["label 1", "label 2"]
    assert thresholds == [0.68, 0.68]
