"""What the user is told of an engine's end."""

import signal
import sys

import pytest

from bubo_desktop.client import Cause, Ending, Role
from bubo_desktop.client.ending import ENGINE

RECORDER = Role("recorder", None, "Open the microphone again.")


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize(
    ("number", "words"),
    [(signal.SIGKILL, "memory ran out"), (signal.SIGILL, "processor"), (signal.SIGSEGV, "crashed"), (64, "crashed")],
)
def test_a_signal_is_explained(number, words):
    ending = Ending(ENGINE, Cause.crashed, int(number))
    assert words in ending.message
    assert ending.hint


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("terminate called after throwing an instance of 'std::bad_alloc'", "memory"),
        ("/src/llama-vocab.cpp:2544: GGML_ASSERT(vocab.id_to_token.size()) failed", "damaged"),
        ("/src/llama-context.cpp:900: GGML_ASSERT(n_tokens_all <= cparams.n_batch) failed", "too long"),
        ("/ggml/src/ops.cpp:4132: GGML_ASSERT(eps >= 0.0f) failed", "internal check"),
    ],
)
def test_what_the_library_said_last_explains_more_than_the_signal(line, words):
    assert words in Ending(ENGINE, Cause.crashed, int(signal.SIGABRT), ("loading", line)).message


@pytest.mark.parametrize("role", [ENGINE, RECORDER])
@pytest.mark.parametrize("cause", Cause)
def test_every_end_has_one_sentence_without_jargon(cause, role):
    message = Ending(role, cause, 1).message
    assert message.endswith(".")
    assert "\n" not in message
    assert role.name in message


def test_status_1_is_told_where_nothing_else_is_known():
    assert (
        Ending(ENGINE, Cause.exited, 1, ("a line that says nothing",)).message
        == "The engine ended unexpectedly (status 1)."
    )
