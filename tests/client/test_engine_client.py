"""The client against real child processes that misbehave."""

import os
import signal

import pytest
from PySide6.QtCore import QTimer

from bubo_desktop.client import Cause, EngineClient, EngineState, Patience
from bubo_desktop.data import Clip, Frame
from bubo_desktop.errors import EngineError, InputError, ProtocolError
from bubo_desktop.protocol import Done, Found, Heard
from tests.fakes.engine_process import WORDS

WAIT_MS = 60_000  # far beyond what any of it takes
FRAME, CLIP = Frame(3, 2, bytes(18)), Clip(16_000, bytes(8))


def ask_and_wait(qtbot, client, signal_name: str):
    with qtbot.waitSignal(getattr(client, signal_name), timeout=WAIT_MS) as waited:
        client.ask("What is this?")
    return waited.args[0]


def test_a_question_sent_before_the_engine_is_ready_is_answered(qtbot, client_of):
    client = client_of("slow_start")
    pieces: list[str] = []
    client.token.connect(lambda token: pieces.append(token.text))
    done = ask_and_wait(qtbot, client, "done")
    assert done.answer.answer == "".join(pieces) == "".join(WORDS)
    assert client.state is EngineState.ready


def test_each_request_has_its_own_id_and_one_ending(qtbot, client_of):
    client = client_of("good")
    endings: list[int] = []
    for ending in (client.done, client.failed, client.cancelled):
        ending.connect(lambda event: endings.append(event.id))
    asked = [client.prepare(images=["a.png"]), client.ask("one"), client.ask("two")]
    qtbot.waitUntil(lambda: len(endings) == 3, timeout=WAIT_MS)
    assert sorted(endings) == asked == sorted(set(asked))


def test_the_last_words_of_an_engine_that_ends_are_not_lost(qtbot, client_of):
    done = ask_and_wait(qtbot, client_of("ends_with_answer"), "done")
    assert done.answer.answer == "".join(WORDS)


def test_cancel_keeps_the_text_so_far_and_the_engine(qtbot, client_of):
    client = client_of("good")
    asked = []
    client.token.connect(lambda token: client.cancel(token.id))
    with qtbot.waitSignal(client.cancelled, timeout=WAIT_MS) as waited:
        asked.append(client.ask("What is this?"))
    assert waited.args[0].id == asked[0]
    assert "".join(WORDS).startswith(waited.args[0].partial)
    assert waited.args[0].partial
    assert client.state is EngineState.ready


def test_an_engine_that_ignores_cancel_is_replaced_and_the_text_kept(qtbot, client_of):
    client = client_of("ignores_cancel", cancel_s=0.3)
    client.token.connect(lambda token: client.cancel(token.id))
    endings = []
    client.restarting.connect(endings.append)
    cancelled = ask_and_wait(qtbot, client, "cancelled")
    assert cancelled.partial == "".join(WORDS[:3])
    assert [ending.cause for ending in endings] == [Cause.ignored_cancel]


@pytest.mark.parametrize(
    ("mode", "message"),
    [
        ("dies_in_answer", "The system stopped the engine, most likely because memory ran out (SIGKILL)."),
        ("aborts_in_answer", "A file of the pack is damaged."),
        ("garbage", "The engine sent something that could not be understood and was stopped."),
        ("endless_line", "The engine sent something that could not be understood and was stopped."),
    ],
)
def test_a_death_in_mid_answer_is_explained_and_the_text_kept(qtbot, client_of, mode, message):
    client = client_of(mode)
    failed = ask_and_wait(qtbot, client, "failed")
    assert failed.code == "engine"
    assert failed.message == message
    assert failed.hint
    assert failed.partial == "".join(WORDS[:3])
    with qtbot.waitSignal(client.ready, timeout=WAIT_MS):
        pass


@pytest.mark.parametrize("mode", ["hangs", "closes_pipes"])
def test_an_engine_that_falls_silent_is_noticed_and_replaced(qtbot, client_of, mode):
    client = client_of(mode, hang_s=0.5)
    failed = ask_and_wait(qtbot, client, "failed")
    assert failed.message == "The engine did not answer any more and was stopped."
    assert failed.partial == "".join(WORDS[:3])
    assert client.state is EngineState.starting


def test_a_frozen_process_is_noticed(qtbot, client_of):
    client = client_of("good", hang_s=3)
    with qtbot.waitSignal(client.ready, timeout=WAIT_MS):
        pass
    with qtbot.waitSignal(client.failed, timeout=WAIT_MS):
        client.ask("What is this?")
        os.kill(client.pid, signal.SIGSTOP)
    assert ask_and_wait(qtbot, client, "done").answer.answer == "".join(WORDS)


def test_an_engine_that_never_gets_ready_is_given_up_in_the_end(qtbot, client_of):
    client = client_of("never_ready", start_s=0.5, restarts=1)
    with qtbot.waitSignal(client.unavailable, timeout=WAIT_MS) as waited:
        pass
    assert "did not answer any more" in waited.args[0].message


def test_a_flood_neither_starves_the_event_loop_nor_outlives_a_cancel(qtbot, client_of):
    client = client_of("floods", cancel_s=0.3)
    ticks: list[int] = []
    ticker = QTimer(interval=20)
    ticker.timeout.connect(lambda: ticks.append(1))
    number = client.ask("What is this?")
    with qtbot.waitSignal(client.token, timeout=WAIT_MS):
        pass
    ticker.start()
    qtbot.waitUntil(lambda: len(ticks) >= 20, timeout=WAIT_MS)
    with qtbot.waitSignal(client.cancelled, timeout=WAIT_MS):
        client.cancel(number)


def test_an_engine_that_dies_at_start_is_tried_again_and_then_explained(qtbot, client_of):
    client = client_of("dies_at_start", restarts=2)
    endings = []
    client.restarting.connect(endings.append)
    with qtbot.waitSignal(client.unavailable, timeout=WAIT_MS) as waited:
        pass
    assert len(endings) == 2
    assert waited.args[0].message == "The memory ran out. It was started again 2 times without success."
    assert waited.args[0].hint == "Try it again on the CPU only, or with a smaller pack."
    assert client.state is EngineState.unavailable
    with pytest.raises(EngineError):
        client.ask("Still there?")


def test_a_pack_that_cannot_be_loaded_is_not_tried_again(qtbot, client_of):
    client = client_of("bad_pack")
    restarts = []
    client.restarting.connect(restarts.append)
    failures = []
    client.failed.connect(failures.append)
    number = client.ask("What is this?")
    with qtbot.waitSignal(client.unavailable, timeout=WAIT_MS) as waited:
        pass
    assert (waited.args[0].code, waited.args[0].message) == ("pack", "The pack is damaged.")
    assert [(failure.id, failure.code) for failure in failures] == [(number, "pack")]
    assert not restarts


def test_a_program_that_does_not_exist_is_explained(qtbot):
    client = EngineClient(["/no/such/program"], Patience())
    with qtbot.waitSignal(client.unavailable, timeout=WAIT_MS) as waited:
        client.start("any")
    assert waited.args[0].message == "The engine could not be started."


def test_a_stopped_engine_can_be_started_again(qtbot, client_of):
    client = client_of("good")
    with qtbot.waitSignal(client.ready, timeout=WAIT_MS):
        pass
    client.stop()
    qtbot.waitUntil(lambda: client.state is EngineState.stopped, timeout=WAIT_MS)
    client.start("any")
    assert ask_and_wait(qtbot, client, "done").answer.answer


def test_a_name_that_is_no_text_is_refused(client_of):
    with pytest.raises(InputError, match="no valid text"):
        client_of("good").prepare(images=["picture\udcff.png"])


def test_killed_twenty_times_in_mid_answer(qtbot, client_of):
    """Each death is noticed, explained and followed by a new engine, and the question is answered when asked again."""
    client = client_of("good", restarts=20)
    for kill_at in range(20):
        fates: list[object] = []
        tokens: list[str] = []

        def kill_in_mid_answer(token, tokens=tokens, kill_at=kill_at):
            tokens.append(token.text)
            if len(tokens) == kill_at + 1:
                os.kill(client.pid, signal.SIGKILL)

        client.token.connect(kill_in_mid_answer)
        client.failed.connect(fates.append)
        with qtbot.waitSignals([client.failed, client.restarting], timeout=WAIT_MS):
            client.ask("What is this?")
        client.token.disconnect(kill_in_mid_answer)
        client.failed.disconnect(fates.append)
        assert len(fates) == 1
        assert "SIGKILL" in fates[0].message
        assert "".join(tokens) == fates[0].partial
        assert ask_and_wait(qtbot, client, "done").answer.answer == "".join(WORDS)


# What is sensed beside the questions


def wait_until_ready(qtbot, client) -> None:
    qtbot.waitUntil(lambda: client.state is EngineState.ready, timeout=WAIT_MS)


def test_what_is_seen_and_heard_is_told_beside_an_answer(qtbot, client_of):
    client = client_of("good")
    told = []
    for signal_ in (client.found, client.heard, client.done):
        signal_.connect(told.append)
    with qtbot.waitSignal(client.token, timeout=WAIT_MS):
        asked = client.ask("What is this?", images=[FRAME], sounds=[CLIP])
    sensed = client.sense([FRAME], [CLIP])
    qtbot.waitUntil(lambda: len(told) == 4, timeout=WAIT_MS)
    *sensing, answered = told
    assert [(type(event), event.id) for event in sensing] == [(Found, sensed), (Heard, sensed), (Done, sensed)]
    assert sensing[0].picture.width == FRAME.width_px
    assert (answered.id, answered.answer.answer) == (asked, "".join(WORDS))


def test_sensing_keeps_no_question_waiting_so_the_engine_is_idle(qtbot, client_of):
    client = client_of("good")
    wait_until_ready(qtbot, client)
    rested = []
    client.rested.connect(rested.append)
    sensed = client.sense([FRAME], seek="for ever")
    assert client.is_idle
    asked = client.ask("What is this?")
    assert not client.is_idle
    qtbot.waitUntil(lambda: client.is_idle, timeout=WAIT_MS)
    client.cancel(sensed)
    with qtbot.waitSignal(client.cancelled, timeout=WAIT_MS):
        pass
    assert rested == [asked]


def test_an_engine_rests_after_the_last_question_whatever_became_of_it(qtbot, client_of):
    client = client_of("good")
    rested = []
    client.rested.connect(rested.append)
    first, second = client.ask("one"), client.ask("two")
    with qtbot.waitSignal(client.rested, timeout=WAIT_MS):
        client.cancel(first)
    assert rested == [second]


def test_what_is_sensed_ends_with_the_engine(qtbot, client_of):
    client = client_of("good")
    wait_until_ready(qtbot, client)
    fates = []
    client.failed.connect(fates.append)
    client.cancelled.connect(fates.append)
    sensed, given_up = client.sense([FRAME], seek="for ever"), client.sense([FRAME], seek="for ever")
    client.cancel(given_up)
    qtbot.waitUntil(lambda: len(fates) == 1, timeout=WAIT_MS)
    os.kill(client.pid, signal.SIGKILL)
    qtbot.waitUntil(lambda: len(fates) == 2, timeout=WAIT_MS)
    assert [fate.id for fate in fates] == [given_up, sensed]
    assert "SIGKILL" in fates[1].message


@pytest.mark.parametrize("request_", [{"seek": "\udcff"}, {"sounds": ["\udcff.wav"]}])
def test_what_is_sensed_must_be_valid_text(client_of, request_):
    with pytest.raises(InputError, match="no valid text"):
        client_of("good").sense(**request_)


def test_what_is_too_much_for_one_message_is_refused_and_nothing_is_lost(qtbot, client_of):
    client = client_of("good")
    large = Frame(4_000, 3_000, bytes(36_000_000))
    with pytest.raises(ProtocolError, match="too long to send"):
        client.sense([large])
    with qtbot.waitSignal(client.done, timeout=WAIT_MS):
        client.sense([FRAME])
