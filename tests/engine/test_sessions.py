"""ONNX networks: what is refused, what is noticed, and that a run can be stopped."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import onnx
import pytest

from bubo_desktop.engine.cancellation import Cancellation, CancelledWork
from bubo_desktop.engine.sessions import OFFLINE_SWITCH, Session
from bubo_desktop.errors import EngineError, PackError
from tests.engine.drawn_networks import write_endless, write_network

ONE = np.ones(4, np.float32)


@pytest.fixture
def adder(tmp_path: Path) -> Path:
    """A file that adds 1 2 3 4."""
    nodes = [onnx.helper.make_node("Add", ["x", "weights"], ["y"])]
    write_network(tmp_path / "add.onnx", nodes, {"weights": np.arange(1, 5, dtype=np.float32)}, {"x": [4]}, {"y": [4]})
    return tmp_path / "add.onnx"


def test_inputs_and_outputs_go_by_name(adder: Path) -> None:
    session = Session(adder, 1, ["x"], ["y"])
    np.testing.assert_array_equal(session.run(x=ONE)["y"], [2, 3, 4, 5])
    assert session.device == "CPUExecutionProvider"


def test_the_best_device_is_used_or_a_note_says_why_not(adder: Path) -> None:
    session = Session(adder, 1, device="auto")
    np.testing.assert_array_equal(session.run(x=ONE)["y"], [2, 3, 4, 5])
    assert session.notes == () or session.device == "CPUExecutionProvider"


@pytest.mark.parametrize("content", [None, b"", b"<html>", b"\x08\x08" * 500])
def test_damaged_or_missing_files_are_a_pack_problem(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "part.onnx").write_bytes(content)
    with pytest.raises(PackError, match=r"part\.onnx"):
        Session(tmp_path / "part.onnx", 1)


def test_weights_outside_the_file_are_refused_even_beside_it(adder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = adder.with_name("split.onnx")
    onnx.save_model(onnx.load(adder), path, save_as_external_data=True, location="w.bin", size_threshold=0)
    assert path.with_name("w.bin").stat().st_size
    monkeypatch.chdir(adder.parent)  # where they would be found
    with pytest.raises(PackError):
        Session(path, 1)


def test_another_network_than_expected_is_refused_at_once(adder: Path) -> None:
    with pytest.raises(PackError, match=r"does not give boxes\."):
        Session(adder, 1, ["x"], ["y", "boxes"])
    with pytest.raises(PackError, match=r"does not ask for pixel_values\."):
        Session(adder, 1, ["pixel_values"])


def test_without_the_offline_switch_nothing_is_opened(adder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(OFFLINE_SWITCH)
    with pytest.raises(EngineError, match=OFFLINE_SWITCH):
        Session(adder, 1)


@pytest.mark.parametrize("inputs", [{}, {"z": ONE}, {"x": ONE[:3]}, {"x": ONE.astype(np.float64)}])
def test_unfit_inputs_are_one_sentence(adder: Path, inputs: dict[str, np.ndarray]) -> None:
    with pytest.raises(EngineError, match="could not be run"):
        Session(adder, 1).run(**inputs)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_outputs_that_are_no_numbers_never_pass(adder: Path, value: float) -> None:
    with pytest.raises(EngineError, match="not numbers"):
        Session(adder, 1).run(x=np.full(4, value, np.float32))


def test_cancelling_ends_a_run_that_would_never_end(tmp_path: Path) -> None:
    write_endless(tmp_path / "endless.onnx")
    session, cancellation = Session(tmp_path / "endless.onnx", 1), Cancellation()
    timer = threading.Timer(0.1, cancellation.cancel)
    timer.start()
    with pytest.raises(CancelledWork):
        session.run(cancellation, x=ONE[:1])
    timer.join()


def test_a_session_works_on_after_a_run_was_cancelled(adder: Path) -> None:
    session, cancellation = Session(adder, 1), Cancellation()
    cancellation.cancel()
    with pytest.raises(CancelledWork):
        session.run(cancellation, x=ONE)
    assert session.run(Cancellation(), x=ONE)["y"][0] == 2
