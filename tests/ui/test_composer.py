"""A question made by keyboard, mouse, clipboard and drop, sent once and never lost."""

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QImage, QInputMethodEvent
from PySide6.QtWidgets import QApplication, QWidget

from bubo_desktop.state.estimates import StageProgress
from bubo_desktop.ui.composer.bar import Composer
from bubo_desktop.ui.composer.drop_zone import DropZone
from tests.state.conftest import WAIT_MS, attach


@pytest.fixture
def composer_of(qtbot, workspace_of):
    """A composer on the screen, with the state it works on."""

    def make(mode: str = "good", *, start: bool = False, files: tuple[str, ...] = ()):
        state = workspace_of(mode, start=start)
        composer = Composer(state.draft, state.conversation, state.media, state.background, choose=lambda _: files)
        qtbot.addWidget(composer)
        composer.resize(560, 200)
        composer.show()
        composer.focus_text()
        qtbot.waitUntil(composer.field.hasFocus, timeout=WAIT_MS)
        return state, composer

    return make


def asked(state) -> list[str]:
    return [exchange.question for exchange in state.conversation.exchanges]


def mime_of(*urls: str, image: QImage | None = None, text: str = "") -> QMimeData:
    mime = QMimeData()
    if urls:
        mime.setUrls([QUrl(url) for url in urls])
    if image is not None:
        mime.setImageData(image)
    if text:
        mime.setText(text)
    return mime


def red_picture() -> QImage:
    image = QImage(6, 4, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    return image


def test_enter_sends_and_empties_the_field(qtbot, composer_of):
    state, composer = composer_of()
    qtbot.keyClicks(composer.field, "What is this?")
    qtbot.keyClick(composer.field, Qt.Key.Key_Return)
    assert asked(state) == ["What is this?"]
    assert (composer.field.toPlainText(), state.draft.text) == ("", "")


def test_shift_enter_makes_a_line_and_the_field_grows_up_to_eight(qtbot, composer_of):
    state, composer = composer_of()
    heights = [composer.field.height()]
    for _ in range(10):
        qtbot.keyClick(composer.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
        heights.append(composer.field.height())
    assert asked(state) == []
    assert heights[:8] == sorted(set(heights[:8]))
    assert len(set(heights[7:])) == 1


def test_a_pasted_flood_of_words_scrolls_inside_the_field(composer_of):
    _state, composer = composer_of()
    composer.field.insertFromMimeData(mime_of(text="word " * 2000))
    assert composer.field.height() < composer.height()
    assert composer.field.verticalScrollBar().maximum() > 0


def test_the_enter_that_ends_a_composed_word_sends_nothing(qtbot, composer_of):
    state, composer = composer_of()
    QApplication.sendEvent(composer.field, QInputMethodEvent("にほ", []))
    qtbot.keyClick(composer.field, Qt.Key.Key_Return)
    assert asked(state) == []
    ending = QInputMethodEvent()
    ending.setCommitString("日本")
    QApplication.sendEvent(composer.field, ending)
    qtbot.keyClick(composer.field, Qt.Key.Key_Return)
    assert asked(state) == ["日本"]


def test_nothing_is_sent_where_there_is_nothing(qtbot, composer_of):
    state, composer = composer_of()
    assert not composer.send_button.isEnabled()
    qtbot.keyClicks(composer.field, "   ")
    qtbot.keyClick(composer.field, Qt.Key.Key_Return)
    assert asked(state) == []


def test_while_it_is_answering_one_types_on_and_esc_stops_it(qtbot, composer_of):
    state, composer = composer_of(start=True)
    composer.set_text("First")
    composer.send()
    assert (composer.send_button.stops, composer.send_button.accessibleName()) == (True, "Stop")
    qtbot.keyClicks(composer.field, "Second")
    qtbot.keyClick(composer.field, Qt.Key.Key_Return)
    assert asked(state) == ["First"]
    assert "Esc" in composer.caption.text()
    assert composer.field.toPlainText() == "Second"
    qtbot.keyClick(composer.field, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not state.conversation.is_answering, timeout=WAIT_MS)
    assert not composer.send_button.stops
    assert composer.field.toPlainText() == "Second"


def test_the_round_button_sends_and_stops(qtbot, composer_of):
    state, composer = composer_of(start=True)
    composer.set_text("What is this?")
    qtbot.mouseClick(composer.send_button, Qt.MouseButton.LeftButton)
    assert state.conversation.is_answering
    qtbot.mouseClick(composer.send_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not state.conversation.is_answering, timeout=WAIT_MS)


def test_up_in_the_empty_field_brings_the_last_question_back(qtbot, composer_of):
    _state, composer = composer_of()
    composer.set_text("¿Qué hay?")
    composer.send()
    qtbot.keyClick(composer.field, Qt.Key.Key_Up)
    assert composer.field.toPlainText() == "¿Qué hay?"
    assert composer.field.textCursor().atEnd()


@pytest.mark.parametrize(
    ("kinds", "question"),
    [
        (("picture",), "What is in this picture?"),
        (("sound",), "What do you hear?"),
        (("picture", "sound"), "Do picture and sound belong together?"),
    ],
)
def test_files_without_words_ask_what_is_meant(qtbot, composer_of, picture, sound, kinds, question):
    state, composer = composer_of()
    attach(qtbot, state, *(picture if kind == "picture" else sound for kind in kinds))
    qtbot.keyClick(composer.field, Qt.Key.Key_Return)
    assert asked(state) == [question]
    assert [file.kind for file in state.conversation.exchanges[0].attachments] == list(kinds)


def test_chosen_files_become_chips_that_say_what_they_are(qtbot, composer_of, picture, sound):
    state, composer = composer_of(files=(str(picture), str(sound)))
    qtbot.mouseClick(composer.attach_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(composer.chips.chips) == 2, timeout=WAIT_MS)
    first, second = composer.chips.chips
    assert "garden.png" in first.accessibleName()
    assert "24 × 16" in first.accessibleName()
    assert "0.5 s" in second.accessibleName()
    progress = StageProgress("see", 0.5, 1.26)
    state.draft.preparing.emit(first.attachment, progress)
    assert "looking, 1.3 s" in first.accessibleName()
    state.draft.preparing.emit(first.attachment, None)
    assert "looking" not in first.accessibleName()


def test_delete_takes_a_chip_off_and_the_keyboard_goes_on(qtbot, composer_of, picture, sound):
    state, composer = composer_of()
    attach(qtbot, state, picture, sound)
    composer.chips.chips[0].setFocus()
    qtbot.keyClick(composer.chips.chips[0], Qt.Key.Key_Delete)
    assert [file.kind for file in state.draft.attachments] == ["sound"]
    assert composer.chips.chips[0].hasFocus()
    qtbot.keyClick(composer.chips.chips[0], Qt.Key.Key_Backspace)
    assert state.draft.attachments == ()
    assert composer.field.hasFocus()
    assert not composer.chips.isVisible()


def test_tab_comes_to_the_chips_before_the_field(qtbot, composer_of, picture, sound):
    state, composer = composer_of()
    attach(qtbot, state, picture, sound)
    reached = [composer.field]
    for _ in range(4):
        composer.focusNextPrevChild(False)
        reached.append(composer.focusWidget())
    assert reached[::-1] == [*composer.chips.chips, composer.attach_button, composer.live_button, composer.field]


def test_of_more_chips_than_fit_the_newest_is_seen(qtbot, composer_of, picture, sound):
    state, composer = composer_of()
    composer.resize(300, 200)
    attach(qtbot, state, picture, sound)
    newest = composer.chips.chips[-1]
    qtbot.waitUntil(lambda: newest.visibleRegion().boundingRect().width() == newest.width(), timeout=WAIT_MS)


def test_a_pasted_picture_is_attached(qtbot, composer_of):
    state, composer = composer_of()
    QApplication.clipboard().setImage(red_picture())
    qtbot.keyClick(composer.field, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: bool(state.draft.attachments), timeout=WAIT_MS)
    pasted = state.draft.attachments[0]
    assert (pasted.kind, pasted.name, pasted.width, pasted.height) == ("picture", "Pasted picture", 6, 4)
    assert composer.field.toPlainText() == ""


def test_pasted_files_are_attached(qtbot, composer_of, picture):
    state, composer = composer_of()
    composer.field.insertFromMimeData(mime_of(picture.as_uri()))
    qtbot.waitUntil(lambda: bool(state.draft.attachments), timeout=WAIT_MS)
    assert state.draft.attachments[0].name == "garden.png"


def test_words_are_pasted_as_words_even_with_a_picture_of_themselves(composer_of):
    state, composer = composer_of()
    mime = mime_of(image=red_picture(), text="a\tb")
    mime.setHtml("<b>a</b>")
    composer.field.insertFromMimeData(mime)
    assert composer.field.toPlainText() == "a\tb"
    assert state.draft.attachments == ()


def test_a_question_waits_for_the_files_that_are_on_their_way(qtbot, composer_of, picture):
    state, composer = composer_of()
    composer.drop(mime_of(picture.as_uri()))
    composer.set_text("What is this?")
    composer.send()
    assert asked(state) == []
    qtbot.waitUntil(lambda: asked(state) == ["What is this?"], timeout=WAIT_MS)
    assert state.conversation.exchanges[0].attachments[0].name == "garden.png"


def test_a_refused_file_is_told_beside_the_field_and_nothing_is_lost(qtbot, composer_of, tmp_path):
    notes = tmp_path / "notes.pdf"
    notes.write_text("no picture")
    state, composer = composer_of(files=(str(notes),))
    composer.set_text("What is this?")
    composer.choose_files()
    composer.send()
    qtbot.waitUntil(composer.problem.isVisible, timeout=WAIT_MS)
    assert "notes.pdf" in composer.problem.sentence
    assert (asked(state), composer.field.toPlainText()) == ([], "What is this?")
    composer.send()
    assert asked(state) == ["What is this?"]


def test_a_drop_anywhere_in_the_window_is_asked_about(qtbot, composer_of, picture):
    state, composer = composer_of()
    window = QWidget()
    qtbot.addWidget(window)
    zone = DropZone(window, composer.drop)
    window.resize(400, 300)
    window.show()
    mime = mime_of(picture.as_uri())
    copy, button, no_key = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    entering = QDragEnterEvent(QPoint(9, 9), Qt.DropAction.MoveAction | copy, mime, button, no_key)
    QApplication.sendEvent(window, entering)
    assert entering.isAccepted()
    assert entering.dropAction() == copy
    assert zone.isVisible()
    assert zone.size() == window.size()
    QApplication.sendEvent(window, QDragLeaveEvent())
    assert not zone.isVisible()
    QApplication.sendEvent(window, entering)
    QApplication.sendEvent(window, QDropEvent(QPointF(9, 9), copy, mime, button, no_key))
    assert not zone.isVisible()
    qtbot.waitUntil(lambda: bool(state.draft.attachments), timeout=WAIT_MS)


def test_dragged_words_are_left_alone(qtbot, composer_of):
    _state, composer = composer_of()
    window = QWidget()
    qtbot.addWidget(window)
    zone = DropZone(window, composer.drop)
    mime = mime_of(text="words")  # the event does not own it
    copy, button, no_key = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    entering = QDragEnterEvent(QPoint(9, 9), copy, mime, button, no_key)
    QApplication.sendEvent(window, entering)
    assert not entering.isAccepted()
    assert zone.isHidden()


def test_a_picture_dragged_from_a_browser_is_taken_and_an_address_is_not_fetched(qtbot, composer_of):
    state, composer = composer_of()
    composer.drop(mime_of("https://example.org/cat.png"))
    assert composer.problem.isVisible()
    assert "web" in composer.problem.sentence
    composer.drop(mime_of("https://example.org/cat.png", image=red_picture()))
    qtbot.waitUntil(lambda: bool(state.draft.attachments), timeout=WAIT_MS)
