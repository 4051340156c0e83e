"""The rules of the protocol, each on the real process with fake parts."""

import json
import os
import re
import select
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bubo_desktop.protocol import (
    MAX_MESSAGE_BYTES,
    PROTOCOL_VERSION,
    Ask,
    Cancel,
    Cancelled,
    Done,
    Failed,
    Found,
    Hello,
    Linked,
    Loading,
    Masked,
    Ping,
    Pong,
    Prepare,
    Progress,
    Shutdown,
    Token,
    encode,
)
from tests.fakes.parts import ANSWER, NOTICE
from tests.fakes.pipes import END_S, ROOT, SERVER


@pytest.fixture
def picture(tmp_path) -> str:
    path = tmp_path / "dog.png"
    Image.fromarray(np.arange(16 * 16 * 3, dtype=np.uint8).reshape(16, 16, 3)).save(path)
    return str(path)


def ending_of(number: int) -> Callable[[object], bool]:
    return lambda event: isinstance(event, Done | Failed | Cancelled) and event.id == number


def test_rule_2_every_event_carries_its_request_and_one_ends_it(engine, picture):
    engine.hello()
    engine.send(
        Prepare(id=1, images=(picture,)),
        Ask(id=2, question="plain", images=(picture,)),
        Ask(id=5, question="plain"),
        Ask(id=6, question="plain", images=("missing.png",)),
    )
    events = engine.until(Failed)
    assert {event.id for event in events} == {1, 2, 5, 6}
    for number in (1, 2, 5, 6):
        own = [event for event in events if event.id == number]
        assert [ending_of(number)(event) for event in own] == [False] * (len(own) - 1) + [True]


def test_rule_1_readiness_is_an_event(engine):
    *before, ready = engine.hello()
    assert before
    assert all(isinstance(event, Loading) for event in before)
    assert (ready.protocol, ready.pack, ready.device) == (PROTOCOL_VERSION, "fake", "a fake")
    assert NOTICE in ready.notes


@pytest.mark.parametrize(
    ("pack", "code", "message"),
    [
        ("missing", "pack", "There is no such pack."),
        ("out of memory", "engine", "There is not enough memory for this."),
    ],
)
def test_rule_1_a_pack_that_cannot_be_loaded_fails_once_and_ends_the_engine(engine, pack, code, message):
    failed = engine.hello(pack)[-1]
    assert (failed.id, failed.code, failed.message) == (0, code, message)
    assert engine.wait() == 1


def test_rule_1_another_protocol_is_refused(engine):
    engine.send(Hello(protocol=PROTOCOL_VERSION + 1, pack_dir="fake"))
    assert engine.until(Failed)[-1].code == "protocol"
    assert engine.wait() == 1


def test_rule_3_a_ping_is_answered_in_the_midst_of_work(engine):
    engine.hello()
    engine.send(Ask(id=1, question="endless"))
    engine.until(Token)
    engine.send(Ping(nonce=7))
    assert engine.until(Pong)[-1] == Pong(nonce=7, working_on=1)


def test_rule_3_cancel_ends_what_works_and_keeps_its_text(engine):
    engine.hello()
    engine.send(Ask(id=1, question="endless"))
    said = "".join(event.text for event in engine.until(Token) if isinstance(event, Token))
    engine.send(Cancel(id=1))
    received = engine.until(Cancelled)
    said += "".join(event.text for event in received if isinstance(event, Token))
    assert received[-1].partial == said


def test_rule_3_cancel_of_what_waits_is_answered_before_the_work_ahead_of_it(engine):
    engine.hello()
    engine.send(Ask(id=1, question="endless"), Ask(id=2, question="plain"))
    engine.until(Token)
    engine.send(Cancel(id=2))
    assert engine.until(Cancelled)[-1].id == 2
    engine.send(Cancel(id=1), Ask(id=3, question="plain"))
    assert engine.until(Cancelled)[-1].id == 1
    assert engine.until(Done)[-1].id == 3


def test_rule_3_cancel_of_what_is_unknown_or_has_ended_is_ignored(engine):
    engine.hello()
    engine.send(Cancel(id=9), Ask(id=1, question="plain"))
    engine.until(Done)
    engine.send(Cancel(id=1), Ping(nonce=1))
    assert engine.until(Pong) == [Pong(nonce=1)]


@pytest.mark.parametrize("question", ["plain", "endless", "deaf"])
def test_rule_3_shutdown_ends_the_engine_whatever_it_does(engine, question):
    engine.hello()
    engine.send(Ask(id=1, question=question))
    engine.until(Token)
    engine.send(Shutdown())
    assert engine.wait() == 0


@pytest.mark.parametrize(
    "line",
    [
        b"\xff\x00 no message\n",
        b'{"type": "Ask"}\n',
        encode(Ask(id=1, question="twice")) + encode(Ask(id=1, question="twice")),
        encode(Ask(id=0, question="not positive")),
        encode(Hello(protocol=PROTOCOL_VERSION, pack_dir="again")),
        b"x" * (MAX_MESSAGE_BYTES + 2),
    ],
    ids=["bytes", "fields", "same id", "id 0", "second hello", "too long"],
)
def test_rule_9_what_is_not_the_protocol_ends_the_engine_with_a_reason(engine, line):
    engine.hello()
    engine.send_bytes(line)
    failed = next(event for event in engine.events() if isinstance(event, Failed))
    assert (failed.id, failed.code) == (0, "protocol")
    assert engine.wait() == 1


def test_rule_4_masks_travel_as_run_lengths_in_plain_json(engine, picture):
    engine.hello()
    engine.send(Ask(id=1, question="plain", images=(picture,)))
    for line in engine.process.stdout:
        event = json.loads(line)
        if event["type"] == "Masked":
            [runs] = event["masks"].values()
        if event["type"] == "Done":
            break
    assert runs["size"] == [16, 16]
    assert sum(runs["counts"]) == 16 * 16


@pytest.mark.parametrize("question", ["endless", "deaf"])
def test_rule_5_end_of_input_ends_the_engine_in_mid_work(engine, question):
    engine.hello()
    engine.send(Ask(id=1, question=question))
    engine.until(Token)
    engine.process.stdin.close()
    assert engine.wait() == 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent by itself")
def test_the_engine_ends_with_a_desktop_that_was_killed(tmp_path):
    """The pipe is kept open by this test, so that it is not the end of input that ends the engine."""
    program = (
        "import subprocess, sys\n"
        "engine = subprocess.Popen(sys.argv[1:], stdin=0, stdout=subprocess.PIPE)\n"
        "print(engine.stdout.readline() and engine.pid, flush=True)\n"
        "engine.wait()\n"
    )
    reading, writing = os.pipe()
    os.write(writing, encode(Hello(protocol=PROTOCOL_VERSION, pack_dir="fake")))
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-c", program, *SERVER], stdin=reading, stdout=subprocess.PIPE, env=environment, cwd=tmp_path
    ) as desktop:
        engine = os.pidfd_open(int(desktop.stdout.readline()))
        desktop.kill()
        desktop.wait()
    assert select.select([engine], [], [], END_S)[0]
    for descriptor in (reading, writing, engine):
        os.close(descriptor)


def test_rule_6_the_same_request_gives_the_same_answer_again(engine, picture):
    engine.hello()
    engine.send(Ask(id=1, question="plain", images=(picture,)), Ask(id=2, question="plain", images=(picture,)))
    first, second = engine.until(Done)[-1].answer, engine.until(Done)[-1].answer
    assert first.answer == second.answer == ANSWER
    assert first.images == second.images
    assert first.links == second.links


def test_rule_7_words_and_boxes_then_links_then_masks(engine, picture):
    engine.hello()
    engine.send(Ask(id=1, question="plain", images=(picture, picture)))
    kinds = [type(event) for event in engine.until(Done) if not isinstance(event, Progress)]
    linked = kinds.index(Linked)
    assert set(kinds[:linked]) == {Token, Found}
    assert kinds[linked:] == [Linked, Masked, Masked, Done]
    assert kinds.count(Found) == 2


def test_what_libraries_print_never_gets_between_the_events(engine):
    engine.hello()
    engine.send(Ask(id=1, question="noisy"))
    assert engine.until(Done)[-1].answer.answer == "quiet"
    engine.send(Shutdown())
    assert b"noise from a library" in engine.process.stderr.read()


def test_a_surprise_becomes_a_sentence_and_the_engine_lives(engine):
    engine.hello()
    engine.send(Ask(id=1, question="surprised"))
    failed = engine.until(Failed)[-1]
    assert (failed.id, failed.code, failed.partial) == (1, "engine", "half a ")
    assert failed.message == "The engine met an unexpected problem (KeyError)."
    engine.send(Ask(id=2, question="plain"))
    assert engine.until(Done)[-1].answer.answer == ANSWER
    engine.send(Shutdown())
    assert b"secret" not in engine.process.stderr.read()


def test_what_a_part_refuses_is_told_in_its_words(engine):
    engine.hello()
    engine.send(Ask(id=1, question="refusing"))
    failed = engine.until(Failed)[-1]
    assert (failed.code, failed.message, failed.hint) == ("input", "This cannot be used.", "Use something else.")


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_crash_leaves_no_core_file_and_ctrl_c_is_left_to_the_desktop(engine, tmp_path):
    engine.hello()
    engine.process.send_signal(signal.SIGINT)
    engine.send(Ping(nonce=1))
    engine.until(Pong)
    limits = Path(f"/proc/{engine.process.pid}/limits")
    if limits.exists():
        assert re.search(r"Max core file size +0 +0", limits.read_text())
    engine.process.send_signal(signal.SIGSEGV)
    assert engine.wait() == -signal.SIGSEGV
    assert not list(tmp_path.glob("core*"))
