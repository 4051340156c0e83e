"""A sound is seen along time, its events and the words for them light each other, and a click plays."""

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QApplication, QPushButton, QVBoxLayout, QWidget

from bubo_desktop.data import Answer, SoundEvent, SoundFindings
from bubo_desktop.palette import look_of
from bubo_desktop.state.attention import NOTHING, EventRef, ObjectRef
from bubo_desktop.state.records import Exchange
from bubo_desktop.ui.sound.pane import SoundPane
from bubo_desktop.ui.sound.scale import Scale, lanes_of
from tests.state.conftest import WAIT_MS, attach
from tests.ui import pointer

EVENTS = (
    SoundEvent("barking", 0.9, 0.0, 0.2),
    SoundEvent("ringing", 0.6, 0.1, 0.35),
    SoundEvent("wind", 0.2, 0.4, 0.5),
)
# What Qt says where there is neither a screen nor a sound card.
NO_DEVICES = pytest.mark.qt_log_ignore("plugin does not support|Couldn't|PulseAudio|No audio device", extend=True)


@pytest.fixture
def attached(qtbot, workspace_of, sound):
    """The state of a window with a sound attached."""
    state = workspace_of()
    attach(qtbot, state, sound)
    return state


@pytest.fixture
def exchange(attached) -> Exchange:
    answer = Answer(answer="", pack="", sounds=(SoundFindings("", 0.5, EVENTS),))
    return Exchange(chat_id="chat", question="?", attachments=attached.draft.attachments, status="done", answer=answer)


@pytest.fixture
def pane_of(qtbot, attached):
    """A pane on the screen, above a button, in a room with or without loudspeaker."""
    frames = []

    def make(finds_loudspeaker=lambda: True) -> SoundPane:
        frames.append(frame := QWidget())
        qtbot.addWidget(frame)
        pane = SoundPane(attached.attention, attached.media, attached.background, finds_loudspeaker=finds_loudspeaker)
        layout = QVBoxLayout(frame)
        layout.addWidget(pane)
        layout.addWidget(QPushButton("Behind"))
        frame.resize(400, 200)
        frame.show()
        frame.activateWindow()
        qtbot.waitActive(frame)
        return pane

    return make


@pytest.fixture
def shown(qtbot, attached, exchange, pane_of):
    """A pane that shows an exchange with three events."""
    pane = pane_of()
    attached.attention.show(exchange)
    [track] = pane.tracks
    qtbot.waitUntil(lambda: len(track.timeline.spans) == 3 and track.timeline.width() > 200)
    return attached.attention, track


def test_it_is_there_only_where_there_is_a_sound(qtbot, attached, exchange, pane_of):
    attached.attention.show_draft(())
    pane = pane_of()
    assert (pane.has_sound, pane.isVisible()) == (False, False)
    with qtbot.waitSignal(pane.has_sound_changed) as changed:
        attached.attention.show(exchange)
    assert (changed.args, pane.isVisible()) == ([True], True)
    with qtbot.waitSignal(pane.has_sound_changed) as changed:
        attached.attention.show_draft(())
    assert (changed.args, pane.isVisible()) == ([False], False)


def test_sounds_of_a_draft_are_shown_before_anything_was_asked(qtbot, attached, pane_of):
    pane = pane_of()
    attached.attention.show_draft(attached.draft.attachments)
    [track] = pane.tracks
    qtbot.waitUntil(lambda: len(track.timeline._envelope) > 100, timeout=WAIT_MS)
    assert track.timeline.spans == ()


def test_a_sound_alone_is_drawn_higher_than_one_below_a_picture(qtbot, attached, pane_of, picture):
    pane = pane_of()
    alone = pane.tracks[0].timeline.height()
    attach(qtbot, attached, picture)
    attached.attention.show_draft(attached.draft.attachments)
    assert pane.tracks[0].timeline.height() < alone


def test_sounds_for_which_there_is_no_room_are_scrolled(qtbot, pane_of):
    pane = pane_of()
    pane.window().resize(400, 120)
    qtbot.waitUntil(lambda: pane.height() < pane.widget().height(), timeout=WAIT_MS)
    assert pane.verticalScrollBar().maximum() > 0


def test_what_is_heard_later_keeps_the_waveform(attached, exchange, pane_of):
    pane = pane_of()
    attached.attention.show_draft(attached.draft.attachments)
    [track] = pane.tracks
    attached.attention.show(exchange)
    assert pane.tracks == (track,)
    assert [span.text() for span in track.timeline.spans] == ["barking", "ringing", "wind"]


def test_events_have_names_for_a_screen_reader(shown):
    _attention, track = shown
    assert [span.accessibleName() for span in track.timeline.spans] == [
        "barking, 0.0 to 0.2 seconds, sure",
        "ringing, 0.1 to 0.3 seconds, fairly sure",
        "wind, 0.4 to 0.5 seconds, unsure",
    ]
    assert track.play_button.accessibleName() == "Play bell.wav"


def test_names_never_cover_each_other_and_stay_inside(shown):
    _attention, track = shown
    for width in (380, 140):
        track.timeline.resize(width, track.timeline.height())
        areas = [span.geometry() for span in track.timeline.spans]
        assert not any(a.intersects(b) for n, a in enumerate(areas) for b in areas[n + 1 :])
        assert all(track.timeline.rect().contains(area) for area in areas)


def test_pointing_at_an_event_lights_it_and_leaving_ends_it(shown):
    attention, track = shown
    pointer.enter(track.timeline.spans[1])
    assert attention.lit == {EventRef(0, 1)}
    pointer.leave(track.timeline.spans[1])
    assert attention.lit == NOTHING


def test_pointing_at_the_waveform_lights_every_event_there(shown):
    attention, track = shown
    pointer.move(track.timeline, wave_point(track, 0.15))
    assert attention.lit == {EventRef(0, 0), EventRef(0, 1)}
    pointer.move(track.timeline, wave_point(track, 0.38))
    assert attention.lit == NOTHING


def wave_point(track, time_s: float) -> QPointF:
    return QPointF(track.timeline.width() * time_s / 0.5, track.timeline.height() - 30)


def test_lit_words_make_their_event_stand_out(shown, exchange):
    attention, track = shown
    span = track.timeline.spans[0]
    corner = (3, span.height() - 8)
    before = span.grab().toImage().pixelColor(*corner)
    attention.hover(exchange, frozenset({EventRef(0, 0)}))
    assert span.grab().toImage().pixelColor(*corner).getRgb()[:3] == look_of(0).colour != before.getRgb()[:3]
    attention.hover(exchange, frozenset({ObjectRef(0, 0)}))
    assert span.grab().toImage().pixelColor(*corner) == before


def test_the_keyboard_reaches_button_and_events_in_their_order(qtbot, shown):
    attention, track = shown
    track.play_button.setFocus()
    for number in range(3):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        assert attention.lit == {EventRef(0, number)}
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Left)
    assert attention.lit == {EventRef(0, 1)}


@NO_DEVICES
@pytest.mark.parametrize("by", ["mouse", "keyboard", "waveform"])
def test_choosing_an_event_pins_it_and_plays_just_it(qtbot, shown, by):
    attention, track = shown
    span, head_s = track.timeline.spans[1], []
    track._player.moved.connect(head_s.append)
    match by:
        case "mouse":
            qtbot.mouseClick(span, Qt.MouseButton.LeftButton)
        case "keyboard":
            span.setFocus()
            qtbot.keyClick(span, Qt.Key.Key_Space)
        case "waveform":
            pointer.press(track.timeline, wave_point(track, 0.25))
    assert attention.pinned == {EventRef(0, 1)}
    qtbot.waitUntil(lambda: bool(head_s) and not track._player.is_playing, timeout=WAIT_MS)
    assert head_s[0] >= 0.1
    assert head_s[-1] == pytest.approx(0.35)


@NO_DEVICES
def test_the_button_plays_and_pauses(qtbot, shown):
    _attention, track = shown
    qtbot.mouseClick(track.play_button, Qt.MouseButton.LeftButton)
    assert track.play_button.accessibleName() == "Pause"
    with qtbot.waitSignal(track._player.moved, timeout=WAIT_MS):
        pass
    qtbot.mouseClick(track.play_button, Qt.MouseButton.LeftButton)
    assert track.play_button.accessibleName() == "Play bell.wav"
    assert 0 < track.timeline._head_s < 0.5


def no_multimedia() -> bool:
    raise ImportError


@pytest.mark.parametrize(
    ("finds_loudspeaker", "reason"), [(lambda: False, "no loudspeaker or headphones"), (no_multimedia, "not installed")]
)
def test_without_anything_to_listen_with_the_button_says_so_and_events_still_light(
    qtbot, attached, exchange, pane_of, finds_loudspeaker, reason
):
    pane = pane_of(finds_loudspeaker)
    attached.attention.show(exchange)
    [track] = pane.tracks
    assert track.play_button.isEnabled()
    pointer.enter(track.play_button)
    assert not track.play_button.isEnabled()
    assert reason in track.play_button.toolTip()
    qtbot.mouseClick(track.timeline.spans[0], Qt.MouseButton.LeftButton)
    assert attached.attention.pinned == {EventRef(0, 0)}


def test_a_file_that_is_gone_leaves_a_flat_line_and_says_why(qtbot, attached, exchange, pane_of):
    attached.media.path_of(attached.draft.attachments[0]).unlink()
    pane = pane_of()
    attached.attention.show(exchange)
    [track] = pane.tracks
    qtbot.waitUntil(lambda: "bell.wav" in track.timeline.toolTip(), timeout=WAIT_MS)
    track.grab()


@pytest.mark.parametrize(
    ("duration_s", "ticks_s"),
    [(0.5, [0, 0.1, 0.2, 0.3, 0.4, 0.5]), (4.0, [0, 1, 2, 3, 4]), (95.0, [0, 30, 60, 90]), (0.0, [0])],
)
def test_ticks_are_round_and_far_enough_apart(duration_s, ticks_s):
    assert list(Scale(0, 300, duration_s).ticks_s()) == pytest.approx(ticks_s)


def test_lanes_are_as_few_as_it_takes():
    assert lanes_of([(0, 10), (5, 15), (10, 20), (12, 14)]) == [0, 1, 0, 2]
