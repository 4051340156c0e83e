"""What can be taken back, what went wrong, and an engine that does not answer: said without a dialog."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from bubo_desktop.errors import BuboError
from bubo_desktop.protocol import Loading
from bubo_desktop.state import assistant
from bubo_desktop.state.settings import SettingsFile
from bubo_desktop.ui.message_bar import Action
from bubo_desktop.ui.notices import EngineBanner, Notices
from tests.state.conftest import WAIT_MS


@pytest.fixture
def notices(qtbot) -> Notices:
    page = QWidget()
    qtbot.addWidget(page)
    bar = Notices(page)
    page.resize(640, 400)
    page.show()
    return bar


def button(bar: QWidget, label: str) -> QPushButton:
    return next(each for each in bar.findChildren(QPushButton) if each.text() == label and not each.isHidden())


def labels(bar: QWidget) -> list[str]:
    return [each.text() for each in bar.findChildren(QPushButton) if not each.isHidden()]


def test_what_was_deleted_can_be_taken_back_by_a_click(qtbot, notices):
    done = []
    notices.show_undo("The chat was deleted.", lambda: done.append("undone"))
    assert (notices.isVisible(), notices.sentence) == (True, "The chat was deleted.")
    qtbot.mouseClick(button(notices, "Undo"), Qt.MouseButton.LeftButton)
    assert done == ["undone"]
    assert notices.isHidden()


def test_several_are_taken_back_the_newest_first(notices):
    done = []
    for number in range(3):
        notices.show_undo(f"Number {number}", lambda number=number: done.append(number))
    notices.undo()
    assert notices.sentence == "Number 1"
    notices.undo()
    notices.undo()
    notices.undo()
    assert done == [2, 1, 0]
    assert notices.isHidden()


def test_it_goes_by_itself_and_can_no_longer_be_taken_back(notices):
    done = []
    notices.show_undo("The chat was deleted.", lambda: done.append("undone"))
    notices._time.timeout.emit()
    notices.undo()
    assert done == []
    assert notices.isHidden()


def test_it_stays_while_the_keyboard_is_on_it(qtbot, notices):
    notices.show_undo("The chat was deleted.", lambda: None)
    button(notices, "Undo").setFocus()
    qtbot.waitUntil(button(notices, "Undo").hasFocus, timeout=WAIT_MS)
    notices._time.timeout.emit()
    assert notices.isVisible()
    assert notices._time.isActive()


def test_a_problem_stays_until_it_is_dismissed_and_is_said_once(notices):
    full = BuboError("The disk is full.", "Free some space.")
    notices.show_problem(full)
    notices.show_problem(full)
    assert not notices._time.isActive()
    notices.show_undo("The chat was deleted.", lambda: None)
    notices._time.timeout.emit()
    assert notices.sentence == "The disk is full."
    notices.dismiss()
    assert notices.isHidden()


def test_a_problem_can_bring_what_can_be_done(qtbot, notices):
    done = []
    notices.show_problem(BuboError("It is full."), [Action("Try again", lambda: done.append("tried"))])
    qtbot.mouseClick(button(notices, "Try again"), Qt.MouseButton.LeftButton)
    assert done == ["tried"]


def test_it_floats_over_the_lower_edge_and_moves_nothing(notices):
    notices.show_note("The answer is on the clipboard.")
    page = notices.parentWidget()
    assert page.rect().contains(notices.geometry())
    page.resize(420, 300)
    assert page.rect().contains(notices.geometry())
    assert page.height() - notices.geometry().bottom() < 20


def test_its_words_are_never_markup(notices):
    notices.show_note("<b>bold</b><img src='https://example.org/x.png'>")
    assert notices.findChild(QWidget, "message_sentence").textFormat() is Qt.TextFormat.PlainText


@pytest.fixture
def banner_of(qtbot, workspace_of):
    """A banner above a chat, with an engine of that kind."""
    page = QWidget()
    qtbot.addWidget(page)

    def make(mode: str):
        state = workspace_of(mode)
        banner = EngineBanner(state.assistant)
        QVBoxLayout(page).addWidget(banner)
        page.show()
        return state, banner

    return make


def test_nothing_is_said_while_all_is_well(qtbot, banner_of):
    state, banner = banner_of("good")
    state.begin()
    qtbot.waitUntil(lambda: state.assistant.condition.state == "ready", timeout=WAIT_MS)
    assert banner.isHidden()


def test_an_engine_that_dies_is_told_while_it_starts_again(qtbot, banner_of):
    state, banner = banner_of("dies_in_answer")
    state.begin()
    seen = []
    note = state.assistant.condition_changed.connect(lambda: seen.append((banner.isVisible(), banner.sentence)))
    state.conversation.ask("What is this?")
    qtbot.waitUntil(lambda: any(is_visible for is_visible, _ in seen), timeout=WAIT_MS)
    assert any("kept" in sentence for _, sentence in seen)
    qtbot.waitUntil(lambda: state.assistant.condition.state == "ready", timeout=WAIT_MS)
    assert banner.isHidden()
    state.assistant.condition_changed.disconnect(note)  # the engine ends after the banner does


def test_a_pack_that_cannot_be_loaded_offers_what_can_be_done(qtbot, banner_of):
    state, banner = banner_of("bad_pack")
    state.begin()
    qtbot.waitUntil(banner.isVisible, timeout=WAIT_MS)
    assert banner.sentence == "The pack is damaged."
    assert labels(banner) == ["Try again", "Compute on the CPU"]
    qtbot.mouseClick(button(banner, "Try again"), Qt.MouseButton.LeftButton)
    assert state.assistant.condition.state == "loading"
    qtbot.waitUntil(banner.isVisible, timeout=WAIT_MS)


def test_where_there_is_no_pack_one_can_be_chosen(qtbot, banner_of, monkeypatch, tmp_path):
    monkeypatch.setattr("bubo_desktop.packs.catalog.packs_dirs", lambda: [tmp_path / "none"])
    _state, banner = banner_of("good")
    assert banner.isVisible()
    with qtbot.waitSignal(banner.pack_folder_requested):
        qtbot.mouseClick(button(banner, "Use a pack folder…"), Qt.MouseButton.LeftButton)


def test_where_the_chosen_pack_is_gone_the_shipped_one_is_offered(qtbot, banner_of, tmp_path):
    SettingsFile(tmp_path / "settings.json").change(pack="gone")
    state, banner = banner_of("good")
    assert "gone" in banner.sentence
    qtbot.mouseClick(button(banner, "Use Nano"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: state.assistant.condition.state == "ready", timeout=WAIT_MS)
    assert not banner.isVisible()


def test_a_long_first_start_says_what_it_is_for(qtbot, banner_of, monkeypatch):
    monkeypatch.setattr(assistant, "NOTICED_MS", -1)
    state, banner = banner_of("good")
    state.assistant.start()
    state.client.loading.emit(Loading(part="tuning", fraction=0.1))
    assert banner.isVisible()
    assert "fastest" in banner.sentence
    assert labels(banner) == []
    qtbot.waitUntil(lambda: state.assistant.condition.state == "ready", timeout=WAIT_MS)
    assert banner.isHidden()
