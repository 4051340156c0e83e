"""The loop on a pupil as small as can be: resumed, divided among processes, and told of what is wrong."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from accelerate import Accelerator
from accelerate.state import GradientState
from msgspec.structs import replace

from build.errors import BuildError
from build.training.loop import Run, open_accelerator
from build.training.pupil import Judged, Share
from tests.training import toy
from tests.training.conftest import ROOT

TOLERANCE = 1e-5  # float32 sums in another order, over twelve steps


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, torch.Tensor]]:
    out = tmp_path_factory.mktemp("unbroken")
    return out, toy.learn(out)


class Killed(toy.Additions):
    """Its process dies in the middle of a step."""

    def lesson(self, step: int, share: Share) -> toy.Sums:
        if step == 10:
            raise KeyboardInterrupt
        return super().lesson(step, share)


class Noisy(toy.Adder):
    """Learns from disturbed samples."""

    def judge(self, lesson: toy.Sums) -> Judged:
        return super().judge(dataclasses.replace(lesson, inputs=lesson.inputs + torch.randn(toy.WIDTH)))


def test_a_run_that_was_killed_goes_on_as_if_it_had_not_been(unbroken, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        toy.learn(tmp_path, stream=Killed())
    with (tmp_path / "log.jsonl").open("a") as log:
        log.write('{"step": 11, "par')  # a line that was being written
    learned = toy.learn(tmp_path)
    assert all(torch.equal(learned[name], value) for name, value in unbroken[1].items())
    assert (tmp_path / "log.jsonl").read_text() == (unbroken[0] / "log.jsonl").read_text()


def test_a_damaged_checkpoint_costs_no_more_than_the_steps_since_the_one_before(unbroken, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        toy.learn(tmp_path, stream=Killed())
    newest = max((tmp_path / "checkpoints").iterdir())
    assert newest.name == "step-00000008.pt"
    newest.write_bytes(newest.read_bytes()[:500])
    learned = toy.learn(tmp_path)
    assert all(torch.equal(learned[name], value) for name, value in unbroken[1].items())


def test_the_last_two_checkpoints_are_kept_and_hold_only_what_learns(unbroken) -> None:
    kept = sorted((unbroken[0] / "checkpoints").iterdir())
    assert [path.name for path in kept] == ["step-00000008.pt", "step-00000012.pt"]
    state = torch.load(kept[-1], weights_only=True)
    assert set(state["pupil"]) == {"learns.weight", "learns.bias", "odd.weight", "odd.bias"}
    assert set(state["optimiser"]["state"]) == set(state["pupil"])


def test_what_a_pupil_draws_is_drawn_again(tmp_path: Path) -> None:
    unbroken = toy.learn(tmp_path / "unbroken", pupil=Noisy())
    with pytest.raises(KeyboardInterrupt):
        toy.learn(tmp_path, pupil=Noisy(), stream=Killed())
    learned = toy.learn(tmp_path, pupil=Noisy())
    assert all(torch.equal(learned[name], value) for name, value in unbroken.items())


def test_what_is_frozen_stays_as_it_was_and_what_learns_does_not(tmp_path: Path) -> None:
    pupil = toy.Adder()
    before = {name: value.clone() for name, value in pupil.state_dict().items()}
    Run(open_accelerator(), pupil, toy.Additions(), toy.PLAN, tmp_path, "").learn()
    changed = {name for name, value in pupil.state_dict().items() if not torch.equal(value, before[name])}
    assert changed == set(pupil.learning())


def test_a_folder_with_another_run_is_refused(unbroken) -> None:
    with pytest.raises(BuildError, match="other settings"):
        toy.learn(unbroken[0], settings="another")


def test_two_processes_and_sharded_weights_learn_the_same_as_one(unbroken, tmp_path: Path) -> None:
    """Six samples a step in one process, three in each of two; the loss of every step is that of all six."""
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    script = [str(ROOT / "tests" / "training" / "toy.py"), str(tmp_path)]
    done = subprocess.run([*command, *script], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for kind in ("copied", "sharded"):
        learned = torch.load(tmp_path / kind / "learned.pt", weights_only=True)
        assert_same_run(tmp_path / kind, learned, *unbroken)


def test_gradients_that_are_accumulated_are_those_of_the_whole_batch(unbroken, tmp_path: Path) -> None:
    accelerator = Accelerator(cpu=True, gradient_accumulation_steps=3)
    try:
        learned = Run(accelerator, toy.Adder(), toy.Additions(), toy.PLAN, tmp_path, "").learn()
    finally:
        GradientState._reset_state()
    assert_same_run(tmp_path, learned, *unbroken)


def read_log(out: Path) -> list[dict]:
    return [json.loads(line) for line in (out / "log.jsonl").read_text().splitlines()]


def assert_same_run(out: Path, learned: dict, wanted_out: Path, wanted: dict) -> None:
    for name, value in wanted.items():
        torch.testing.assert_close(learned[name], value, atol=TOLERANCE, rtol=0)
    found, expected = read_log(out), read_log(wanted_out)
    assert [entry["step"] for entry in found] == [entry["step"] for entry in expected]
    assert [entry["loss"] for entry in found] == pytest.approx([entry["loss"] for entry in expected], abs=TOLERANCE)
    assert [entry["n_asked"] for entry in found] == [entry["n_asked"] for entry in expected]


def test_a_batch_that_cannot_be_divided_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="cannot be divided among 1 shares"):
        Run(open_accelerator(), toy.Adder(), toy.Additions(), replace(toy.PLAN, batch_size=0), tmp_path, "")


def test_a_loss_that_is_no_number_ends_the_run(tmp_path: Path) -> None:
    steep = replace(toy.PLAN, schedule=replace(toy.PLAN.schedule, peak_rate=1e38, last_rate=1e38, max_norm=None))
    with pytest.raises(BuildError, match="no number any more"):
        Run(open_accelerator(), toy.Adder(), toy.Additions(), steep, tmp_path, "").learn()


def test_the_log_and_the_picture_tell_of_both_parts_and_kinds(unbroken) -> None:
    entries = read_log(unbroken[0])
    assert {entry["part"] for entry in entries} == {"training", "validation"}
    assert [entry["step"] for entry in entries if entry["part"] == "validation"] == [6, 12]
    assert entries[0]["n_asked"] == {"even": 3, "odd": 3}
    assert (unbroken[0] / "course.png").read_bytes().startswith(b"\x89PNG")
