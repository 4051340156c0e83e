"""What a kill -9 costs the user: no click, and nothing that was said to be kept. See `tests.bench.kills` for more."""

from __future__ import annotations

from pathlib import Path

from tests.window.desktop import Desktop
from tests.window.kills import QUESTION, kill_engines, kill_programs
from tests.window.program import ROOT

PACK = ROOT / "models" / "nano"
N_ENGINES, N_PROGRAMS = 50, 12


def test_killing_the_engine_loses_no_question_and_hardly_a_word(desktop: Desktop, tmp_path: Path) -> None:
    report = kill_engines(desktop, tmp_path, PACK, N_ENGINES)
    assert [exchange.question for exchange in report.exchanges] == [QUESTION] * N_ENGINES
    assert all(exchange.failure and exchange.failure.message for exchange in report.exchanges)
    assert max(report.lost_s) < 2
    assert report.stall_s < 0.25


def test_killing_the_program_loses_nothing_that_was_said_to_be_kept(desktop: Desktop, tmp_path: Path) -> None:
    report = kill_programs(desktop, tmp_path, PACK, N_PROGRAMS)
    assert report.n_acknowledged >= N_PROGRAMS / 2
    assert report.lost == []
    assert report.complaints == []
