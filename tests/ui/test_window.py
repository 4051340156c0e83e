"""The whole window, with the shipped pack: from the empty page to answers that point, and what remains of them."""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QImage, QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QPlainTextEdit, QTextEdit, QWidget

from bubo_desktop import paths
from bubo_desktop.client import EngineClient
from bubo_desktop.state.attention import EventRef, ObjectRef
from bubo_desktop.state.records import Exchange
from bubo_desktop.state.workspace import Workspace
from bubo_desktop.ui.app import Program
from bubo_desktop.ui.shortcuts import SHORTCUTS
from bubo_desktop.ui.window import Window
from tests.client.conftest import ROOT
from tests.state.conftest import WAIT_MS
from tests.ui import pointer

GARDEN = ROOT / "models" / "nano" / "samples" / "garden.png"


@pytest.fixture
def open_window(qtbot, tmp_path):
    """Opens windows on one folder, each with the shipped pack; called again, it first ends the one before."""
    opened: list[Window] = []

    def end() -> None:
        window = opened.pop()
        window.close()
        with qtbot.waitSignal(window.workspace.closed, timeout=WAIT_MS):
            window.workspace.close()

    def begin() -> Window:
        if opened:
            end()
        window = Window(Workspace(tmp_path, EngineClient()))
        opened.append(window)
        qtbot.addWidget(window)
        with qtbot.waitSignal(window.furnished, timeout=WAIT_MS):
            window.show()
        window.workspace.begin()
        return window

    yield begin
    if opened:
        end()


def wait_for_answer(qtbot, window: Window) -> Exchange:
    """The newest exchange, when nothing more will come."""
    conversation = window.workspace.conversation
    qtbot.waitUntil(lambda: bool(conversation.exchanges) and not conversation.is_answering, timeout=WAIT_MS)
    return conversation.exchanges[-1]


def choose_sample(qtbot, window: Window, number: int) -> Exchange:
    qtbot.waitUntil(lambda: len(window.welcome.cards) == 3, timeout=WAIT_MS)
    qtbot.mouseClick(window.welcome.cards[number], Qt.MouseButton.LeftButton)
    return wait_for_answer(qtbot, window)


def type_and_send(qtbot, window: Window, question: str) -> Exchange:
    qtbot.keyClicks(window.focusWidget(), question)
    qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Return)
    return wait_for_answer(qtbot, window)


def test_one_click_on_the_first_start_brings_an_answer_that_points(qtbot, open_window) -> None:
    window = open_window()
    assert window.welcome.isVisible()
    assert not window.findings.pictures.isVisible()
    exchange = choose_sample(qtbot, window, 0)
    assert exchange.status == "done"
    assert any(link.objects for link in exchange.answer.links)
    assert window.transcript.isVisible()
    assert window.findings.pictures.isVisible()
    assert {thing.label for thing in exchange.answer.images[0].objects} == {"dog", "car", "tree", "bird"}
    qtbot.waitUntil(lambda: len(window.findings.pictures.legend.chips) == 4, timeout=WAIT_MS)
    assert exchange.question in window.windowTitle()


def test_the_third_sample_shows_which_thing_makes_the_sound(qtbot, open_window) -> None:
    window = open_window()
    exchange = choose_sample(qtbot, window, 2)
    assert exchange.answer.match
    assert exchange.answer.match.verdict == "related"
    assert window.findings.sounds.isVisible()
    assert window.findings.pictures.isVisible()
    [dog] = exchange.answer.match.source_objects
    assert exchange.answer.images[0].objects[dog].label == "dog"
    [shown] = window.transcript.views
    barking = exchange.answer.answer.index("barking")
    pointer.move(shown.answer.viewport(), _place_of(shown.answer, barking + 1))
    assert window.workspace.attention.lit == {EventRef(0, 0), ObjectRef(0, dog)}


def test_a_sound_alone_has_the_column_for_itself(qtbot, open_window) -> None:
    window = open_window()
    exchange = choose_sample(qtbot, window, 1)
    assert {event.label for event in exchange.answer.sounds[0].events} == {"meowing", "ringing"}
    assert window.findings.sounds.isVisible()
    assert not window.findings.pictures.isVisible()


def test_in_the_smallest_window_everything_is_in_its_column(qtbot, open_window) -> None:
    window = open_window()
    choose_sample(qtbot, window, 2)
    window.resize(window.minimumSize())
    qtbot.waitUntil(lambda: window.transcript.isVisible() and window.findings.isVisible(), timeout=WAIT_MS)
    parts = (window.sidebar, window.composer, window.transcript, window.findings.pictures, window.findings.sounds)
    areas = [QRect(part.mapTo(window, QPoint()), part.size()) for part in parts]
    assert window.size() == window.minimumSize()
    assert all(window.rect().contains(area) for area in areas)
    assert not any(one.intersects(other) for one, other in combinations(areas, 2))
    [view] = window.transcript.views
    assert view.width() <= window.transcript.viewport().width()


def test_words_light_regions_and_regions_light_words(qtbot, open_window) -> None:
    window = open_window()
    exchange = choose_sample(qtbot, window, 0)
    attention, view = window.workspace.attention, window.findings.pictures.view
    qtbot.waitUntil(lambda: view.viewport is not None, timeout=WAIT_MS)
    link = next(link for link in exchange.answer.links if link.text.endswith("dog"))
    [shown] = window.transcript.views
    pointer.move(shown.answer.viewport(), _place_of(shown.answer, link.start + 1))
    assert attention.lit == {ObjectRef(0, link.objects[0])}
    pointer.leave(shown.answer)
    assert not attention.lit
    tree = next(thing for thing in exchange.answer.images[0].objects if thing.label == "tree")
    x0, y0, x1, y1 = tree.box_xyxy_px
    there = view.viewport.to_view(QPointF((x0 + x1) / 2, (y0 + y1) / 2))
    pointer.click(view, there)
    assert attention.pinned == {ObjectRef(0, tree.id)}
    assert shown.answer.extraSelections()


def test_masks_come_when_something_is_pointed_at_where_that_is_chosen(qtbot, open_window) -> None:
    window = open_window()
    window.workspace.choose_masks("when_pointed_at")
    exchange = choose_sample(qtbot, window, 0)
    things = exchange.answer.images[0].objects
    assert things
    assert not any(thing.mask_rle for thing in things)
    attention, conversation = window.workspace.attention, window.workspace.conversation
    attention.hover(exchange, frozenset({ObjectRef(0, things[0].id)}))
    with qtbot.waitSignal(window.workspace.history.saved, timeout=WAIT_MS):
        qtbot.waitUntil(
            lambda: all(thing.mask_rle for thing in conversation.exchanges[-1].answer.images[0].objects),
            timeout=WAIT_MS,
        )
    assert attention.shown == conversation.exchanges[-1]


def _place_of(text: QTextEdit, position: int) -> QPointF:
    cursor = text.textCursor()
    cursor.setPosition(position)
    return text.cursorRect(cursor).center().toPointF()


def test_an_old_chat_shows_all_that_was_found_while_no_pack_is_installed(qtbot, open_window, monkeypatch) -> None:
    before = choose_sample(qtbot, open_window(), 2)
    monkeypatch.setattr(paths, "_shipped_packs", lambda: ROOT / "no packs here")
    window = open_window()
    conversation = window.workspace.conversation
    qtbot.waitUntil(lambda: window.sidebar.view.model().rowCount() > 0, timeout=WAIT_MS)
    window.sidebar.open_next()
    window.composer.focus_text()
    after = wait_for_answer(qtbot, window)
    assert conversation.chat
    assert after == before
    assert all(thing.mask_rle for thing in after.answer.images[0].objects)
    qtbot.waitUntil(lambda: len(window.findings.pictures.legend.chips) == 4, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: window.findings.pictures.view.viewport is not None, timeout=WAIT_MS)
    sounds = window.findings.sounds
    qtbot.waitUntil(lambda: sounds.height() == sounds.sizeHint().height(), timeout=WAIT_MS)
    _wait_for_light(qtbot, window, ObjectRef(0, 0))
    assert window.findings.sounds.isVisible()
    assert window.banner.isVisible()
    failed = type_and_send(qtbot, window, "And now?")
    assert failed.status == "failed"
    assert failed.failure
    assert conversation.exchanges[0] == before


def _wait_for_light(qtbot, window: Window, target: ObjectRef) -> None:
    """Points at something, and waits until most of the picture is dimmed."""
    attention, view = window.workspace.attention, window.findings.pictures.view
    plain = _pixels(view)
    n_picture = view.viewport.area.width() * view.viewport.area.height()
    attention.hover(attention.shown, frozenset({target}))
    qtbot.waitUntil(lambda: (_pixels(view) < plain).any(axis=2).sum() > n_picture / 2, timeout=WAIT_MS)
    attention.hover(attention.shown, frozenset())


def _pixels(widget: QWidget) -> NDArray[np.uint8]:
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGBA8888)
    return np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4).copy()


def test_what_is_deleted_comes_back_with_one_key(qtbot, open_window) -> None:
    window = open_window()
    choose_sample(qtbot, window, 1)
    chat = window.workspace.conversation.chat
    window.workspace.conversation.delete_chat(chat.id)
    assert window.welcome.isVisible()
    assert window.notices.isVisible()
    window.notices.undo()
    qtbot.waitUntil(window.transcript.isVisible, timeout=WAIT_MS)
    assert window.workspace.conversation.chat.id == chat.id


def test_the_next_question_is_about_the_same_picture(qtbot, open_window) -> None:
    window = open_window()
    first = choose_sample(qtbot, window, 0)
    second = type_and_send(qtbot, window, "Where is the car?")
    assert second.attachments == first.attachments
    assert second.status == "done"
    assert "car" in second.answer.answer


def test_a_dropped_picture_is_shown_before_anything_is_asked(qtbot, open_window) -> None:
    window = open_window()
    window.workspace.draft.add_files([str(GARDEN)])
    qtbot.waitUntil(window.findings.pictures.isVisible, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: window.findings.pictures.view.viewport is not None, timeout=WAIT_MS)
    window.workspace.draft.remove(window.workspace.draft.attachments[0])
    assert not window.findings.pictures.isVisible()


def test_every_key_of_the_sheet_that_the_window_promises_is_bound_once(open_window) -> None:
    window = open_window()
    bound = [shortcut.key().toString() for shortcut in window.findChildren(QShortcut)]
    promised = [QKeySequence(shortcut.keys).toString() for shortcut in SHORTCUTS if shortcut.id]
    assert sorted(bound) == sorted(promised)


@pytest.mark.parametrize(
    ("keys", "is_done"),
    [
        ("Ctrl+K", lambda window: window.focusWidget() is window.sidebar.search),
        ("Ctrl+B", lambda window: not window.sidebar.isVisible()),
        ("F1", lambda window: window.sheet.isVisible()),
    ],
)
def test_keys_do_what_the_sheet_says(qtbot, open_window, keys: str, is_done: Callable[[Window], bool]) -> None:
    window = open_window()
    with qtbot.waitActive(window, timeout=WAIT_MS):
        window.activateWindow()
    QTest.keySequence(window, QKeySequence(keys))
    assert is_done(window)


def test_a_key_that_a_menu_shows_is_still_the_windows(qtbot, open_window) -> None:
    window = open_window()
    with qtbot.waitActive(window, timeout=WAIT_MS):
        window.activateWindow()
    window.sidebar.menu.aboutToShow.emit()
    QTest.keySequence(window, QKeySequence("F1"))
    assert window.sheet.isVisible()


def test_every_control_has_a_name_for_a_screen_reader(qtbot, open_window) -> None:
    window = open_window()
    choose_sample(qtbot, window, 2)
    window.sheet.toggle()
    kinds = (QAbstractButton, QLineEdit, QPlainTextEdit, QTextEdit)
    controls = [widget for kind in kinds for widget in window.findChildren(kind) if not _is_qts_own(widget)]
    assert len(controls) > 20
    assert not [_describe(widget) for widget in controls if not _name(widget)]


def _is_qts_own(widget: QWidget) -> bool:
    return widget.objectName().startswith("qt_")


def _name(widget: QWidget) -> str:
    return widget.accessibleName() or (widget.text() if isinstance(widget, QAbstractButton) else "")


def _describe(widget: QWidget) -> str:
    return f"{type(widget).__name__} in {type(widget.parentWidget()).__name__}"


def test_size_and_columns_are_remembered(open_window) -> None:
    window = open_window()
    window.resize(700, 560)
    window.remember()
    size = window.size()
    again = open_window()
    assert again.size() == size


PAINTED = """
import sys
from bubo_desktop.environment import quiet_libraries
quiet_libraries()
from bubo_desktop.ui import app
heavy = {"numpy", "PIL", "soundfile", "soxr", "onnxruntime", "llama_cpp", "torch", "PySide6.QtMultimedia"}
def report(program, *args, **kwargs):
    print("painted with", sorted(heavy & set(sys.modules)))
    program.workspace.close()
app.Program._begin = report
raise SystemExit(app.run(None, cpu_only=True))
"""


def test_the_window_is_painted_before_any_heavy_library_is_imported(tmp_path) -> None:
    environment = {"PATH": "", "BUBO_HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", PAINTED]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=True)
    assert ended.stdout.strip() == "painted with []"


@pytest.fixture
def program(qtbot, qapp, tmp_path, monkeypatch) -> Iterator[Program]:
    """The whole program, as `main.py` makes it."""
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)  # it sets its own
    program = Program(qapp, Workspace(tmp_path, EngineClient()))
    program.open(None, cpu_only=True, files=())
    yield program
    program.window.sidebar.menu.language_chosen.emit("en")
    with qtbot.waitSignal(program.workspace.closed, timeout=WAIT_MS):
        program.window.close()
    program.window.deleteLater()


def test_in_another_language_the_open_chat_is_still_there(qtbot, program) -> None:
    asked = choose_sample(qtbot, program.window, 0)
    program.window.sidebar.menu.language_chosen.emit("es")
    [shown] = program.window.transcript.views
    assert shown.exchange == asked
    assert program.window.sidebar.search.placeholderText() == "Buscar en los chats"
    assert program.window.findings.pictures.isVisible()


def test_nothing_of_a_closed_window_waits_for_the_collector_of_cycles(qtbot, tmp_path) -> None:
    """It runs in whichever thread comes by; a widget freed there takes the program with it."""
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        _use_and_close(qtbot, Window(Workspace(tmp_path, EngineClient())))
        gc.collect()
        assert [type(it).__name__ for it in gc.garbage if isinstance(it, QObject)] == []
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()


def _use_and_close(qtbot, window: Window) -> None:
    with qtbot.waitSignal(window.furnished, timeout=WAIT_MS):
        window.show()
    window.workspace.begin()
    choose_sample(qtbot, window, 2)
    qtbot.keyClick(window, Qt.Key.Key_F1)
    window.close()
    with qtbot.waitSignal(window.workspace.closed, timeout=WAIT_MS):
        window.workspace.close()
    window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
