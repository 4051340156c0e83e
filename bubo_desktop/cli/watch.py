"""`watch`: what a camera or the screen shows, one line for each answer or finding, until Ctrl-C."""

from __future__ import annotations

import os
import sys
from argparse import Namespace

import msgspec
from PySide6.QtCore import (
    QEventLoop,
    QMessageLogContext,
    QTimer,
    QtMsgType,
    qFormatLogMessage,
    qInstallMessageHandler,
)
from PySide6.QtGui import QGuiApplication

from bubo_desktop.capture.camera import Camera
from bubo_desktop.capture.frames import FrameSource
from bubo_desktop.capture.screen import Screen
from bubo_desktop.cli.talk import Talk, on_ctrl_c
from bubo_desktop.client import EngineClient
from bubo_desktop.errors import BuboError, DeviceError
from bubo_desktop.packs.catalog import find_pack
from bubo_desktop.protocol import Failed
from bubo_desktop.state.live.looking import Looking
from bubo_desktop.state.live.scene import LiveAnswer, LiveScene, Noticed
from bubo_desktop.state.live.standing import StandingQuestion
from bubo_desktop.state.live.watching import Watching
from bubo_desktop.ui.display import missing_display


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """What `--json` prints. `latency_s` passed from the frame to the line, which is the age of what it tells."""

    latency_s: float
    answer: str | None = None
    noticed: tuple[str, ...] = ()
    things: tuple[str, ...] | None = None


def run(options: Namespace) -> int:
    """Prints until Ctrl-C, or until `options.count` lines are out; the device is closed then.

    Raises:
        DeviceError: the device brings no picture at all; one that is lost later is waited for.
        PackError, InputError, EngineError.
        KeyboardInterrupt: the user ended it.
    """
    application = _application(options)
    pack_dir = find_pack(options.pack)
    client = EngineClient(parent=application)
    source: FrameSource = Screen(parent=application) if options.screen else Camera(parent=application)
    talk = Talk(client)
    try:
        talk.start(pack_dir, gpu_layers=0 if options.cpu else -1)
        if options.sought:
            talk.look_up(options.sought)  # before the device is opened
        Watch(client, source, options).exec()
    finally:
        source.close()
        talk.close()
    return 0


def _application(options: Namespace) -> QGuiApplication:
    """A camera needs no display; the screen does."""
    reason = missing_display() if options.screen else ""
    if reason:
        raise DeviceError(reason, "Use a camera, or log in to a desktop.")
    if not options.screen:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    qInstallMessageHandler(_tell_trouble)
    return QGuiApplication([])


def _tell_trouble(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    """Qt warns of each camera that its pictures are converted without a graphics card, which is nobody's trouble."""
    if "No RHI backend" not in message:
        print(qFormatLogMessage(kind, context, message), file=sys.stderr)


class Watch:
    """Turns the event loop and prints what comes."""

    def __init__(self, client: EngineClient, source: FrameSource, options: Namespace) -> None:
        self._source = source
        self._options = options
        self._loop = QEventLoop()
        self._n_left = options.count
        self._error: BuboError | None = None
        self._is_stopped = False
        self._has_flowed = False
        self._shown: str | tuple[str, ...] | None = None
        self._looking = Looking(client)
        self._looking.outlines = False
        self._standing = StandingQuestion(client)
        self._watching = Watching(client)
        self._looking.seen.connect(self._take_scene)
        self._standing.answered.connect(self._take_answer)
        self._watching.noticed.connect(self._take_noticed)
        for activity in (self._looking, self._standing, self._watching):
            activity.trouble.connect(self._fail)
        client.unavailable.connect(self._give_up)
        source.flowing.connect(self._note_flow)
        source.fault.connect(self._take_fault)

    def exec(self) -> None:
        """Opens the device and returns when all is printed. Raises as `run` does."""
        with on_ctrl_c(self._stop):
            if self._options.question:
                self._standing.start(self._source, self._options.question)
            elif self._options.sought:
                self._watching.start(self._options.sought, self._source)
            else:
                self._looking.start(self._source)
            self._source.open(self._options.camera or "")
            if not self._is_over:
                self._loop.exec()
        for activity in (self._looking, self._standing, self._watching):
            activity.stop()
        if self._error:
            raise self._error
        if self._is_stopped:
            raise KeyboardInterrupt

    @property
    def _is_over(self) -> bool:
        return self._is_stopped or self._error is not None

    def _take_scene(self, scene: LiveScene) -> None:
        things = tuple(sorted(thing.label for thing in scene.things))
        self._print(", ".join(things) or "nothing known", Line(self._looking.age_s, things=things), things)

    def _take_answer(self, answer: LiveAnswer) -> None:
        self._print(answer.text, Line(answer.latency_s, answer=answer.text), answer.text)

    def _take_noticed(self, noticed: Noticed) -> None:
        words = f"{noticed.words}: {', '.join(noticed.labels)}"
        self._print(words, Line(noticed.latency_s, noticed=noticed.labels), None)

    def _print(self, words: str, line: Line, told: str | tuple[str, ...] | None) -> None:
        """Prints what was not told just before."""
        if told is not None and told == self._shown:
            return
        self._shown = told
        if self._options.json:
            print(msgspec.json.encode(line).decode(), flush=True)
        else:
            print(f"{words}  ({line.latency_s:.1f} s old)", flush=True)
        if self._n_left is not None:
            self._n_left -= 1
            if self._n_left <= 0:
                self._quit()

    def _note_flow(self, name: str) -> None:
        print(f"{name} is in use. Ctrl-C ends it." if not self._has_flowed else f"{name} is back.", file=sys.stderr)
        self._has_flowed = True

    def _take_fault(self, error: DeviceError) -> None:
        if self._has_flowed:
            print(error, file=sys.stderr)
        else:
            self._fail(error)

    def _give_up(self, failed: Failed) -> None:
        self._fail(BuboError(failed.message, failed.hint))

    def _fail(self, error: BuboError) -> None:
        self._error = error
        self._quit()

    def _stop(self) -> None:
        self._is_stopped = True
        self._quit()

    def _quit(self) -> None:
        self._source.close()
        QTimer.singleShot(0, self._loop.quit)  # by way of the loop: one that has yet to begin ends too
