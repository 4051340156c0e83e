"""A standing question: asked again whenever the picture is another one, never before the last answer has come."""

from __future__ import annotations

import time

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal

from bubo_desktop.capture.frames import FrameSource
from bubo_desktop.client import EngineClient
from bubo_desktop.errors import BuboError
from bubo_desktop.protocol import Done
from bubo_desktop.state.live.errand import Errand
from bubo_desktop.state.live.scene import LiveAnswer, links_of
from bubo_desktop.state.live.sight import Sight

TICK_MS = 100
AGAIN_S = 1.0  # after a failure


def preset_questions() -> tuple[str, ...]:
    """Questions that are often asked of a live picture, in the interface's language."""
    translate = QCoreApplication.translate
    return (
        translate("Live", "What do you see?"),
        translate("Live", "What am I holding?"),
        translate("Live", "What is on the left?"),
        translate("Live", "How many things are there?"),
    )


class StandingQuestion(QObject):
    """Asks about the newest frame, without history and masks, while the engine has nothing else to answer.

    Signals:
        answered(LiveAnswer): the answer about a frame that is now a little older.
        trouble(BuboError): it cannot be answered; once until it can.
    """

    answered = Signal(LiveAnswer)
    trouble = Signal(BuboError)

    def __init__(self, client: EngineClient, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._client = client
        self._errand = Errand(client, self)
        self._errand.done.connect(self._take)
        self._errand.failed.connect(self._take_failure)
        self._tick = QTimer(self, interval=TICK_MS)
        self._tick.timeout.connect(self._look)
        self._is_held = False
        self._forget()

    def _forget(self) -> None:
        self._sight: Sight | None = None
        self._question = ""
        self._answer: LiveAnswer | None = None
        self._taken_s = self._true_s = self._next_s = 0.0
        self._told = ""

    @property
    def is_on(self) -> bool:
        """Between `start` and `stop`."""
        return self._sight is not None

    @property
    def question(self) -> str:
        """What is asked; empty where nothing is."""
        return self._question

    @property
    def answer(self) -> LiveAnswer | None:
        """The last answer."""
        return self._answer

    @property
    def age_s(self) -> float:
        """How long ago a frame came that looks like the one of `answer`; infinite where there is no answer."""
        return time.monotonic() - self._true_s if self._answer else float("inf")

    def start(self, source: FrameSource, question: str) -> None:
        """Asks this about that source from now on, in place of what was asked before."""
        self.stop()
        self._sight, self._question = Sight(source), question
        self._tick.start()
        self._look()

    def stop(self) -> None:
        """Asks no more, and forgets the answer."""
        self._tick.stop()
        self._errand.drop()
        self._forget()

    def hold(self, is_held: bool) -> None:
        """Gives way to a question in the chat, or goes on."""
        self._is_held = is_held
        if is_held and self._errand.is_under_way:
            self._errand.drop()
            if self._sight:
                self._sight.forget()

    def _look(self) -> None:
        sight, now_s = self._sight, time.monotonic()
        if sight is None or self._errand.is_under_way:
            return
        if not sight.has_changed():
            self._true_s = now_s if sight.source.age_s < float("inf") else self._true_s
        elif not self._is_held and self._client.is_idle and now_s >= self._next_s:
            self._ask(sight)

    def _ask(self, sight: Sight) -> None:
        taken = sight.take()
        if taken is None:
            return
        frame, self._taken_s = taken
        self._errand.begin(lambda: self._client.ask(self._question, (frame,), outline=False))

    def _take(self, done: Done) -> None:
        if done.answer is None:
            return
        latency_s = time.monotonic() - self._taken_s
        links = links_of(done.answer)
        self._answer = LiveAnswer(self._question, done.answer.answer, links, self._taken_s, latency_s)
        self._true_s = self._taken_s
        self._told = ""
        self.answered.emit(self._answer)
        self._look()

    def _take_failure(self, error: BuboError) -> None:
        self._next_s = time.monotonic() + AGAIN_S
        if self._sight:
            self._sight.forget()
        if str(error) != self._told:
            self._told = str(error)
            self.trouble.emit(error)
