"""Words of an answer point at things and are pointed at, whatever letters stand between them."""

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QHelpEvent, QTextCursor
from PySide6.QtWidgets import QApplication, QLineEdit, QToolTip, QVBoxLayout, QWidget

from bubo_desktop.data import Answer, Link, SoundEvent, SoundFindings, SoundLink
from bubo_desktop.palette import look_of
from bubo_desktop.state.attention import NOTHING, Attention, EventRef, ObjectRef
from bubo_desktop.state.records import NO_ANSWER, Exchange
from bubo_desktop.ui.theme import DARK, LIGHT, apply_theme
from bubo_desktop.ui.transcript.answer_text import AnswerText
from bubo_desktop.ui.transcript.mentions import mentions_of
from tests.ui import pointer

TEXT = "A dog 🐕‍🦺 and a cat; the dog hunts 𝔞 cat.\nNo wheel. The dog barks."
DOG, CAT, BARK = ObjectRef(0, 3), ObjectRef(1, 4), EventRef(0, 3)


def links_to(text: str, word: str, objects: tuple[int, ...], image: int = 0) -> list[Link]:
    starts = [start for start in range(len(text)) if text.startswith(word, start)]
    return [Link(start, start + len(word), word, image, objects, 0.9) for start in starts]


HEARD = SoundFindings("", 4.0, tuple(SoundEvent(label, 0.9, 0.0, 1.0) for label in ("bell", "wind", "wind", "barks")))


def exchange_of(text: str, *links: Link, sound_links: tuple[SoundLink, ...] = ()) -> Exchange:
    return Exchange(
        chat_id="chat",
        question="What?",
        status="done",
        answer=Answer(answer=text, pack="nano", links=links, sounds=(HEARD,), sound_links=sound_links),
    )


@pytest.fixture
def exchange() -> Exchange:
    start = TEXT.index("barks")
    return exchange_of(
        TEXT,
        *links_to(TEXT, "dog", (3,)),
        *links_to(TEXT, "cat", (4,), image=1),
        *links_to(TEXT, "wheel", ()),
        sound_links=(SoundLink(start, start + 5, "barks", 0, (3,), 0.8),),
    )


@pytest.fixture
def on_screen(qtbot):
    """Shows an answer between two fields to type in."""
    frames = []

    def show(exchange: Exchange, attention: Attention, width: int = 420) -> AnswerText:
        frames.append(frame := QWidget())
        qtbot.addWidget(frame)
        answer = AnswerText(exchange, attention)
        layout = QVBoxLayout(frame)
        for widget in (QLineEdit(), answer, QLineEdit()):
            layout.addWidget(widget)
        frame.resize(width, 300)
        frame.show()
        frame.activateWindow()
        qtbot.waitActive(frame)
        return answer

    return show


@pytest.fixture
def shown(on_screen, exchange):
    """An answer on the screen, and what tells of it."""
    attention = Attention()
    attention.show(exchange)
    return attention, on_screen(exchange, attention)


def words(answer: AnswerText) -> list[str]:
    return [answer.text[mention.start : mention.end] for mention in answer.mentions]


def middle_of(answer: AnswerText, word: str, nth: int = 0) -> QPointF:
    mention = [each for each in answer.mentions if answer.text[each.start : each.end] == word][nth]
    return answer.area_of(mention).center()


def lit_words(answer: AnswerText) -> list[str]:
    return [selection.cursor.selectedText() for selection in answer.extraSelections()]


def colour_at(answer: AnswerText, point: QPointF) -> tuple[int, int, int]:
    return answer.viewport().grab().toImage().pixelColor(point.toPoint()).getRgb()[:3]


def test_every_mention_is_linked_behind_letters_of_any_width(shown):
    attention, answer = shown
    assert words(answer) == ["dog", "cat", "dog", "cat", "wheel", "dog", "barks"]
    attention.hover(attention.shown, frozenset({DOG, CAT, BARK}))
    assert lit_words(answer) == ["dog", "cat", "dog", "cat", "dog", "barks"]


@pytest.mark.parametrize(
    ("word", "nth", "target"), [("dog", 0, DOG), ("dog", 2, DOG), ("cat", 1, CAT), ("barks", 0, BARK)]
)
def test_the_pointer_on_words_lights_what_they_name_and_leaving_ends_it(shown, word, nth, target):
    attention, answer = shown
    pointer.move(answer.viewport(), middle_of(answer, word, nth))
    assert attention.lit == {target}
    assert answer.viewport().cursor().shape() is Qt.CursorShape.PointingHandCursor
    pointer.leave(answer)
    assert attention.lit == NOTHING


def test_a_click_pins_and_another_click_takes_it_back(shown):
    attention, answer = shown
    pointer.click(answer.viewport(), middle_of(answer, "cat"))
    pointer.leave(answer)
    assert attention.lit == attention.pinned == {CAT}
    pointer.click(answer.viewport(), middle_of(answer, "cat", 1))
    assert attention.pinned == NOTHING


def test_selecting_letters_is_not_a_click(shown, qtbot):
    attention, answer = shown
    cursor = answer.textCursor()
    pointer.press(answer.viewport(), middle_of(answer, "dog"))
    cursor.select(QTextCursor.SelectionType.Document)
    answer.setTextCursor(cursor)
    qtbot.mouseRelease(answer.viewport(), Qt.MouseButton.LeftButton, pos=middle_of(answer, "dog").toPoint())
    assert attention.pinned == NOTHING


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_lit_words_stand_on_their_colour_in_both_themes(shown, theme):
    attention, answer = shown
    apply_theme(QApplication.instance(), theme)
    area = answer.area_of(answer.mentions[0])
    corner = QPointF(area.left() - 1, area.top() + 3)
    before = colour_at(answer, corner)
    attention.hover(attention.shown, frozenset({DOG}))
    assert before != look_of(3).colour == colour_at(answer, corner)
    [selection, *_] = answer.extraSelections()
    assert selection.format.foreground().color().getRgb()[:3] == look_of(3).ink


def test_words_light_only_while_their_exchange_is_shown(shown, exchange, on_screen):
    attention, answer = shown
    other = replace(exchange, id="another")
    beside = on_screen(other, attention)
    attention.hover(other, frozenset({DOG}))
    assert lit_words(beside) == ["dog", "dog", "dog"]
    assert lit_words(answer) == []


def test_links_of_several_pictures_over_the_same_words_are_one_mention():
    text = "Both dogs sleep."
    answer = exchange_of(text, *links_to(text, "dogs", (1,)), *links_to(text, "dogs", (5, 6), image=1)).answer
    [mention] = mentions_of(answer)
    assert mention.targets == {ObjectRef(0, 1), ObjectRef(1, 5), ObjectRef(1, 6)}
    assert mention.look == look_of(1)


def test_words_of_a_link_and_of_a_sound_light_both():
    answer = exchange_of(
        "The dog.", Link(4, 7, "dog", 0, (3,), 0.9), sound_links=(SoundLink(4, 7, "dog", 0, (3,), 0.9),)
    )
    [mention] = mentions_of(answer.answer)
    assert mention.targets == {DOG, BARK}


def test_every_letter_of_words_within_words_can_be_read(on_screen):
    exchange = exchange_of(
        "A dog barks.", Link(2, 5, "dog", 0, (3,), 0.9), sound_links=(SoundLink(2, 11, "dog barks", 0, (3,), 0.9),)
    )
    attention = Attention()
    attention.show(exchange)
    answer = on_screen(exchange, attention)
    attention.hover(exchange, frozenset({DOG, BARK}))
    assert [(s.cursor.selectionStart(), s.cursor.selectionEnd()) for s in answer.extraSelections()] == [(2, 11)]


def test_links_beyond_the_text_that_has_come_are_left_out():
    assert mentions_of(exchange_of("The", *links_to("The dog", "dog", (1,))).answer) == ()


def test_words_not_found_say_so_and_light_nothing(shown):
    attention, answer = shown
    point = middle_of(answer, "wheel")
    pointer.move(answer.viewport(), point)
    pointer.click(answer.viewport(), point)
    assert attention.lit == NOTHING
    tip = QHelpEvent(QEvent.Type.ToolTip, point.toPoint(), answer.viewport().mapToGlobal(point).toPoint())
    QApplication.sendEvent(answer.viewport(), tip)
    assert QToolTip.text() == "Not found in the picture"
    QToolTip.hideText()


def test_tab_walks_the_words_and_then_goes_on_and_enter_pins(shown, qtbot):
    attention, answer = shown
    before, behind = answer.parent().findChildren(QLineEdit)
    before.setFocus()
    qtbot.keyClick(before, Qt.Key.Key_Tab)
    assert attention.lit == {DOG}
    qtbot.keyClick(answer, Qt.Key.Key_Tab)
    assert attention.lit == {CAT}
    qtbot.keyClick(answer, Qt.Key.Key_Return)
    assert attention.pinned == {CAT}
    for _ in range(len(answer.mentions) - 1):
        qtbot.keyClick(answer, Qt.Key.Key_Tab)
    assert behind.hasFocus()
    assert attention.lit == {CAT}
    qtbot.keyClick(behind, Qt.Key.Key_Backtab)
    assert attention.lit == {BARK}


def test_the_text_cursor_is_where_tab_is(shown, qtbot):
    _attention, answer = shown
    answer.setFocus(Qt.FocusReason.TabFocusReason)
    for mention in answer.mentions:
        cursor = answer.textCursor()
        cursor.movePosition(QTextCursor.MoveOperation.EndOfWord, QTextCursor.MoveMode.KeepAnchor)
        assert cursor.selectedText() == answer.text[mention.start : mention.end]
        qtbot.keyClick(answer, Qt.Key.Key_Tab)


def test_a_growing_text_is_appended_and_keeps_what_is_selected(shown, exchange):
    attention, _answer = shown
    growing = replace(exchange, id="growing", answer=replace(NO_ANSWER, answer="The 🦉 looks"))
    text = AnswerText(growing, attention)
    changes = []
    text.document().contentsChange.connect(lambda at, removed, added: changes.append((at, removed, added)))
    text.selectAll()
    text.set_exchange(replace(growing, answer=replace(NO_ANSWER, answer="The 🦉 looks at\r\nyou.")))
    assert changes == [(12, 0, 9)]
    assert text.textCursor().selectedText().startswith("The 🦉 looks")
    text.set_exchange(replace(growing, answer=replace(NO_ANSWER, answer="Another")))
    assert text.toPlainText() == "Another"
    text.deleteLater()


def test_line_ends_of_any_kind_do_not_move_links(on_screen, shown):
    text = "One\r\ntwo\rthree\ndog."
    exchange = exchange_of(text, *links_to(text, "dog", (3,)))
    shown[0].show(exchange)
    answer = on_screen(exchange, shown[0])
    shown[0].hover(exchange, frozenset({DOG}))
    assert lit_words(answer) == ["dog"]


def test_markup_is_shown_as_it_is_and_fetches_nothing(on_screen, shown, tmp_path):
    picture = tmp_path / "spy.png"
    text = f'<b>bold</b> <img src="{picture.as_uri()}"> [a](http://b.c) **d**'
    answer = on_screen(exchange_of(text), shown[0])
    assert answer.toPlainText() == text
    assert answer.document().resource(2, picture.as_uri()) is None


def test_it_is_as_tall_as_its_text_and_never_scrolls(qtbot, on_screen, shown):
    attention, _answer = shown
    exchange = exchange_of("word " * 200)
    wide, narrow = on_screen(exchange, attention, 600), on_screen(exchange, attention, 300)
    qtbot.waitUntil(lambda: narrow.height() > 1.8 * wide.height())
    assert wide.verticalScrollBar().maximum() == narrow.verticalScrollBar().maximum() == 0


def test_copied_words_are_plain(shown, qtbot):
    _attention, answer = shown
    qtbot.keyClick(answer, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(answer, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    mime = QGuiApplication.clipboard().mimeData()
    assert (mime.text(), mime.hasHtml()) == (TEXT, False)


def test_a_screen_reader_finds_name_and_text(shown):
    from PySide6.QtGui import QAccessible

    _attention, answer = shown
    interface = QAccessible.queryAccessibleInterface(answer)
    assert interface.text(QAccessible.Text.Name) == "Answer"
    assert interface.textInterface().characterCount() == len(TEXT.encode("utf-16-le")) // 2
