"""A chat with real child processes: asked, answered, stopped, repeated, taken back, and never lost."""

import os
import signal
import time
from itertools import pairwise

import pytest

from bubo_desktop.client import EngineState
from bubo_desktop.state.records import Exchange, title_of
from tests.fakes.engine_process import WORDS
from tests.fakes.parts import ANSWER
from tests.state.conftest import WAIT_MS, attach, kept

SAID = "".join(WORDS)


def ask_and_wait(qtbot, workspace, question: str = "What is this?", attachments=()) -> Exchange:
    workspace.conversation.ask(question, attachments)
    return wait_for_end(qtbot, workspace)


def wait_for_end(qtbot, workspace) -> Exchange:
    qtbot.waitUntil(lambda: not workspace.conversation.is_answering, timeout=WAIT_MS)
    return workspace.conversation.exchanges[-1]


def wait_for_text(qtbot, workspace) -> Exchange:
    qtbot.waitUntil(lambda: bool(workspace.conversation.exchanges[-1].answer.answer), timeout=WAIT_MS)
    return workspace.conversation.exchanges[-1]


def wait_for_start(qtbot, workspace) -> None:
    qtbot.waitUntil(lambda: workspace.client.state is EngineState.ready, timeout=WAIT_MS)


def watch_undo(workspace) -> list:
    """The functions that take back what is done from now on."""
    functions: list = []
    workspace.conversation.undoable.connect(lambda _sentence, take_back: functions.append(take_back))
    return functions


def test_the_answer_streams_and_is_kept(qtbot, workspace_of):
    workspace = workspace_of("good", start=True)
    states: list[Exchange] = []
    workspace.conversation.exchange_changed.connect(states.append)
    last = ask_and_wait(qtbot, workspace)
    texts = [state.answer.answer for state in states]
    assert (last.status, last.answer.answer) == ("done", SAID)
    assert len(set(texts)) > 1
    assert all(later.startswith(earlier) for earlier, later in pairwise(texts))
    assert {state.status for state in states[:-1]} == {"answering"}
    assert kept(qtbot, workspace, workspace.conversation.chat) == [last]


def test_a_flood_of_words_is_shown_in_gulps(qtbot, workspace_of):
    workspace = workspace_of("floods", start=True)
    words: list[str] = []
    states: list[Exchange] = []
    workspace.client.token.connect(lambda token: words.append(token.text))
    workspace.conversation.exchange_changed.connect(states.append)
    workspace.conversation.ask("What is this?")
    qtbot.waitUntil(lambda: len(words) >= 5000, timeout=WAIT_MS)
    workspace.conversation.stop()
    stopped = workspace.conversation.exchanges[-1]
    assert stopped.answer.answer == "".join(words[: stopped.answer.answer.count(" ")])
    assert len(states) < len(words) / 10
    assert kept(qtbot, workspace, workspace.conversation.chat) == [stopped]


def test_boxes_links_and_masks_come_one_after_the_other(qtbot, workspace_of, picture):
    workspace = workspace_of("real", start=True)
    states: list[Exchange] = []
    workspace.conversation.exchange_changed.connect(states.append)
    last = ask_and_wait(qtbot, workspace, "What is this?", attach(qtbot, workspace, picture))
    steps = [
        (bool(s.answer.answer), bool(s.answer.images), bool(s.answer.links), any_mask(s)) for s in states if s.is_open
    ]
    assert steps == sorted(steps)
    assert len(set(steps)) == 4
    assert (last.answer.answer, last.status) == (ANSWER, "done")
    assert any_mask(last)
    assert kept(qtbot, workspace, workspace.conversation.chat) == [last]


def any_mask(exchange: Exchange) -> bool:
    return any(thing.mask_rle for found in exchange.answer.images for thing in found.objects)


def test_the_question_is_on_the_disk_before_the_engine_hears_of_it(qtbot, workspace_of):
    workspace = workspace_of("good", start=True)
    order: list[str] = []
    send = workspace.client.ask
    workspace.client.ask = lambda *request, **options: (order.append("asked"), send(*request, **options))[1]
    workspace.history.saved.connect(lambda _id: order.append("saved"))
    ask_and_wait(qtbot, workspace)
    assert order[:2] == ["saved", "asked"]


def test_a_chat_begins_with_its_first_question_and_carries_its_title(qtbot, workspace_of):
    workspace = workspace_of("good", start=True)
    assert workspace.conversation.chat is None
    ask_and_wait(qtbot, workspace, "  Was siehst du?\nUnd was noch?")
    with qtbot.waitSignal(workspace.history.chats_loaded, timeout=WAIT_MS) as waited:
        workspace.history.load_chats()
    assert [chat.title for chat in waited.args[0]] == ["Was siehst du?"]
    with qtbot.waitSignal(workspace.conversation.chat_changed, timeout=WAIT_MS):
        workspace.conversation.rename(workspace.conversation.chat.id, "Der Garten")
    assert workspace.conversation.chat.title == "Der Garten"


def test_a_long_first_line_is_cut_for_the_title():
    assert title_of("x" * 60) == "x" * 60
    assert title_of("word " * 20) == ("word " * 20)[:59].rstrip() + "…"


@pytest.mark.parametrize("mode", ["dies_in_answer", "aborts_in_answer", "garbage"])
def test_a_dead_engine_leaves_the_text_and_the_next_question_works(qtbot, workspace_of, mode):
    workspace = workspace_of(mode, start=True)
    failed = ask_and_wait(qtbot, workspace)
    assert (failed.status, failed.answer.answer) == ("failed", "".join(WORDS[:3]))
    assert failed.failure.message
    assert failed.failure.hint.endswith("What was answered so far is kept.")
    assert kept(qtbot, workspace, workspace.conversation.chat) == [failed]
    wait_for_start(qtbot, workspace)
    assert ask_and_wait(qtbot, workspace).answer.answer == "".join(WORDS[:3])  # it dies again, but it was asked


def test_a_killed_engine_comes_back_and_answers_the_same_question_again(qtbot, workspace_of):
    workspace = workspace_of("good", start=True)
    workspace.conversation.ask("What is this?")
    wait_for_text(qtbot, workspace)
    os.kill(workspace.client.pid, signal.SIGKILL)
    failed = wait_for_end(qtbot, workspace)
    assert failed.status == "failed"
    assert SAID.startswith(failed.answer.answer)
    workspace.conversation.again(failed.id)
    done = wait_for_end(qtbot, workspace)
    assert (done.id, done.status, done.answer.answer, done.failure) == (failed.id, "done", SAID, None)


def test_without_an_engine_the_question_is_kept_and_can_be_asked_again(qtbot, workspace_of):
    workspace = workspace_of()
    failed = ask_and_wait(qtbot, workspace)
    assert failed.status == "failed"
    assert failed.failure.message == "The engine is not running."
    assert failed.failure.hint.endswith("The question is kept.")
    workspace.assistant.start()
    workspace.conversation.again(failed.id)
    assert wait_for_end(qtbot, workspace).answer.answer == SAID


def test_a_question_asked_while_the_pack_loads_is_answered(qtbot, workspace_of):
    workspace = workspace_of("slow_start", start=True)
    assert ask_and_wait(qtbot, workspace).status == "done"


def test_a_question_asked_while_one_engine_gives_way_to_the_next_is_answered(qtbot, workspace_of):
    workspace = workspace_of("ignores_cancel", start=True)  # nor does it end before it has to

    def start_the_next(state: EngineState) -> None:
        if state is EngineState.stopped:
            workspace.client.state_changed.disconnect(start_the_next)
            workspace.assistant.start()

    wait_for_start(qtbot, workspace)
    workspace.client.state_changed.connect(start_the_next)
    workspace.client.stop()
    workspace.conversation.ask("What is this?")
    assert wait_for_text(qtbot, workspace).is_open


def test_questions_stay_in_order_when_the_clock_is_set_back(qtbot, workspace_of, monkeypatch):
    workspace = workspace_of("good", start=True)
    ask_and_wait(qtbot, workspace, "One?")
    monkeypatch.setattr(time, "time", lambda: 0.0)
    ask_and_wait(qtbot, workspace, "Two?")
    assert [exchange.question for exchange in workspace.conversation.exchanges] == ["One?", "Two?"]


def test_stop_keeps_what_was_said(qtbot, workspace_of):
    workspace = workspace_of("good", start=True)
    workspace.conversation.ask("What is this?")
    wait_for_text(qtbot, workspace)
    workspace.conversation.stop()
    stopped = workspace.conversation.exchanges[-1]
    assert (stopped.status, stopped.failure) == ("stopped", None)
    assert stopped.answer.answer
    assert SAID.startswith(stopped.answer.answer)
    assert kept(qtbot, workspace, workspace.conversation.chat) == [stopped]
    assert ask_and_wait(qtbot, workspace, "And now?").status == "done"


def test_at_the_end_of_the_program_answers_of_all_chats_are_kept(qtbot, workspace_of):
    workspace = workspace_of("good", start=True)
    workspace.conversation.ask("What is this?")
    chat = workspace.conversation.chat
    said = wait_for_text(qtbot, workspace)
    workspace.conversation.new()
    workspace.conversation.stop_all()
    [stopped] = kept(qtbot, workspace, chat)
    assert stopped.status == "stopped"
    assert stopped.answer.answer.startswith(said.answer.answer)


def test_a_question_stopped_before_it_was_sent_is_never_sent(qtbot, workspace_of):
    workspace = workspace_of("good", start=True)
    asked = []
    workspace.client.ask = lambda *request, **_options: asked.append(request)
    workspace.conversation.ask("What is this?")
    workspace.conversation.stop()
    [stopped] = kept(qtbot, workspace, workspace.conversation.chat)
    assert stopped.status == "stopped"
    assert not asked


def test_the_engine_is_told_what_was_answered_before(qtbot, workspace_of):
    workspace = workspace_of("good", start=True)
    requests = []
    send = workspace.client.ask
    workspace.client.ask = lambda *request, **options: (requests.append(request), send(*request, **options))[1]
    ask_and_wait(qtbot, workspace, "One?")
    workspace.conversation.ask("Two?")
    wait_for_text(qtbot, workspace)
    workspace.conversation.stop()
    ask_and_wait(qtbot, workspace, "Three?")
    turns = requests[-1][3]
    assert [(turn.question, turn.answer) for turn in turns] == [("One?", SAID)]
    workspace.conversation.again(workspace.conversation.exchanges[0].id)
    qtbot.waitUntil(lambda: len(requests) == 4, timeout=WAIT_MS)
    assert requests[-1][3] == []  # nothing came before the first


def test_another_answer_is_drawn_freely_and_the_first_can_be_taken_back(qtbot, workspace_of):
    workspace = workspace_of("good", start=True)
    requests = []
    send = workspace.client.ask
    workspace.client.ask = lambda *request, **options: (requests.append(request), send(*request, **options))[1]
    first = ask_and_wait(qtbot, workspace)
    take_back = watch_undo(workspace)
    workspace.conversation.again(first.id)
    assert not workspace.conversation.exchanges[-1].answer.answer
    wait_for_text(qtbot, workspace)
    assert requests[0][-1] is None
    assert requests[1][-1].temperature == 0.7
    take_back[0]()
    assert workspace.conversation.exchanges == (first,)
    assert not workspace.conversation.is_answering
    assert kept(qtbot, workspace, workspace.conversation.chat) == [first]


def test_a_deleted_question_comes_back_to_its_place(qtbot, workspace_of):
    workspace = workspace_of("good", start=True)
    for question in ("One?", "Two?"):
        ask_and_wait(qtbot, workspace, question)
    before = workspace.conversation.exchanges
    take_back = watch_undo(workspace)
    with qtbot.waitSignal(workspace.conversation.exchange_removed, timeout=WAIT_MS):
        workspace.conversation.delete_exchange(before[0].id)
    assert kept(qtbot, workspace, workspace.conversation.chat) == [before[1]]
    take_back[0]()
    assert workspace.conversation.exchanges == before
    assert kept(qtbot, workspace, workspace.conversation.chat) == list(before)


def test_a_question_deleted_while_it_is_answered_is_gone(qtbot, workspace_of):
    workspace = workspace_of("good", start=True)
    workspace.conversation.ask("What is this?")
    wait_for_text(qtbot, workspace)
    workspace.conversation.delete_exchange(workspace.conversation.exchanges[0].id)
    assert workspace.conversation.exchanges == ()
    assert not workspace.conversation.is_answering
    assert ask_and_wait(qtbot, workspace, "And now?").status == "done"
    assert len(kept(qtbot, workspace, workspace.conversation.chat)) == 1


def test_deleting_the_open_chat_leaves_an_empty_one_and_undo_opens_it_again(qtbot, workspace_of):
    workspace = workspace_of("good", start=True)
    done = ask_and_wait(qtbot, workspace)
    take_back = watch_undo(workspace)
    with qtbot.waitSignal(workspace.conversation.opened, timeout=WAIT_MS):
        workspace.conversation.delete_chat(workspace.conversation.chat.id)
    assert (workspace.conversation.chat, workspace.conversation.exchanges) == (None, ())
    with qtbot.waitSignal(workspace.conversation.opened, timeout=WAIT_MS):
        take_back[0]()
    assert workspace.conversation.exchanges == (done,)


def test_answers_go_on_while_another_chat_is_open(qtbot, workspace_of):
    workspace = workspace_of("good", start=True)
    turned: list[bool] = []
    workspace.conversation.answering_changed.connect(turned.append)
    workspace.conversation.ask("What is this?")
    first = workspace.conversation.chat
    wait_for_text(qtbot, workspace)
    workspace.conversation.new()
    assert workspace.conversation.exchanges == ()
    with qtbot.waitSignal(workspace.conversation.opened, timeout=WAIT_MS):
        workspace.conversation.open(first.id)
    assert workspace.conversation.exchanges[0].is_open
    assert workspace.conversation.exchanges[0].answer.answer
    assert wait_for_end(qtbot, workspace).answer.answer == SAID
    assert turned == [True, False, True, False]


def test_what_ends_while_its_chat_is_read_is_shown_as_it_ended(qtbot, workspace_of):
    workspace = workspace_of("good", start=True)
    workspace.conversation.ask("What is this?")
    chat = workspace.conversation.chat
    wait_for_text(qtbot, workspace)
    workspace.conversation.new()
    workspace.conversation.open(chat.id)
    workspace.conversation.stop()
    with qtbot.waitSignal(workspace.conversation.opened, timeout=WAIT_MS):
        pass
    assert [exchange.status for exchange in workspace.conversation.exchanges] == ["stopped"]


def test_progress_is_told_for_the_open_chat(qtbot, workspace_of, picture):
    workspace = workspace_of("real", start=True)
    told: list[tuple] = []
    workspace.conversation.progressed.connect(lambda exchange_id, progress: told.append((exchange_id, progress)))
    last = ask_and_wait(qtbot, workspace, "What is this?", attach(qtbot, workspace, picture))
    fractions = [progress.fraction for _, progress in told]
    assert {exchange_id for exchange_id, _ in told} == {last.id}
    assert {progress.stage for _, progress in told} >= {"prefill", "generate", "segment"}
    assert fractions == sorted(fractions)
    assert 0 <= fractions[0] <= fractions[-1] <= 1
