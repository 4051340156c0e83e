"""Asking goes on past files that cannot be used, and what was measured survives Ctrl-C."""

import signal

import pytest

from bubo_desktop.cli.talk import Stopped
from bubo_desktop.data import Answer
from bubo_desktop.errors import EngineError, InputError
from build.evaluation.average_precision import Region
from build.evaluation.examiner import Examiner
from build.evaluation.figures import share
from build.evaluation.gallery import FOUND_RGB, WANTED_RGB, Gallery, draw_slip
from build.evaluation.suite import Case, Findings, ListedSuite, Question, Slip
from tests.evaluation.small_files import draw_picture


class Echo(ListedSuite[str]):
    """Right answers repeat the question; the later a wrong one, the worse."""

    def __init__(self, *texts: str) -> None:
        super().__init__([Case((Question(text),), text) for text in texts])
        self.marks: list[bool] = []

    def mark(self, truth, answers):
        self.marks.append(answers[0].answer == truth)
        return None if self.marks[-1] else Slip(len(self.marks), truth, truth, answers[0].answer)

    def findings(self):
        return Findings([share("right", self.marks)])


class Parrot:
    """Repeats the question, or raises what stands for it."""

    def __init__(self, **troubles) -> None:
        self.troubles = troubles

    def ask(self, question, images=(), sounds=(), history=()):
        del images, sounds, history
        if question in self.troubles:
            raise self.troubles[question]
        return Answer(answer=question.replace("wrong", "?"), pack="p")


def test_a_file_that_cannot_be_used_is_left_out_and_told():
    examiner = Examiner(Parrot(bad=InputError("It is damaged.")), Gallery())
    findings = examiner.examine(Echo("a", "bad", "b"))
    assert (findings.figures[0].value, findings.figures[0].n) == (1, 2)
    assert len(examiner.left_out) == 1
    assert "damaged" in examiner.left_out[0]
    assert not examiner.is_partial


@pytest.mark.parametrize("end", [Stopped("half a"), KeyboardInterrupt(), EngineError("It died.")])
def test_what_was_measured_is_kept_and_marked_as_partial(end):
    examiner = Examiner(Parrot(c=end), Gallery())
    findings = examiner.examine(Echo("a", "wrong", "c", "d"))
    assert (findings.figures[0].value, findings.figures[0].n) == (0.5, 2)
    assert examiner.is_partial
    assert examiner.n_cases == 2


def test_ctrl_c_between_questions_lets_the_case_be_marked():
    class Interrupted(Parrot):
        def ask(self, question, images=(), sounds=(), history=()):
            if question == "b":
                signal.raise_signal(signal.SIGINT)
            return super().ask(question, images, sounds, history)

    examiner = Examiner(Interrupted(), Gallery())
    findings = examiner.examine(Echo("a", "b", "c"))
    assert (findings.figures[0].value, findings.figures[0].n) == (1, 2)
    assert examiner.is_partial
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_the_worst_cases_hang_in_order(tmp_path):
    gallery = Gallery(2)
    Examiner(Parrot(), gallery).examine(Echo("wrong 1", "a", "wrong 2", "wrong 3"))
    shown = gallery.hang(tmp_path)
    assert [each.asked for each in shown] == ["wrong 3", "wrong 2"]
    assert sorted(path.name for path in tmp_path.iterdir()) == [each.file for each in shown]


def test_a_case_is_drawn_with_what_was_found_and_what_was_wanted(tmp_path):
    slip = Slip(
        1, "", "", "", draw_picture(tmp_path / "a.png"), (Region("", (0, 0, 8, 8)),), (Region("", (8, 8, 16, 16)),)
    )
    drawn = draw_slip(slip)
    assert drawn.size == (240, 240)
    assert drawn.getpixel((0, 0)) == WANTED_RGB
    assert drawn.getpixel((239, 239)) == FOUND_RGB
