"""States on disk: of use where they are whole and this network's, gone where they are not, and never in the way."""

from __future__ import annotations

import json
import os
import shutil
import stat
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from bubo_desktop.data import Sampling
from bubo_desktop.engine import kept_states, language
from bubo_desktop.engine.batches import run_of_rows
from bubo_desktop.engine.cancellation import Cancellation, CancelledWork
from bubo_desktop.engine.kept_states import KeptStates
from bubo_desktop.engine.language import Language
from bubo_desktop.engine.levers import LARGE, SMALL, Levers
from bubo_desktop.engine.prompt import Embeddings, Segment, Text
from bubo_desktop.engine.tuning import Tuning
from bubo_desktop.packs.manifest import LanguagePart
from tests.engine.tiny_language import TinyShape, write_part

WIDTH = 64
TUNING = Tuning(repack=False, n_threads=1, n_batch=32)
PICTURE = Embeddings(np.random.default_rng(1).normal(size=(40, WIDTH)).astype(np.float32))
FIRST: list[Segment] = [Text("the cat is left", trusted=False), PICTURE, Text("what is this", trusted=False)]
EXACT = replace(SMALL, joined=True, kept=True)
OLD_S = 1_000_000_000


@pytest.fixture(autouse=True)
def _everything_is_worth_keeping(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "WORTH_KEEPING_S", 0.0)
    monkeypatch.setattr(kept_states, "SPARE_BYTES", 0)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> tuple[LanguagePart, Path]:
    folder = tmp_path_factory.mktemp("tiny")
    return write_part(folder, TinyShape(n_ctx=512)), folder


class Engine:
    """Starts language networks that share a folder of states."""

    def __init__(self, tiny: tuple[LanguagePart, Path], states_dir: Path) -> None:
        self.states_dir = states_dir
        self._tiny = tiny

    def start(self, levers: Levers = LARGE, tuning: Tuning = TUNING) -> closing[Language]:
        opened = Language(*self._tiny, gpu_layers=0, tuning=tuning, levers=levers, states_dir=self.states_dir)
        return closing(opened)

    def files(self, end: str = "") -> list[Path]:
        return sorted(self.states_dir.glob(f"*{end}"))

    def leave(self, levers: Levers = LARGE) -> str:
        """An answer, whose state is kept by an engine that then ends."""
        with self.start(levers) as opened:
            answer = _answer(opened, FIRST)
            opened.keep(Cancellation())
        return answer


@pytest.fixture
def engine(tiny: tuple[LanguagePart, Path], tmp_path: Path) -> Engine:
    return Engine(tiny, tmp_path / "states")


def _answer(opened: Language, segments: list[Segment]) -> str:
    opened.prefill(segments, Cancellation(), lambda _: None)
    return "".join(opened.generate(Sampling(max_tokens=20), (), Cancellation()))


def _n_read(opened: Language, segments: list[Segment]) -> int:
    counts: list[int] = []
    read = opened._context.read
    opened._context.read = lambda batch: (counts.append(sum(map(len, batch))), read(batch))
    opened.prefill(segments, Cancellation(), lambda _: None)
    opened._context.read = read
    return sum(counts)


@pytest.mark.parametrize("levers", [LARGE, EXACT], ids=["fast", "exact"])
def test_a_chat_that_is_opened_again_is_not_read_again(engine: Engine, levers: Levers) -> None:
    answer = engine.leave(levers)
    with engine.start(levers) as again, engine.start(replace(levers, kept=False)) as fresh:
        n_all = _n_read(fresh, FIRST)
        assert _n_read(again, FIRST) < n_all / 2
        if levers.exact:
            np.testing.assert_array_equal(again._context.logits, fresh._context.logits)
        assert _answer(again, FIRST) == _answer(fresh, FIRST) == answer


def test_a_beginning_in_common_is_enough(engine: Engine) -> None:
    engine.leave()
    other = [*FIRST[:2], Text("is the dog left", trusted=False)]
    with engine.start() as again, engine.start(replace(LARGE, kept=False)) as fresh:
        assert _n_read(again, other) < _n_read(fresh, other) / 2
        assert _answer(again, other) == _answer(fresh, other)


def test_what_is_in_memory_is_preferred(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    with engine.start() as opened:
        _answer(opened, FIRST)
        opened.keep(Cancellation())
        monkeypatch.setattr(KeptStates, "take", lambda *_: pytest.fail("nothing on disk was needed"))
        _answer(opened, FIRST)


def test_a_longer_state_takes_the_place_of_its_beginning(engine: Engine) -> None:
    with engine.start() as opened:
        for n_tokens in (5, 10):
            opened.prefill(FIRST, Cancellation(), lambda _: None)
            list(opened.generate(Sampling(max_tokens=n_tokens), (), Cancellation()))
            opened.keep(Cancellation())
    assert len(engine.files(".state")) == len(engine.files(".json")) == 1
    assert len(engine.files()) == 2


def test_the_same_state_is_written_once(engine: Engine) -> None:
    with engine.start() as opened:
        _answer(opened, FIRST)
        opened.keep(Cancellation())
        [path] = engine.files(".state")
        os.utime(path, (OLD_S, OLD_S))
        opened.keep(Cancellation())
        assert path.stat().st_mtime == OLD_S


@pytest.mark.parametrize("levers", [replace(LARGE, kept=False), SMALL])
def test_nothing_is_written_where_the_lever_is_off(engine: Engine, levers: Levers) -> None:
    engine.leave(levers)
    assert engine.files() == []


def test_nothing_is_written_that_is_quickly_read(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "WORTH_KEEPING_S", 60.0)
    engine.leave()
    assert engine.files() == []


# Whose it is


def test_only_the_user_can_read_it(engine: Engine) -> None:
    before = os.umask(0)
    try:
        engine.leave()
    finally:
        os.umask(before)
    assert stat.S_IMODE(engine.states_dir.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in engine.files()} == {0o600}


@pytest.mark.parametrize(
    "settings", [{"tuning": Tuning(repack=False, n_threads=1, n_batch=16)}, {"levers": replace(LARGE, joined=False)}]
)
def test_other_settings_do_not_use_it(engine: Engine, settings: dict) -> None:
    engine.leave()
    with engine.start(**settings) as other:
        assert _n_read(other, FIRST) == other._context.n_cells


def test_another_pack_does_not_use_it(engine: Engine, tmp_path: Path) -> None:
    engine.leave()
    part = write_part(tmp_path, TinyShape(n_ctx=512, seed=1))
    with closing(
        Language(part, tmp_path, gpu_layers=0, tuning=TUNING, levers=LARGE, states_dir=engine.states_dir)
    ) as o:
        assert _n_read(o, FIRST) == o._context.n_cells


def test_states_may_be_removed_while_an_engine_runs(engine: Engine) -> None:
    with engine.start() as opened:
        for _ in range(2):
            answer = _answer(opened, FIRST)
            opened.keep(Cancellation())
            assert len(engine.files()) == 2
            shutil.rmtree(engine.states_dir)
            assert _answer(opened, FIRST) == answer


# Damage


def _rewritten(path: Path, change) -> None:
    header = json.loads(path.read_bytes())
    change(header)
    path.write_text(json.dumps(header))


DAMAGES = {
    "a bit of the state": lambda state, _: _flip(state),
    "the state's end": lambda state, _: os.truncate(state, state.stat().st_size - 100),
    "the whole state": lambda state, _: os.truncate(state, 0),
    "a missing state": lambda state, _: state.unlink(),
    "a folder": lambda state, _: (state.unlink(), state.mkdir()),
    "another checksum": lambda _, header: _rewritten(header, lambda it: it.update(sha256="0" * 64)),
    "no header": lambda _, header: header.write_bytes(b""),
    "a header of bytes": lambda _, header: header.write_bytes(b"\xff\xfe\x00"),
    "a header of another kind": lambda _, header: header.write_text('{"name": 3}'),
    "another's name": lambda _, header: _rewritten(header, lambda it: it.update(name="../../x")),
    "half a mark": lambda _, header: _rewritten(header, lambda it: it.update(marks="AAAA")),
}


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.write_bytes(content)


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_damaged_is_removed_and_read_anew(engine: Engine, damage: str) -> None:
    answer = engine.leave()
    [state], [header] = engine.files(".state"), engine.files(".json")
    DAMAGES[damage](state, header)
    with engine.start() as again:
        assert _n_read(again, FIRST) == again._context.n_cells
        assert _answer(again, FIRST) == answer
        assert [path for path in engine.files() if path.is_file()] == []


def test_a_state_with_a_right_checksum_that_llama_refuses_is_read_anew(engine: Engine) -> None:
    answer = engine.leave()
    [state], [header] = engine.files(".state"), engine.files(".json")
    state.write_bytes(b"nonsense" * 1000)
    checksum = kept_states._sha256(state, Cancellation())
    _rewritten(header, lambda it: it.update(sha256=checksum))
    with engine.start() as again:
        assert _answer(again, FIRST) == answer


def test_a_state_with_what_is_no_number_is_noticed_and_healed(engine: Engine) -> None:
    with engine.start() as opened:
        answer = _answer(opened, FIRST)
        _answer(opened, FIRST[:2])
        poison = run_of_rows(np.full((1, WIDTH), np.nan, np.float32))
        with pytest.raises(Exception, match="no number"):
            opened._context._decode((poison,))
        opened.prefill(FIRST[:2], Cancellation(), lambda _: None)
        opened._context._n_cells += 1  # as if the fault had not been noticed
        opened._context._past.append((poison,))
        opened.keep(Cancellation())
    with engine.start() as again:
        assert _answer(again, FIRST) == answer


# Room, disk and time


def test_the_oldest_make_room(tmp_path: Path) -> None:
    states = KeptStates(tmp_path, "a network", max_bytes=3000)
    for number in range(5):
        marks = np.array([number, 1], np.uint64)
        states.keep(marks, [2], 1000, lambda path: path.write_bytes(b"x" * 1000), Cancellation())
        newest = max(tmp_path.glob("*.state"), key=lambda path: path.stat().st_mtime_ns)
        os.utime(newest, (OLD_S + number, OLD_S + number))
    kept = {int(state.cell_marks()[0]) for state in states._states()}
    assert kept == {2, 3, 4}
    assert sum(path.stat().st_size for path in tmp_path.glob("*.state")) == 3000


def test_what_an_engine_left_unfinished_is_removed_later(tmp_path: Path) -> None:
    states = KeptStates(tmp_path, "a network")
    for name, age_s in (("old", 7200), ("new", 0)):
        (tmp_path / f"{name}.part").touch()
        os.utime(tmp_path / f"{name}.part", (time.time() - age_s,) * 2)
    states.keep(np.zeros(2, np.uint64), [2], 1, lambda path: path.write_bytes(b"x"), Cancellation())
    assert [path.name for path in tmp_path.glob("*.part")] == ["new.part"]


def test_one_that_is_too_large_is_not_kept(tmp_path: Path) -> None:
    states = KeptStates(tmp_path, "a network", max_bytes=3000)
    states.keep(np.zeros(2, np.uint64), [2], 3001, lambda _: pytest.fail("written"), Cancellation())


def _fail(_path: Path) -> None:
    raise OSError("no space left")


def test_a_full_disk_does_no_harm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    states = KeptStates(tmp_path, "a network")
    states.keep(np.zeros(2, np.uint64), [2], 100, _fail, Cancellation())
    monkeypatch.setattr(kept_states, "SPARE_BYTES", 2**60)
    states.keep(np.zeros(2, np.uint64), [2], 100, lambda _: pytest.fail("written"), Cancellation())
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    states = KeptStates(tmp_path / "file" / "states", "a network")
    states.keep(np.zeros(2, np.uint64), [2], 100, lambda _: None, Cancellation())
    assert states.best(lambda marks, _ends: len(marks)) == (None, 0)


@pytest.fixture
def cancelled() -> Iterator[Cancellation]:
    cancellation = Cancellation()
    cancellation.cancel()
    return cancellation


def test_keeping_ends_when_a_question_comes_and_leaves_nothing(engine: Engine, cancelled: Cancellation) -> None:
    with engine.start() as opened:
        _answer(opened, FIRST)
        with pytest.raises(CancelledWork):
            opened.keep(cancelled)
    assert engine.files() == []


def test_two_engines_keep_their_states_side_by_side(engine: Engine) -> None:
    networks = [engine.start() for _ in range(2)]
    questions = [[Text(f"{word} is this " * 8, trusted=False)] for word in ("dog", "cat")]

    def work(opened: Language, question: list[Segment]) -> None:
        for n_tokens in range(2, 8):
            opened.prefill(question, Cancellation(), lambda _: None)
            list(opened.generate(Sampling(max_tokens=n_tokens), (), Cancellation()))
            opened.keep(Cancellation())

    threads = [
        threading.Thread(target=work, args=(each.thing, question))
        for each, question in zip(networks, questions, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for each in networks:
        each.thing.close()
    assert len(engine.files(".state")) == 2
