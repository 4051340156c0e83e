"""The chat stays where its reader is, shows every state of an answer, and all of it is in the keyboard's reach."""

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from bubo_desktop.data import Answer, Match, PictureFindings, Thing, TokenCounts
from bubo_desktop.state.attention import NOTHING, ObjectRef
from bubo_desktop.state.estimates import StageProgress
from bubo_desktop.state.records import Chat, Exchange, Failure
from bubo_desktop.ui.transcript.action_row import QuietButton
from bubo_desktop.ui.transcript.attachment_strip import AttachmentView
from bubo_desktop.ui.transcript.failure_card import FailureCard
from bubo_desktop.ui.transcript.match_badge import MatchBadge
from bubo_desktop.ui.transcript.status_line import StatusLine
from bubo_desktop.ui.transcript.view import MORE, SOON, Transcript
from tests.state.conftest import WAIT_MS, attach
from tests.ui import pointer

DOG = Thing(7, "dog", 0.9, (0, 0, 1, 1))
CHAT = Chat(title="Long")
WORDS = "The dog stands on the left of the red car and looks at a bird. "


def done(number: int = 0, **fields) -> Exchange:
    answer = Answer(answer=f"{number}: " + WORDS * 6, pack="nano")
    kept = {"question": f"Question {number}?", "status": "done", "answer": answer, "asked_at_s": 1e9 + number}
    return Exchange(chat_id=CHAT.id, **{**kept, **fields})


@pytest.fixture
def transcript_of(qtbot, workspace_of):
    """A transcript on the screen, of a chat with these exchanges."""
    transcripts = []

    def make(*exchanges: Exchange, mode: str = "good", start: bool = False) -> tuple:
        state = workspace_of(mode, start=start)
        if exchanges:
            open_chat(qtbot, state, exchanges)
        transcript = Transcript(state.conversation, state.attention, state.media, state.background)
        transcripts.append(transcript)
        qtbot.addWidget(transcript)
        transcript.resize(560, 480)
        transcript.show()
        transcript.activateWindow()
        qtbot.waitActive(transcript)
        settle(qtbot, transcript, min(len(exchanges), SOON))
        return state, transcript

    return make


def open_chat(qtbot, state, exchanges: tuple[Exchange, ...]) -> None:
    state.history.save_chat(CHAT)
    for exchange in exchanges:
        state.history.save_exchange(exchange)
    with qtbot.waitSignal(state.history.chats_loaded, timeout=WAIT_MS):
        state.history.load_chats()
    with qtbot.waitSignal(state.conversation.opened, timeout=WAIT_MS):
        state.conversation.open(CHAT.id)


def settle(qtbot, transcript: Transcript, n_views: int) -> None:
    """Waits until so many exchanges are there and have found their heights."""
    qtbot.waitUntil(lambda: len(transcript.views) == n_views and not transcript._builder.isActive())
    QApplication.processEvents()


def bar_of(transcript: Transcript):
    return transcript.verticalScrollBar()


def button_of(view, label: str) -> QuietButton:
    return next(button for button in view.findChildren(QuietButton) if button.accessibleName() == label)


def y_in_window(transcript: Transcript, view) -> int:
    return view.mapTo(transcript, view.rect().topLeft()).y()


def test_a_question_appears_at_once_and_its_answer_streams_to_its_end(qtbot, transcript_of):
    state, transcript = transcript_of(start=True)
    state.conversation.ask("What is <b>this</b>?")
    [view] = transcript.views
    assert view.question.words.toPlainText() == "What is <b>this</b>?"
    assert view.status.words == "Waiting for the engine"
    qtbot.waitUntil(lambda: view.exchange.status == "done", timeout=WAIT_MS)
    assert view.answer.text.startswith("word0 word1")
    assert state.attention.shown == view.exchange


def test_it_stays_at_the_end_while_an_answer_grows(transcript_of):
    state, transcript = transcript_of(*map(done, range(4)))
    answering = replace(transcript.views[-1].exchange, status="answering")
    for n_words in range(1, 12):
        state.conversation.exchange_changed.emit(replace(answering, answer=Answer(answer=WORDS * 2 * n_words, pack="")))
        QApplication.processEvents()
        assert transcript.is_at_end
        assert bar_of(transcript).value() == bar_of(transcript).maximum()


def test_a_reader_who_scrolled_up_is_left_in_peace_until_he_goes_to_the_end(qtbot, transcript_of):
    state, transcript = transcript_of(*map(done, range(6)))
    button = transcript.jump_button
    assert not button.isVisible()
    bar_of(transcript).setValue(bar_of(transcript).maximum() // 2)
    assert button.isVisible()
    y = y_in_window(transcript, transcript.views[2])
    last = transcript.views[-1].exchange
    state.conversation.exchange_changed.emit(replace(last, answer=Answer(answer=WORDS * 40, pack="")))
    QApplication.processEvents()
    assert y_in_window(transcript, transcript.views[2]) == y
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert transcript.is_at_end
    assert not button.isVisible()


def test_a_new_question_goes_to_the_end(transcript_of):
    state, transcript = transcript_of(*map(done, range(6)))
    bar_of(transcript).setValue(0)
    state.conversation.ask("Another?")
    QApplication.processEvents()
    assert transcript.is_at_end
    assert bar_of(transcript).value() == bar_of(transcript).maximum()


def test_of_a_long_chat_the_newest_are_there_and_older_ones_come_without_moving_the_reader(qtbot, transcript_of):
    _state, transcript = transcript_of(*map(done, range(SOON + 15)))
    assert transcript.views[-1].exchange.question == f"Question {SOON + 14}?"
    assert transcript.is_at_end
    bar_of(transcript).setValue(120)
    top = transcript.views[0]
    y = y_in_window(transcript, top)
    settle(qtbot, transcript, SOON + MORE)
    assert y_in_window(transcript, top) == y
    bar_of(transcript).setValue(0)
    settle(qtbot, transcript, SOON + 15)
    assert [view.exchange.question for view in transcript.views] == [f"Question {n}?" for n in range(SOON + 15)]


def test_another_width_keeps_what_one_reads_in_view(transcript_of):
    _state, transcript = transcript_of(*map(done, range(8)))
    bar_of(transcript).setValue(transcript.views[4].y())
    transcript.resize(380, 480)
    for _ in range(5):
        QApplication.processEvents()
    assert y_in_window(transcript, transcript.views[4]) == 0


def test_lines_hold_at_most_72_characters_and_fit_a_narrow_window(transcript_of):
    _state, transcript = transcript_of(done())
    for width in (1400, 360):
        transcript.resize(width, 480)
        QApplication.processEvents()
        layout = transcript.views[0].answer.document().firstBlock().layout()
        longest = max(layout.lineAt(number).textLength() for number in range(layout.lineCount()))
        assert (66 <= longest <= 80) if width == 1400 else longest < 50
        assert bar_of(transcript).maximum() == 0 or transcript.horizontalScrollBar().maximum() == 0


def test_what_was_deleted_goes_and_comes_back_to_its_place(qtbot, transcript_of):
    state, transcript = transcript_of(*map(done, range(3)))
    undo = []
    state.conversation.undoable.connect(lambda _sentence, back: undo.append(back))
    qtbot.mouseClick(button_of(transcript.views[1], "Delete question and answer"), Qt.MouseButton.LeftButton)
    assert [view.exchange.question for view in transcript.views] == ["Question 0?", "Question 2?"]
    undo[0]()
    assert [view.exchange.question for view in transcript.views] == ["Question 0?", "Question 1?", "Question 2?"]


def test_when_the_shown_exchange_is_deleted_the_newest_is_shown(transcript_of):
    state, transcript = transcript_of(*map(done, range(2)))
    state.attention.show(transcript.views[1].exchange)
    state.conversation.delete_exchange(transcript.views[1].exchange.id)
    assert state.attention.shown == transcript.views[0].exchange
    state.conversation.delete_exchange(transcript.views[0].exchange.id)
    assert state.attention.shown is None


def test_again_answers_in_the_same_place(qtbot, transcript_of):
    _state, transcript = transcript_of(done(), start=True)
    qtbot.mouseClick(button_of(transcript.views[0], "Answer again"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: transcript.views[0].answer.text.startswith("word0"), timeout=WAIT_MS)
    assert len(transcript.views) == 1


def test_edit_hands_the_exchange_over_and_copy_the_answer(qtbot, transcript_of):
    _state, transcript = transcript_of(done())
    with qtbot.waitSignal(transcript.edit_requested) as asked:
        qtbot.mouseClick(button_of(transcript.views[0], "Edit the question"), Qt.MouseButton.LeftButton)
    assert asked.args == [transcript.views[0].exchange]
    qtbot.mouseClick(button_of(transcript.views[0], "Copy the answer"), Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == transcript.views[0].exchange.answer.answer


def test_actions_are_seen_at_the_newest_and_where_pointer_or_keyboard_are(transcript_of):
    _state, transcript = transcript_of(*map(done, range(2)))
    old, newest = transcript.views
    assert is_seen(button_of(newest, "Copy the answer"))
    button = button_of(old, "Copy the answer")
    height = old.height()
    newest.answer.setFocus()
    assert not is_seen(button)
    button.setFocus()
    assert is_seen(button)
    newest.answer.setFocus()
    assert not is_seen(button)
    assert old.height() == height


def is_seen(button: QuietButton) -> bool:
    drawn = button.grab().toImage()
    background = drawn.pixelColor(0, 0)
    points = ((x, y) for x in range(drawn.width()) for y in range(drawn.height()))
    return any(drawn.pixelColor(x, y) != background for x, y in points)


def test_tab_goes_through_the_chat_from_top_to_bottom(qtbot, transcript_of, picture):
    state, transcript = transcript_of(start=True)
    attach(qtbot, state, picture)
    for number in range(2):
        exchange = done(number, attachments=state.draft.attachments)
        state.history.save_exchange(replace(exchange, failure=Failure("Broken.") if number else None))
    open_chat(qtbot, state, ())
    settle(qtbot, transcript, 2)
    transcript.setFocus()
    passed = []
    while transcript.isAncestorOf(QApplication.focusWidget()) or not passed:
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        passed.append(QApplication.focusWidget().accessibleName() or QApplication.focusWidget().text())
        if len(passed) > 40:
            break
    actions = ["Copy the answer", "Read aloud", "Answer again", "Edit the question", "Delete question and answer"]
    first = ["Picture garden.png", "Question", "Answer", *actions]
    assert passed[: len(first) + 8] == [*first, "Question", "Answer", "Answer again", *actions]


def test_attachments_are_shown_where_they_change_and_bring_their_exchange_back(qtbot, transcript_of, picture, sound):
    state, transcript = transcript_of()
    both = attach(qtbot, state, picture, sound)
    seen = both[:1]
    open_chat(qtbot, state, tuple(done(n, attachments=files) for n, files in enumerate((seen, seen, both, ()))))
    settle(qtbot, transcript, 4)
    strips = [[it.accessibleName() for it in view.findChildren(AttachmentView)] for view in transcript.views]
    assert strips == [["Picture garden.png"], [], ["Picture garden.png", "Sound bell.wav"], []]
    qtbot.mouseClick(transcript.views[0].findChildren(AttachmentView)[0], Qt.MouseButton.LeftButton)
    assert state.attention.shown == transcript.views[0].exchange
    transcript.views[2].findChildren(AttachmentView)[1].setFocus()
    assert state.attention.shown == transcript.views[2].exchange


def test_more_attachments_than_fit_a_line_take_another(qtbot, transcript_of, picture, sound):
    state, transcript = transcript_of()
    transcript.resize(240, 480)
    seen, heard = attach(qtbot, state, picture, sound)
    open_chat(qtbot, state, (done(attachments=(seen, heard, replace(seen, name="again.png"))),))
    settle(qtbot, transcript, 1)
    [view] = transcript.views
    first, second, third = (each.geometry() for each in view.findChildren(AttachmentView))
    assert first.top() == second.top() < first.bottom() < third.top()
    assert second.right() == third.right() == view.findChildren(AttachmentView)[0].parentWidget().rect().right()
    assert view.width() <= transcript.viewport().width()


def test_a_note_is_told_once_in_a_chat(transcript_of):
    noted = Answer(answer="Yes.", pack="nano", notes=("Knows only dogs.",))
    both = replace(noted, notes=("Knows only dogs.", "Was cut short."))
    state, transcript = transcript_of(done(0), done(1, answer=noted), done(2, answer=both))
    notes = [view.findChild(QLabel, "answer_notes") for view in transcript.views]
    assert [(it.isVisible(), it.text()) for it in notes] == [
        (False, ""), (True, "Knows only dogs."), (True, "Was cut short."),
    ]  # fmt: skip
    state.conversation.delete_exchange(transcript.views[1].exchange.id)
    assert notes[2].text() == "Knows only dogs.\nWas cut short."


def test_a_failure_says_what_happened_and_offers_to_answer_again(qtbot, transcript_of):
    failure = Failure("The engine stopped.", "It starts again. What was answered so far is kept.")
    partial = Answer(answer="There is", pack="")
    _state, transcript = transcript_of(done(0, status="failed", failure=failure, answer=partial), start=True)
    card = transcript.findChild(FailureCard)
    assert {label.text() for label in card.findChildren(QLabel)} >= {failure.message, failure.hint}
    assert transcript.views[0].answer.text == "There is"
    qtbot.mouseClick(card.findChild(QPushButton), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: transcript.views[0].exchange.status == "done", timeout=WAIT_MS)
    assert transcript.findChild(FailureCard) is None


def test_an_engine_that_dies_leaves_its_words_and_a_card(qtbot, transcript_of):
    state, transcript = transcript_of(mode="dies_in_answer", start=True)
    state.conversation.ask("Hello?")
    qtbot.waitUntil(lambda: transcript.findChild(FailureCard) is not None, timeout=WAIT_MS)
    assert transcript.views[0].answer.text == "word0 word1 word2 "


@pytest.mark.parametrize(("words", "said"), [("The dog", "Stopped. What was answered is kept."), ("", "Stopped.")])
def test_a_stopped_answer_says_so(transcript_of, words, said):
    _state, transcript = transcript_of(done(0, status="stopped", answer=Answer(answer=words, pack="")))
    assert transcript.views[0].status.words == said


@pytest.mark.parametrize(
    ("progress", "said"),
    [
        (StageProgress("see", 0.1, 3.2), "Looking at the picture · about 3 s left"),
        (StageProgress("generate", 0.8, 0.9), "Answering"),
        (StageProgress("segment", 0.9, None), "Outlining things"),
        (StageProgress("hear", 0.9, 200.0), "Listening to the sound · about 3 min left"),
    ],
)
def test_progress_is_told_in_words_and_takes_no_more_room_than_the_facts(qtbot, progress, said):
    line = StatusLine(done(0, status="answering"))
    qtbot.addWidget(line)
    line.resize(400, 30)
    line.show()
    height = line.sizeHint().height()
    line.set_progress(progress)
    assert line.words == said
    line.set_exchange(done())
    assert line.sizeHint().height() == height


def test_facts_are_those_one_waited_for(qtbot):
    timings = {"load": 900.0, "see": 40.0, "hear": 12.0, "first_token": 200.0, "generate": 500.0, "link": 8.0}
    line = StatusLine(done(answer=Answer(answer="Yes.", pack="", timings_ms=timings, tokens=TokenCounts(9, 15))))
    qtbot.addWidget(line)
    assert line.words == "seen 40 ms · heard 12 ms · answered 0.6 s · 30 tok/s"


@pytest.mark.parametrize(
    ("match", "said"),
    [
        (Match("related", 0.944, (7,)), "Related · dog · 0.94"),
        (Match("unrelated", 1.0), "Unrelated · 1.00"),
        (Match("silent", 1.0), "Silent"),
    ],
)
def test_the_badge_says_the_verdict_and_lights_what_sounds(qtbot, workspace_of, match, said):
    state = workspace_of()
    answer = Answer(answer="", pack="", images=(PictureFindings("", 8, 8, (), (DOG,)),), match=match)
    exchange = done(answer=answer)
    state.attention.show(exchange)
    badge = MatchBadge(exchange, state.attention)
    qtbot.addWidget(badge)
    badge.show()
    assert badge.text() == said
    assert badge.toolTip() == badge.accessibleDescription() != ""
    pointer.enter(badge)
    assert state.attention.lit == ({ObjectRef(0, 7)} if match.source_objects else NOTHING)
    pointer.leave(badge)
    assert state.attention.lit == NOTHING


def test_pointing_at_the_badge_shows_the_newest_of_what_was_found(qtbot, transcript_of, picture, sound):
    state, transcript = transcript_of()
    found = (PictureFindings("", 8, 8, (), (DOG,)),)
    judged = replace(done().answer, images=found, match=Match("related", 0.8, (DOG.id,)))
    asked = done(status="answering", attachments=attach(qtbot, state, picture, sound), answer=judged)
    open_chat(qtbot, state, (asked,))
    settle(qtbot, transcript, 1)
    [view] = transcript.views
    ended = replace(view.exchange, status="done", answer=replace(judged, tokens=TokenCounts(9, 15)))
    state.conversation.exchange_changed.emit(ended)
    pointer.enter(view.badge)
    assert state.attention.shown is ended
    assert state.attention.lit == {ObjectRef(0, DOG.id)}


def test_an_answer_that_is_put_back_brings_its_facts(transcript_of):
    slow, quick = (Answer(answer="Yes.", pack="", timings_ms={"generate": ms}) for ms in (700.0, 50.0))
    old = done(answer=slow)
    state, transcript = transcript_of(old)
    [view] = transcript.views
    state.conversation.exchange_changed.emit(replace(old, answer=quick))
    assert view.status.words == "answered 50 ms"
    state.conversation.exchange_changed.emit(old)
    assert view.status.words == "answered 0.7 s"


def test_an_answer_about_picture_and_sound_keeps_room_for_its_badge(qtbot, transcript_of, picture, sound):
    state, transcript = transcript_of()
    asked = done(status="answering", attachments=attach(qtbot, state, picture, sound))
    open_chat(qtbot, state, (asked,))
    settle(qtbot, transcript, 1)
    [view] = transcript.views
    height = view.height()
    judged = replace(view.exchange, answer=replace(view.exchange.answer, match=Match("unrelated", 0.8)))
    state.conversation.exchange_changed.emit(judged)
    QApplication.processEvents()
    assert (view.height(), view.badge.text()) == (height, "Unrelated · 0.80")
