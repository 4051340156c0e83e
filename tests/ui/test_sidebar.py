"""The list of chats by mouse and keyboard, its search, and the condition of the engine at its foot."""

import time

import pytest
from PySide6.QtCore import QDate, QDateTime, QLocale, QPoint, Qt, QTime
from PySide6.QtWidgets import QLabel, QLineEdit

from bubo_desktop.client import EngineState
from bubo_desktop.state.records import Chat
from bubo_desktop.ui.sidebar.chat_row import more_area
from bubo_desktop.ui.sidebar.panel import Sidebar
from bubo_desktop.ui.sidebar.periods import period_of
from tests.state.conftest import WAIT_MS

DAY_S = 86_400


def chat_of(title: str, days_ago: float = 0.0) -> Chat:
    return Chat(title=title, changed_at_s=time.time() - days_ago * DAY_S)


@pytest.fixture
def sidebar_of(qtbot, workspace_of):
    """A sidebar that lists these chats, newest first, and the state it works on."""

    def make(*chats: Chat, mode: str = "good", start: bool = False):
        state = workspace_of(mode, start=start)
        for chat in chats:
            state.history.save_chat(chat)
        sidebar = Sidebar(state.history, state.conversation, state.assistant, state.settings)
        qtbot.addWidget(sidebar)
        sidebar.resize(232, 600)
        sidebar.show()
        qtbot.waitUntil(lambda: len(titles(sidebar)) == len(chats), timeout=WAIT_MS)
        return state, sidebar

    return make


def rows(sidebar) -> list[str]:
    return [sidebar.view.model().index(row).data() for row in range(sidebar.view.model().rowCount())]


def titles(sidebar) -> list[str]:
    return [chat.title for chat in sidebar.view.model().chats()]


def empty_text(sidebar) -> str:
    """What stands in the place of the list; empty where there is a list."""
    label = sidebar.findChild(QLabel, "no_chats")
    return label.text() if label.isVisible() else ""


def middle_of(sidebar, title: str) -> QPoint:
    index = sidebar.view.model().index(rows(sidebar).index(title))
    return sidebar.view.visualRect(index).center()


def open_title(state) -> str:
    return state.conversation.chat.title if state.conversation.chat else ""


@pytest.mark.parametrize(
    ("day", "heading"),
    [
        (QDate(2026, 3, 10), "Today"),
        (QDate(2026, 3, 9), "Yesterday"),
        (QDate(2026, 3, 8), "Previous 7 days"),
        (QDate(2026, 3, 3), "Previous 7 days"),
        (QDate(2026, 3, 2), "March 2026"),
        (QDate(2025, 12, 31), "December 2025"),
    ],
)
def test_chats_stand_under_the_day_of_the_calendar(day, heading):
    now_s = QDateTime(QDate(2026, 3, 10), QTime(0, 30)).toSecsSinceEpoch()
    then_s = QDateTime(day, QTime(23, 59)).toSecsSinceEpoch()
    assert period_of(then_s, now_s, QLocale("en")) == heading


def test_months_are_written_in_the_users_language():
    now_s = QDateTime(QDate(2026, 3, 10), QTime(12, 0)).toSecsSinceEpoch()
    assert period_of(now_s - 60 * DAY_S, now_s, QLocale("es")) == "Enero 2026"


def test_chats_are_listed_newest_first_under_headings(sidebar_of):
    _state, sidebar = sidebar_of(chat_of("old", 400), chat_of("new"), chat_of("newer", -0.001))
    listed = rows(sidebar)
    assert listed[:3] == ["Today", "newer", "new"]
    assert listed[4] == "old"


def test_a_title_is_never_markup(sidebar_of):
    _state, sidebar = sidebar_of(chat_of("What is <img src='https://example.org/x.png'>?"))
    index = sidebar.view.model().index(1)
    assert index.data() == "What is <img src='https://example.org/x.png'>?"
    assert "&lt;img" in index.data(Qt.ItemDataRole.ToolTipRole)


def test_a_click_opens_a_chat_and_marks_it(qtbot, sidebar_of):
    state, sidebar = sidebar_of(chat_of("Dog and bell"), chat_of("Kitchen", 0.01))
    qtbot.mouseClick(sidebar.view.viewport(), Qt.MouseButton.LeftButton, pos=middle_of(sidebar, "Kitchen"))
    assert open_title(state) == "Kitchen"
    assert sidebar.view.currentIndex().data() == "Kitchen"


def test_the_keyboard_walks_over_headings_and_opens(qtbot, sidebar_of):
    state, sidebar = sidebar_of(chat_of("Dog and bell"), chat_of("Kitchen", 1.5))
    sidebar.focus_search()
    qtbot.keyClick(sidebar.search, Qt.Key.Key_Down)
    assert sidebar.view.hasFocus()
    qtbot.keyClick(sidebar.view, Qt.Key.Key_Home)
    qtbot.keyClick(sidebar.view, Qt.Key.Key_Down)
    assert sidebar.view.currentIndex().data() == "Kitchen"
    qtbot.keyClick(sidebar.view, Qt.Key.Key_Up)
    assert sidebar.view.currentIndex().data() == "Dog and bell"
    qtbot.keyClick(sidebar.view, Qt.Key.Key_Return)
    assert open_title(state) == "Dog and bell"


def test_the_neighbours_of_the_open_chat_open(sidebar_of):
    state, sidebar = sidebar_of(chat_of("new"), chat_of("old", 1.5))
    for step, title in (
        (sidebar.open_next, "new"),
        (sidebar.open_next, "old"),
        (sidebar.open_next, "old"),
        (sidebar.open_previous, "new"),
        (sidebar.open_previous, "new"),
    ):
        step()
        assert open_title(state) == title


def test_a_search_finds_and_esc_ends_it(qtbot, sidebar_of):
    _state, sidebar = sidebar_of(chat_of("Dog and bell"), chat_of("¿Qué hay en la cocina?"))
    qtbot.keyClicks(sidebar.search, "que hay")
    qtbot.waitUntil(lambda: titles(sidebar) == ["¿Qué hay en la cocina?"], timeout=WAIT_MS)
    qtbot.keyClicks(sidebar.search, " zebra")
    qtbot.waitUntil(lambda: titles(sidebar) == [], timeout=WAIT_MS)
    assert empty_text(sidebar) == "No chat mentions “que hay zebra”."
    qtbot.keyClick(sidebar.search, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: len(titles(sidebar)) == 2, timeout=WAIT_MS)
    assert empty_text(sidebar) == ""


def test_where_there_are_no_chats_it_says_so(qtbot, sidebar_of):
    _state, sidebar = sidebar_of()
    qtbot.waitUntil(lambda: empty_text(sidebar) == "Your chats will be listed here.", timeout=WAIT_MS)


def test_the_first_question_appears_in_the_list_as_the_open_chat(qtbot, sidebar_of):
    state, sidebar = sidebar_of()
    state.conversation.ask("What is this?")
    qtbot.waitUntil(lambda: titles(sidebar) == ["What is this?"], timeout=WAIT_MS)
    assert sidebar.view.currentIndex().data() == "What is this?"


def test_f2_renames_in_place(qtbot, sidebar_of):
    state, sidebar = sidebar_of(chat_of("Dog and bell"))
    state.conversation.open(sidebar.view.model().chats()[0].id)
    qtbot.waitUntil(lambda: sidebar.view.currentIndex().isValid(), timeout=WAIT_MS)
    sidebar.view.setFocus()
    qtbot.keyClick(sidebar.view, Qt.Key.Key_F2)
    field = sidebar.view.viewport().findChild(QLineEdit)
    assert field.text() == "Dog and bell"
    field.setText("  The barking  ")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: titles(sidebar) == ["The barking"], timeout=WAIT_MS)
    assert open_title(state) == "The barking"


def test_delete_deletes_with_a_way_back(qtbot, sidebar_of):
    state, sidebar = sidebar_of(chat_of("Dog and bell"), chat_of("Kitchen", 0.01))
    taken_back = []
    state.conversation.undoable.connect(lambda _sentence, undo: taken_back.append(undo))
    qtbot.mouseClick(sidebar.view.viewport(), Qt.MouseButton.LeftButton, pos=middle_of(sidebar, "Kitchen"))
    qtbot.keyClick(sidebar.view, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: titles(sidebar) == ["Dog and bell"], timeout=WAIT_MS)
    assert open_title(state) == ""
    taken_back[0]()
    qtbot.waitUntil(lambda: len(titles(sidebar)) == 2, timeout=WAIT_MS)
    assert open_title(state) == "Kitchen"


def test_the_sign_at_the_end_of_a_row_shows_its_menu_and_opens_nothing(qtbot, sidebar_of):
    state, sidebar = sidebar_of(chat_of("Dog and bell"))
    index = sidebar.view.model().index(1)
    sign = more_area(sidebar.view.visualRect(index)).center()
    qtbot.mouseClick(sidebar.view.viewport(), Qt.MouseButton.LeftButton, pos=sign)
    menu = sidebar.view.menu_of(index)
    qtbot.addWidget(menu)
    assert [action.text() for action in menu.actions()] == ["Rename", "Delete"]
    assert open_title(state) == ""
    menu.actions()[1].trigger()
    qtbot.waitUntil(lambda: titles(sidebar) == [], timeout=WAIT_MS)


def test_thousands_of_chats_are_laid_out_without_measuring_each(sidebar_of):
    _state, sidebar = sidebar_of()
    chats = [chat_of(f"chat {number}", number / 50) for number in range(5000)]
    sidebar.view.model().show(chats)
    sidebar.view.scrollToBottom()
    assert sidebar.view.uniformItemSizes()
    assert sidebar.view.indexAt(sidebar.view.viewport().rect().center()).data().startswith("chat 49")


def test_a_list_made_anew_keeps_the_place_one_reads(qtbot, sidebar_of):
    state, sidebar = sidebar_of(*(chat_of(f"chat {number}", number / 50) for number in range(100)))
    sidebar.view.verticalScrollBar().setValue(700)
    state.history.save_chat(chat_of("new", -0.001))
    qtbot.waitUntil(lambda: len(titles(sidebar)) == 101, timeout=WAIT_MS)
    assert sidebar.view.verticalScrollBar().value() == 700


def test_a_new_state_of_the_chats_takes_no_title_that_is_being_typed(qtbot, sidebar_of):
    state, sidebar = sidebar_of(chat_of("Dog and bell"), chat_of("Kitchen", 0.01))
    qtbot.mouseClick(sidebar.view.viewport(), Qt.MouseButton.LeftButton, pos=middle_of(sidebar, "Kitchen"))
    qtbot.keyClick(sidebar.view, Qt.Key.Key_F2)
    field = sidebar.view.viewport().findChild(QLineEdit)
    field.setText("Half a ti")
    state.history.save_chat(chat_of("new", -0.001))
    with qtbot.waitSignal(state.history.changed, timeout=WAIT_MS):
        state.history.save_chat(chat_of("newer", -0.002))
    sidebar._reload.timeout.emit()
    assert field.text() == "Half a ti"
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: len(titles(sidebar)) == 4, timeout=WAIT_MS)
    assert sidebar.view.currentIndex().data() == "Kitchen"


def test_the_foot_tells_how_the_engine_is(qtbot, sidebar_of):
    state, sidebar = sidebar_of()
    assert sidebar.engine_button.text() == "Not running"
    state.begin()
    assert sidebar.engine_button.text().startswith("Loading Nano")
    qtbot.waitUntil(lambda: state.client.state is EngineState.ready, timeout=WAIT_MS)
    assert sidebar.engine_button.text() == "Fake · this test"
    assert "Fake · this test" in sidebar.engine_button.accessibleName()
    assert not sidebar.engine_button.grab().isNull()


def test_the_menu_at_the_foot_holds_what_can_be_chosen(qtbot, sidebar_of):
    state, sidebar = sidebar_of()
    state.settings.change(theme="dark")
    menu = sidebar.menu
    menu.aboutToShow.emit()
    actions = {action.text().partition("\t")[0]: action for action in menu.actions()}
    assert actions["Nano"].isChecked()
    themes = {action.text(): action for action in actions["Theme"].menu().actions()}
    assert [name for name, action in themes.items() if action.isChecked()] == ["Dark"]
    with qtbot.waitSignal(menu.theme_chosen) as chosen:
        themes["Light"].trigger()
    assert chosen.args == ["light"]
    languages = {action.text(): action for action in actions["Language"].menu().actions()}
    with qtbot.waitSignal(menu.language_chosen) as chosen:
        languages["Español"].trigger()
    assert chosen.args == ["es"]
    for name, signal in (
        ("Use a pack folder…", menu.pack_folder_requested),
        ("Keyboard shortcuts", menu.shortcuts_requested),
    ):
        with qtbot.waitSignal(signal):
            actions[name].trigger()


def test_what_answers_is_chosen_at_the_foot(sidebar_of):
    state, sidebar = sidebar_of()
    sidebar.menu.aboutToShow.emit()
    actions = {action.text(): action for action in sidebar.menu.actions()}
    actions["Compute on the CPU only"].trigger()
    actions["Nano"].trigger()
    assert (state.settings.values.cpu_only, state.settings.values.pack) == (True, "nano")
    assert state.assistant.condition.state == "loading"
