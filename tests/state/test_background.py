"""Work in threads, whose results arrive where the window lives, and only while somebody wants them."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
import shiboken6
from PySide6.QtCore import QObject

from bubo_desktop.errors import InputError
from bubo_desktop.state.background import Background

WAIT_MS = 20_000


class Receiver(QObject):
    """Something that is shown."""

    def __init__(self) -> None:
        super().__init__()
        self.received: list[object] = []

    def take(self, result: object) -> None:
        self.received.append(result)


@pytest.fixture
def background(qapp) -> Iterator[Background]:
    assert qapp
    background = Background(n_threads=1)
    yield background
    background.close()


def drain(qtbot, background: Background) -> None:
    """Waits until all that was asked for so far has been delivered: one thread does one thing after the other."""
    delivered: list[None] = []
    background.run(lambda: None, delivered.append)
    qtbot.waitUntil(lambda: bool(delivered), timeout=WAIT_MS)


def test_work_is_done_elsewhere_and_its_result_arrives_here(qtbot, background):
    threads: list[threading.Thread] = []
    background.run(threading.current_thread, lambda worker: threads.extend([worker, threading.current_thread()]))
    drain(qtbot, background)
    assert threads[0] is not threading.main_thread()
    assert threads[1] is threading.main_thread()


def test_a_refusal_is_told_and_nothing_is_done(qtbot, background):
    def refuse() -> None:
        raise InputError("It is damaged.", "Take another.")

    done: list[None] = []
    refused: list[Exception] = []
    background.run(refuse, done.append, refused.append)
    drain(qtbot, background)
    assert ([str(error) for error in refused], done) == ([str(InputError("It is damaged.", "Take another."))], [])


def test_a_mistake_of_the_program_is_raised_where_it_is_seen(qtbot, background):
    with qtbot.captureExceptions() as raised:
        background.run(lambda: 1 // 0, lambda _: None, lambda _: None)
        drain(qtbot, background)
    assert [kind for kind, _, _ in raised] == [ZeroDivisionError]


def test_what_nobody_wants_any_more_is_not_delivered(qtbot, background):
    begun, go_on = threading.Event(), threading.Event()
    received: list[object] = []

    def work() -> str:
        begun.set()
        go_on.wait()
        return "too late"

    under_way = background.run(work, received.append)
    waiting = background.run(lambda: received.append("was done"), received.append)
    begun.wait()
    under_way.abandon()
    waiting.abandon()
    go_on.set()
    drain(qtbot, background)
    assert received == []


def test_a_widget_that_is_gone_receives_nothing(qtbot, background):
    receiver = Receiver()
    background.run(lambda: "news", receiver.take)
    shiboken6.delete(receiver)
    drain(qtbot, background)
    assert receiver.received == []


def test_after_the_end_nothing_begins(qapp, background):
    background.close()
    received: list[object] = []
    background.run(lambda: received.append("was done"), received.append)
    qapp.processEvents()
    assert received == []


def test_finishing_does_all_that_was_asked_for(background):
    written: list[int] = []
    for number in range(5):
        background.run(lambda number=number: written.append(number), lambda _: None)
    background.finish()
    assert written == [0, 1, 2, 3, 4]
