"""What the next question is about, and the engine that looks at it ahead of time."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bubo_desktop.client import EngineState
from bubo_desktop.data import Frame
from bubo_desktop.protocol import Done
from bubo_desktop.state.draft import NOTICED_MS, STILL_MS
from tests.state.conftest import WAIT_MS, attach


@pytest.fixture
def drawn(tmp_path):
    """Draws a picture of one colour."""

    def draw(name: str, grey: int) -> Path:
        path = tmp_path / f"{name}.png"
        Image.fromarray(np.full((16, 16, 3), grey, np.uint8)).save(path)
        return path

    return draw


def watch(workspace) -> list[tuple]:
    told: list[tuple] = []
    workspace.draft.preparing.connect(lambda file, progress: told.append((file, progress)))
    return told


def wait_until_looked_at(qtbot, told, *files) -> None:
    qtbot.waitUntil(lambda: all((file, None) in told for file in files), timeout=WAIT_MS)


def names(workspace) -> list[str]:
    return [file.name for file in workspace.draft.attachments]


def test_a_file_is_looked_at_as_soon_as_it_is_attached(qtbot, workspace_of, picture, sound):
    workspace = workspace_of("real", start=True)
    told = watch(workspace)
    files = attach(qtbot, workspace, picture, sound)
    assert [file.kind for file in files] == ["picture", "sound"]
    wait_until_looked_at(qtbot, told, *files)
    stages = {file.kind: progress.stage for file, progress in reversed(told) if progress}
    assert stages == {"picture": "see", "sound": "hear"}
    assert told[0][1].fraction == 0


def test_files_attached_before_there_is_an_engine_are_looked_at_when_there_is_one(qtbot, workspace_of, picture):
    workspace = workspace_of("real")
    told = watch(workspace)
    [file] = attach(qtbot, workspace, picture)
    assert told == []
    workspace.assistant.start()
    wait_until_looked_at(qtbot, told, file)


def test_an_engine_that_died_looks_again_when_it_is_back(qtbot, workspace_of, picture):
    workspace = workspace_of("real", start=True)
    told = watch(workspace)
    [file] = attach(qtbot, workspace, picture)
    wait_until_looked_at(qtbot, told, file)
    told.clear()
    workspace.client.stop()
    qtbot.waitUntil(lambda: workspace.client.state is EngineState.stopped, timeout=WAIT_MS)
    workspace.assistant.start()
    wait_until_looked_at(qtbot, told, file)


def test_a_newer_picture_takes_the_place_of_those_asked_about(qtbot, workspace_of, drawn, sound):
    workspace = workspace_of("good", start=True)
    attach(qtbot, workspace, drawn("one", 10), sound)
    workspace.draft.mark_asked()
    assert names(workspace) == ["one.png", "bell.wav"]
    workspace.draft.add_files([str(drawn("two", 20)), str(drawn("three", 30))])
    qtbot.waitUntil(lambda: names(workspace) == ["bell.wav", "two.png", "three.png"], timeout=WAIT_MS)


def test_a_picture_attached_anew_counts_as_new(qtbot, workspace_of, drawn):
    workspace = workspace_of("good", start=True)
    one = drawn("one", 10)
    attach(qtbot, workspace, one)
    workspace.draft.mark_asked()
    with qtbot.waitSignal(workspace.media.added, timeout=WAIT_MS):
        workspace.draft.add_files([str(one)])
    workspace.draft.add_files([str(drawn("two", 20))])
    qtbot.waitUntil(lambda: names(workspace) == ["one.png", "two.png"], timeout=WAIT_MS)


def test_what_is_taken_off_is_not_waited_for(qtbot, workspace_of, drawn):
    workspace = workspace_of("slow_start", start=True)
    cancelled = []
    cancel = workspace.client.cancel
    workspace.client.cancel = lambda number: (cancelled.append(number), cancel(number))
    told = watch(workspace)
    one, two = attach(qtbot, workspace, drawn("one", 10), drawn("two", 20))
    workspace.draft.remove(one)
    assert workspace.draft.attachments == (two,)
    assert cancelled
    wait_until_looked_at(qtbot, told, two)
    assert (one, None) not in told


# Words


def prepared(workspace) -> list[tuple]:
    """What the engine is asked to do ahead: question, number of files, and the history."""
    asked: list[tuple] = []
    prepare = workspace.client.prepare

    def watch_and_prepare(images=(), sounds=(), question="", history=()):
        asked.append((question, len(images) + len(sounds), list(history)))
        return prepare(images, sounds, question, history)

    workspace.client.prepare = watch_and_prepare
    return asked


def start_idle(qtbot, workspace_of, mode="real"):
    workspace = workspace_of(mode, start=True)
    qtbot.waitUntil(lambda: workspace.client.is_idle, timeout=WAIT_MS)
    return workspace


def test_words_that_stand_still_are_read_ahead(qtbot, workspace_of):
    workspace = start_idle(qtbot, workspace_of)
    asked = prepared(workspace)
    for text in ("W", "Wh", "What is this?"):
        workspace.draft.text = text
    with qtbot.waitSignal(workspace.client.done, timeout=WAIT_MS):
        pass
    assert asked == [("What is this?", 0, [])]
    assert workspace.client.is_idle


def test_words_are_read_after_what_was_said_before_and_with_its_files(qtbot, workspace_of, drawn):
    workspace = start_idle(qtbot, workspace_of)
    [file] = attach(qtbot, workspace, drawn("one", 10))
    with qtbot.waitSignal(workspace.client.done, timeout=WAIT_MS):
        workspace.conversation.ask("What is this?", [file])
    workspace.draft.mark_asked()
    qtbot.waitUntil(lambda: not workspace.conversation.is_answering and workspace.client.is_idle, timeout=WAIT_MS)
    asked = prepared(workspace)
    workspace.draft.text = "And now?"
    qtbot.waitUntil(lambda: bool(asked), timeout=WAIT_MS)
    [(question, n_files, [turn])] = asked
    assert (question, n_files, turn.question) == ("And now?", 1, "What is this?")
    assert turn.images == tuple(workspace.media.paths_of([file]))


def test_words_that_change_are_not_read_on(qtbot, workspace_of):
    workspace = start_idle(qtbot, workspace_of)
    cancelled = []
    workspace.client.cancel = cancelled.append
    workspace.draft.text = "What is"
    qtbot.waitUntil(lambda: workspace.draft._reading > 0, timeout=WAIT_MS)
    workspace.draft.text = ""  # as when they are sent
    assert cancelled[-1] == workspace.draft._reading


def test_words_wait_for_an_answer_on_its_way(qtbot, workspace_of):
    workspace = start_idle(qtbot, workspace_of)
    asked = prepared(workspace)
    workspace.conversation.ask("clock")
    qtbot.waitUntil(lambda: not workspace.client.is_idle, timeout=WAIT_MS)
    workspace.draft.text = "And now?"
    qtbot.wait(2 * STILL_MS)
    assert asked == []
    workspace.conversation.stop()
    qtbot.waitUntil(lambda: [question for question, *_ in asked] == ["And now?"], timeout=WAIT_MS)


def test_words_are_read_once_while_a_camera_is_looked_through(qtbot, workspace_of):
    workspace = start_idle(qtbot, workspace_of)
    asked, looks = prepared(workspace), [0]

    def look_on(ended: Done) -> None:
        if ended.id == looks[-1]:
            looks.append(workspace.client.sense([Frame(2, 1, bytes(6))]))

    workspace.client.done.connect(look_on)
    look_on(Done(id=0))
    workspace.draft.text = "What is this?"
    qtbot.wait(4 * STILL_MS)
    workspace.client.done.disconnect(look_on)
    assert asked == [("What is this?", 0, [])]
    assert len(looks) > 4


@pytest.mark.parametrize(("prefill_ms", "is_read"), [(NOTICED_MS - 1, False), (NOTICED_MS + 1, True)])
def test_what_is_read_in_no_time_is_not_read_twice(qtbot, workspace_of, prefill_ms, is_read):
    workspace = start_idle(qtbot, workspace_of)
    workspace.estimates.learn({"prefill": prefill_ms}, 0, 0)
    asked = prepared(workspace)
    workspace.draft.text = "What is this?"
    qtbot.wait(2 * STILL_MS)
    assert bool(asked) == is_read


def test_nothing_typed_is_not_read(qtbot, workspace_of):
    workspace = start_idle(qtbot, workspace_of)
    asked = prepared(workspace)
    workspace.draft.text = " \n"
    qtbot.wait(2 * STILL_MS)
    assert asked == []


# Files that cannot be used


def test_what_is_no_picture_is_refused_and_the_rest_stays(qtbot, workspace_of, drawn, tmp_path):
    workspace = workspace_of("good", start=True)
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no picture")
    attach(qtbot, workspace, drawn("one", 10))
    with qtbot.waitSignal(workspace.draft.refused, timeout=WAIT_MS) as waited:
        workspace.draft.add_files([str(broken)])
    assert "broken.png" in waited.args[0].message
    assert names(workspace) == ["one.png"]


def test_an_old_question_can_be_taken_up_with_its_files(qtbot, workspace_of, drawn):
    workspace = workspace_of("good", start=True)
    files = attach(qtbot, workspace, drawn("one", 10))
    workspace.draft.set_attachments(())
    with qtbot.waitSignal(workspace.draft.changed, timeout=WAIT_MS):
        workspace.draft.text = "What is this?"
    workspace.draft.set_attachments(files)
    assert workspace.draft.attachments == files
    assert workspace.draft.text == "What is this?"
