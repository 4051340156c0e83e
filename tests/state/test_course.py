"""Where a request is: forwards only, also between the signs that the engine gives."""

import pytest
from PySide6.QtCore import QObject, Signal

from bubo_desktop.protocol import Progress
from bubo_desktop.state.course import Course
from bubo_desktop.state.estimates import Estimates, StageProgress
from bubo_desktop.state.settings import SettingsFile

pytestmark = pytest.mark.usefixtures("qapp")
REQUEST = 7
STAGES_MS = {"see": 400.0, "tag": 100.0, "prefill": 200.0, "generate": 300.0}


class Engine(QObject):
    """A source of progress."""

    progress = Signal(Progress)


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def estimates(tmp_path) -> Estimates:
    return Estimates(SettingsFile(tmp_path / "settings.json"))


def follow(engine, estimates) -> list[StageProgress]:
    told: list[StageProgress] = []
    Course(engine, REQUEST, estimates, (1, 0), parent=engine).progressed.connect(told.append)
    return told


def tell(engine, stage: str, fraction: float, elapsed_ms: float = 0.0, request_id: int = REQUEST) -> None:
    engine.progress.emit(Progress(id=request_id, stage=stage, fraction=fraction, elapsed_ms=elapsed_ms))


def test_stages_weigh_as_much_as_they_last(engine, estimates):
    estimates.learn(STAGES_MS, 1, 0)
    told = follow(engine, estimates)
    for stage in ("see", "prefill", "generate"):
        tell(engine, stage, 0.0)
        tell(engine, stage, 1.0, STAGES_MS[stage])
    ends = told[1::2]
    assert [end.stage for end in ends] == ["see", "prefill", "generate"]
    assert [end.fraction for end in ends] == pytest.approx([0.4, 0.6, 0.9])
    assert [end.remaining_s for end in ends] == pytest.approx([0.6, 0.4, 0.1])


def test_it_never_runs_backwards(engine, estimates):
    told = follow(engine, estimates)
    for fraction in (0.5, 0.2, 0.9):
        tell(engine, "see", fraction)
    fractions = [progress.fraction for progress in told]
    assert fractions == sorted(fractions)
    assert all(progress.remaining_s is None for progress in told)


def test_a_silent_stage_goes_on_with_the_time_but_not_to_its_end(qtbot, engine, estimates):
    estimates.learn({"generate": 1.0, "see": 1.0}, 1, 0)
    told = follow(engine, estimates)
    tell(engine, "generate", 0.0)
    qtbot.waitUntil(lambda: len(told) >= 3, timeout=60_000)
    assert told[-1].fraction == pytest.approx(0.95 / 2)


def test_requests_of_others_are_theirs(engine, estimates):
    told = follow(engine, estimates)
    tell(engine, "see", 1.0, request_id=REQUEST + 1)
    assert told == []


def test_stages_that_ended_are_learned_and_others_are_not(engine, estimates):
    course = Course(engine, REQUEST, estimates, (1, 0), parent=engine)
    tell(engine, "see", 0.0)
    tell(engine, "see", 1.0, 50.0)
    tell(engine, "prefill", 0.5, 20.0)
    course.finish()
    assert estimates.expected_ms("see") == 50
    assert estimates.expected_ms("prefill") is None
