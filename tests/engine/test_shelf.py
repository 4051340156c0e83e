"""Which of a pack's networks are in memory."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from bubo_desktop.engine import shelf as shelves
from bubo_desktop.engine.shelf import Shelf
from bubo_desktop.errors import PackError

N_LARGE = 3000


def write_adder(path, n_weights: int) -> None:
    """A file whose `y` is the sum of `x` and of its first weight."""
    weights = numpy_helper.from_array(np.arange(1, n_weights + 1, dtype=np.float32), "w")
    first = numpy_helper.from_array(np.array([0], np.int64), "first")
    graph = helper.make_graph(
        [helper.make_node("Gather", ["w", "first"], ["one"]), helper.make_node("Add", ["x", "one"], ["y"])],
        "adder",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1])],
        [weights, first],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), path)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(shelves, "SMALL_BYTES", 4 * N_LARGE)
    for name in ("a", "b", "c"):
        write_adder(tmp_path / f"{name}.onnx", N_LARGE)
    write_adder(tmp_path / "small.onnx", 10)
    return tmp_path


@pytest.fixture
def opened(monkeypatch):
    """The names of the files opened so far."""
    names: list[str] = []
    session_class = shelves.Session

    def open_and_note(path, *arguments, **options):
        names.append(path.stem)
        return session_class(path, *arguments, **options)

    monkeypatch.setattr(shelves, "Session", open_and_note)
    return names


def run(session) -> float:
    return float(session.run(x=np.ones(1, np.float32))["y"][0])


def test_a_small_file_is_opened_at_once_and_stays(folder, opened):
    shelf = Shelf(folder, 1, budget_bytes=0)
    small = shelf.session("small.onnx", ["x"], ["y"])
    assert opened == ["small"]
    large = shelf.session("a.onnx")
    assert [run(small), run(large), run(small)] == [2, 2, 2]
    shelf.put_away()
    assert run(small) == 2
    assert opened == ["small", "a"]


def test_a_large_file_is_opened_when_it_is_first_used(folder, opened):
    session = Shelf(folder, 1).session("a.onnx", ["x"], ["y"])
    assert opened == []
    assert [run(session), run(session)] == [2, 2]
    assert opened == ["a"]


def test_what_was_used_longest_ago_makes_room(folder, opened):
    shelf = Shelf(folder, 1, budget_bytes=2 * (folder / "a.onnx").stat().st_size)
    a, b, c = (shelf.session(f"{name}.onnx") for name in ("a", "b", "c"))
    for session in (a, b, a, c, a, b):
        assert run(session) == 2
    assert opened == ["a", "b", "c", "b"]


def test_without_a_budget_one_is_open_at_a_time(folder, opened):
    shelf = Shelf(folder, 1, budget_bytes=0)
    a, b = shelf.session("a.onnx"), shelf.session("b.onnx")
    assert [run(session) for session in (a, a, b, a)] == [2, 2, 2, 2]
    assert opened == ["a", "b", "a"]


def test_what_was_put_away_comes_back(folder, opened):
    shelf = Shelf(folder, 1)
    session = shelf.session("a.onnx")
    run(session)
    shelf.put_away()
    assert run(session) == 2
    assert opened == ["a", "a"]


def test_a_wrong_file_is_refused(folder):
    shelf = Shelf(folder, 1)
    with pytest.raises(PackError, match=r"small.onnx does not give boxes"):
        shelf.session("small.onnx", ["x"], ["boxes"])
    with pytest.raises(PackError, match=r"a.onnx does not ask for pixel_values"):
        shelf.session("a.onnx", ["pixel_values"]).run(pixel_values=np.ones(1, np.float32))
    with pytest.raises(PackError, match=r"missing.onnx cannot be read"):
        shelf.session("missing.onnx")


def test_only_what_was_not_used_lately_is_put_away(folder, opened):
    shelf = Shelf(folder, 1)
    session = shelf.session("a.onnx")
    run(session)
    shelf.put_away(unused_s=3600)
    run(session)
    assert opened == ["a"]
    shelf.put_away(unused_s=0)
    run(session)
    assert opened == ["a", "a"]


def test_threads_may_run_what_others_put_away(folder):
    shelf = Shelf(folder, 1, budget_bytes=0)
    sessions = [shelf.session(f"{name}.onnx") for name in ("a", "b", "small")]
    with ThreadPoolExecutor(4) as threads:
        runs = [threads.submit(run, session) for _ in range(25) for session in sessions]
        for _ in range(25):
            shelf.put_away()
        assert [each.result() for each in runs] == [2] * len(runs)
