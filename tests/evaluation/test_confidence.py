"""Measuring how sure a pack may be, with nano itself, and what is written into its manifest."""

import shutil
from pathlib import Path

import msgspec
import pytest

from bubo_desktop.packs.manifest import read_manifest
from build.confidence import LEAST_CASES, fit_curves, main
from build.evaluation.calibration import Scored

NANO = Path(__file__).parents[2] / "models" / "nano"


@pytest.fixture
def pack(tmp_path):
    return Path(shutil.copytree(NANO, tmp_path / "nano"))


@pytest.mark.usefixtures("qapp")
def test_what_was_measured_stands_in_the_manifest(pack, capsys, monkeypatch):
    monkeypatch.setattr("build.confidence.LEAST_CASES", 0)
    assert main(["--pack", str(pack), "--n", "3"]) == 0
    before, after = read_manifest(NANO), read_manifest(pack)
    assert after.confidence.boxes
    assert after.confidence.links
    assert 0 < after.confidence.least_link_score < 1
    assert msgspec.structs.replace(after, confidence=before.confidence) == before
    assert f"Links are made from a score of {after.confidence.least_link_score:.3f} on." in capsys.readouterr().out


def test_curves_are_fitted_only_where_enough_was_wrong_and_right():
    few = Scored([0.9] * 109, [True] * 100 + [False] * (LEAST_CASES - 1))
    enough = Scored([0.9] * 110, [True] * 100 + [False] * LEAST_CASES)
    never = Scored([0.9] * 100, [False] * 100)
    curves = fit_curves({"few": few, "enough": enough, "never": never, "nothing": Scored()})
    assert [name for name, curve in curves.items() if curve] == ["enough"]


def test_a_pack_that_knows_no_world_is_refused_in_a_sentence(tmp_path, capsys):
    assert main(["--pack", str(tmp_path)]) == 1
    assert "holds no readable pack.json" in capsys.readouterr().err
