"""The empty page: samples that ask at one click, and a way to a pack where there is none."""

from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from bubo_desktop.packs.manifest import SelfTestCase
from bubo_desktop.ui.welcome import Welcome
from tests.state.conftest import WAIT_MS


@pytest.fixture
def welcome_of(qtbot, workspace_of):
    """The empty page on the screen, and the state it works on."""

    def make(mode: str = "good"):
        state = workspace_of(mode)
        welcome = Welcome(state.assistant, state.background)
        qtbot.addWidget(welcome)
        welcome.resize(640, 560)
        welcome.show()
        return state, welcome

    return make


def test_there_is_a_sample_of_each_kind_with_files_that_are_there(welcome_of):
    _state, welcome = welcome_of()
    kinds = [(bool(card.picture_path), bool(card.sound_path)) for card in welcome.cards]
    assert kinds == [(True, False), (False, True), (True, True)]
    assert all(Path(path).is_file() for card in welcome.cards for path in card.paths)


def test_a_question_without_files_is_no_sample(welcome_of, monkeypatch):
    state, welcome = welcome_of()
    bare = msgspec.structs.replace(state.assistant.manifest, self_test=(SelfTestCase("What is a dog?"),))
    monkeypatch.setattr(type(state.assistant), "manifest", bare)
    state.assistant.condition_changed.emit()
    assert welcome.cards == []


@pytest.mark.parametrize("place", [0, 1, 2])
def test_one_click_asks(qtbot, welcome_of, place):
    state, welcome = welcome_of()
    welcome.sample_chosen.connect(state.ask_about)
    card = welcome.cards[place]
    qtbot.mouseClick(card, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(state.conversation.exchanges), timeout=WAIT_MS)
    asked = state.conversation.exchanges[0]
    assert asked.question == card.question
    assert [file.name for file in asked.attachments] == [Path(path).name for path in card.paths]


def test_a_card_is_a_button_for_keyboard_and_screen_reader(qtbot, welcome_of):
    _state, welcome = welcome_of()
    card = welcome.cards[2]
    assert card.accessibleName() == f"Picture and sound: {card.question}"
    assert card.focusPolicy() == Qt.FocusPolicy.StrongFocus
    with qtbot.waitSignal(welcome.sample_chosen):
        qtbot.keyClick(card, Qt.Key.Key_Space)


def test_the_cards_show_what_they_are_about_once_the_engine_starts(qtbot, welcome_of):
    state, welcome = welcome_of()
    state.assistant.start()
    before = [card.grab().toImage() for card in welcome.cards]

    def have_changed() -> bool:
        return all(card.grab().toImage() != image for card, image in zip(welcome.cards, before, strict=True))

    qtbot.waitUntil(have_changed, timeout=WAIT_MS)


def test_the_cards_fit_the_narrowest_column(welcome_of):
    _state, welcome = welcome_of()
    welcome.resize(486, 400)
    assert welcome.widget().minimumSizeHint().width() <= welcome.viewport().width()
    assert all(card.width() >= card.minimumWidth() for card in welcome.cards)


def test_the_page_says_what_the_pack_does_not_know(welcome_of):
    state, welcome = welcome_of()
    shown = [label.text() for label in welcome.findChildren(QLabel)]
    assert state.assistant.manifest.closed_world.notice in shown


def test_a_larger_pack_is_one_click_away(qtbot, welcome_of):
    _state, welcome = welcome_of()
    with qtbot.waitSignal(welcome.pack_folder_requested):
        qtbot.mouseClick(welcome.pack_button, Qt.MouseButton.LeftButton)


def test_without_a_pack_it_says_how_to_come_by_one(welcome_of, monkeypatch, tmp_path):
    monkeypatch.setattr("bubo_desktop.packs.catalog.packs_dirs", lambda: [tmp_path / "none"])
    _state, welcome = welcome_of()
    assert welcome.cards == []
    assert welcome.pack_button.text() == "Use a pack folder…"
