"""The whole way at a small size: from checkpoints in the public formats to a pack that the program has checked."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from bubo_desktop.packs.integrity import check_files, unlisted_files
from bubo_desktop.packs.manifest import Manifest, read_manifest
from build.errors import BuildError
from build.make_pack import Order, make_pack
from tests.build_packs.drawn_sources import RECIPE, SMALL, write_recipe, write_sources

ROOT = Path(__file__).parents[2]
SPOILT = "imagebind_huge.pth"
LOST = "modality_trunks.audio.blocks.0.norm_1.weight"


def order(folder: Path, **changes: object) -> Order:
    given = {"sources": folder / "sources", "out": folder / "pack", "dims": SMALL / "dims.json", "grounding": "none"}
    return Order(recipe=RECIPE, **given | changes)


def start(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """The command: what runs steps leaves a helper of multiprocessing's behind until its own process ends."""
    command = [sys.executable, "-m", "build.make_pack", str(write_recipe(folder)), "--sources", str(folder / "sources")]
    command += ["--dims", str(SMALL / "dims.json"), "--out", str(folder / "pack"), *arguments]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def spoil(path: Path) -> None:
    """Takes a tensor from a checkpoint."""
    tensors = torch.load(path, weights_only=True)
    del tensors[LOST]
    torch.save(tensors, path)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small checkpoints, of which the hearing step's lacks a tensor."""
    folder = tmp_path_factory.mktemp("make")
    write_sources(folder / "sources")
    spoil(folder / "sources" / SPOILT)
    return folder


@pytest.fixture(scope="module")
def stopped(folder: Path) -> SimpleNamespace:
    """A first run, which fails at the spoilt checkpoint, and what it left."""
    with start(folder, "--without", "vision", "--grounding", "none") as process:
        _, problem = process.communicate(timeout=250)
    files = [path for path in (folder / "pack.part").iterdir() if path.is_file()]
    made_ns = {path.name: path.stat().st_mtime_ns for path in files}
    return SimpleNamespace(status=process.returncode, problem=problem, made_ns=made_ns)


@pytest.fixture(scope="module")
def finished(folder: Path, stopped: SimpleNamespace) -> Manifest:
    """A second run, which goes on from there with the whole checkpoint."""
    assert stopped.made_ns
    shutil.copyfile(SMALL / SPOILT, folder / "sources" / SPOILT)
    with start(folder, "--resume") as process:
        _, problem = process.communicate(timeout=250)
    assert process.returncode == 0, problem
    return read_manifest(folder / "pack")


def test_a_missing_tensor_is_named_and_what_was_made_stays(stopped: SimpleNamespace) -> None:
    assert stopped.status == 1
    assert LOST in stopped.problem
    assert len(stopped.problem.splitlines()) == 1
    assert set(stopped.made_ns) == {"language.gguf"}


def test_a_resumed_run_takes_what_was_made(folder: Path, stopped: SimpleNamespace, finished: Manifest) -> None:
    assert finished.parts.hearing is not None
    for name, made_ns in stopped.made_ns.items():
        assert (folder / "pack" / name).stat().st_mtime_ns == made_ns


def test_the_pack_is_whole_and_holds_nothing_else(folder: Path, finished: Manifest) -> None:
    pack = folder / "pack"
    assert check_files(pack, finished) == []
    assert unlisted_files(pack, finished) == []
    assert not (folder / "pack.part").exists()
    assert {path.name for path in pack.iterdir()} == {
        "language.gguf", "vision.onnx", "hearing.onnx", "tagger.onnx", "grounder.onnx", "grounder_backbone.onnx",
        "grounder_text.onnx", "grounder_tokenizer.json", "segmenter_encoder.onnx", "segmenter_decoder.onnx",
        "pack.json", "samples",
    }  # fmt: skip


def test_the_pack_proves_itself(finished: Manifest) -> None:
    assert set(finished.proof) == {"language", "vision", "hearing", "tagger", "grounder", "segmenter"}
    assert all(figures["peak_mb"] < 8000 for figures in finished.proof.values())
    assert finished.proof["vision"]["cosine"] > 0.99
    assert len(finished.self_test) == 4


def test_the_pack_says_where_everything_came_from(finished: Manifest) -> None:
    told = finished.provenance
    assert told["bubogpt/bubogpt_7b.pth"].startswith("magicr/BuboGPT-ckpt at 424b1a5f146e473036f2a040f0be712af38d7332;")
    assert all("sha256 " in told[f"vicuna/model-0000{shard}-of-00007.safetensors"] for shard in range(1, 8))
    assert "bubogpt-7b.toml, sha256 " in told["recipe"]
    assert "owlvit" not in finished.licences  # is of another grounding set
    assert finished.licences["imagebind"] == "CC-BY-NC-SA-4.0"


def test_a_finished_pack_is_not_overwritten(folder: Path, finished: Manifest) -> None:
    assert finished.id == "bubogpt-7b"
    with pytest.raises(BuildError, match="is there already"):
        make_pack(order(folder))


def test_an_unfinished_pack_is_not_gone_on_with_unasked(tmp_path: Path) -> None:
    (tmp_path / "pack.part").mkdir()
    with pytest.raises(BuildError, match="go on with --resume"):
        make_pack(order(tmp_path))


def test_missing_sources_are_told_before_any_work(tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    with pytest.raises(BuildError) as caught:
        make_pack(order(tmp_path, grounding="published"))
    assert len(caught.value.problems) == 10
    assert not (tmp_path / "pack.part").exists()


def test_the_recipes_hashes_are_compared_unless_sizes_differ(tmp_path: Path) -> None:
    with pytest.raises(BuildError) as caught:
        make_pack(order(tmp_path, sources=SMALL, dims=None))
    wrong = [problem.split()[2] for problem in caught.value.problems]
    assert wrong == ["blip2", "bubogpt"]  # those whose hashes are known


def test_ctrl_c_leaves_what_can_be_resumed(tmp_path: Path) -> None:
    (tmp_path / "sources").symlink_to(SMALL)
    with start(tmp_path, "--grounding", "none") as process:
        assert process.stdout is not None
        assert any(line.startswith("language:") for line in process.stdout)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert errors == "Stopped. The finished steps are kept: go on with --resume.\n"
    assert (tmp_path / "pack.part").is_dir()
