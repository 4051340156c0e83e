"""Watching for it: told once when a named thing appears or a named sound is heard, without the language network."""

from __future__ import annotations

import time
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal

from bubo_desktop.capture.frames import FrameSource
from bubo_desktop.capture.microphone import Microphone
from bubo_desktop.client import EngineClient, EngineState
from bubo_desktop.data import Clip, Frame
from bubo_desktop.errors import BuboError, InputError, PackError
from bubo_desktop.protocol import Done, Found, Heard, Masked
from bubo_desktop.sounds import wave_of
from bubo_desktop.state.live.errand import Errand
from bubo_desktop.state.live.scene import Noticed
from bubo_desktop.state.live.sight import Sight

TICK_MS = 250
SOUND_S = 3.0  # as long as most of what one watches for
QUIETEST = 10 ** (-50 / 20)  # peak, full scale 1: below it there is nothing but a room
N_RUNNING = 2
AWAY_S = 5.0
AGAIN_S = 1.0  # after a failure


@dataclass(slots=True)
class Presence:
    """Whether something is there, decided so that a single mistake tells of nothing, and once for each appearance."""

    n_running: int = 0
    there_s: float = 0.0
    is_told: bool = False

    def take(self, *, is_there: bool, now_s: float) -> bool:
        """Takes the result of a look; true where it is to be told of."""
        if not is_there:
            self.n_running = 0
            self.is_told = self.is_told and now_s - self.there_s < AWAY_S
            return False
        self.n_running += 1
        self.there_s = now_s
        is_news = self.n_running >= N_RUNNING and not self.is_told
        self.is_told = self.is_told or is_news
        return is_news

    @property
    def is_undecided(self) -> bool:
        """Whether the next look decides."""
        return 0 < self.n_running < N_RUNNING


class Watching(QObject):
    """Watches a camera or screen, a microphone, or both.

    Signals:
        noticed(Noticed): it is there; once until it has been away for `AWAY_S`.
        trouble(BuboError): it cannot be watched for; of a word that the pack does not know, the watching ends.
    """

    noticed = Signal(Noticed)
    trouble = Signal(BuboError)

    def __init__(self, client: EngineClient, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._client = client
        self._errand = Errand(client, self)
        self._errand.told.connect(self._take)
        self._errand.done.connect(self._take_done)
        self._errand.failed.connect(self._take_failure)
        self._tick = QTimer(self, interval=TICK_MS)
        self._tick.timeout.connect(self._look)
        self._forget()

    def _forget(self) -> None:
        self._words = ""
        self._sight: Sight | None = None
        self._microphone: Microphone | None = None
        self._presence = Presence()
        self._frame: Frame | None = None
        self._taken_s = self._next_s = 0.0
        self._labels: tuple[str, ...] = ()
        self._told = ""

    @property
    def words(self) -> str:
        """What is watched for; empty where nothing is."""
        return self._words

    def start(self, words: str, source: FrameSource | None = None, microphone: Microphone | None = None) -> None:
        """Watches for this, in place of what was watched for before."""
        self.stop()
        self._words = words
        self._sight = Sight(source) if source else None
        self._microphone = microphone
        self._tick.start()

    def stop(self) -> None:
        """Watches no more."""
        self._tick.stop()
        self._errand.drop()
        self._forget()

    def _look(self) -> None:
        now_s = time.monotonic()
        if self._errand.is_under_way or self._client.state is not EngineState.ready or now_s < self._next_s:
            return
        clip = self._loud_clip()
        frame = self._new_frame(now_s, is_wanted=clip is not None or self._presence.is_undecided)
        if frame or clip:
            self._begin(frame, clip)
        else:
            self._presence.take(is_there=self._presence.n_running > 0, now_s=now_s)

    def _begin(self, frame: Frame | None, clip: Clip | None) -> None:
        self._frame, self._labels = frame, ()
        pictures, sounds = (frame,) if frame else (), (clip,) if clip else ()
        self._errand.begin(lambda: self._client.sense(pictures, sounds, self._words))

    def _new_frame(self, now_s: float, *, is_wanted: bool) -> Frame | None:
        """The newest frame, where it shows something new or `is_wanted` all the same."""
        self._taken_s = now_s
        if self._sight is None or not (is_wanted or self._sight.has_changed()):
            return None
        taken = self._sight.take()
        if taken is None:
            return None
        frame, self._taken_s = taken
        return frame

    def _loud_clip(self) -> Clip | None:
        if self._microphone is None:
            return None
        clip = self._microphone.recent(SOUND_S)
        return clip if clip.samples and abs(wave_of(clip).samples).max() >= QUIETEST else None

    def _take(self, part: Found | Heard | Masked) -> None:
        if isinstance(part, Found):
            sought = set(part.sought)
            self._labels += tuple(thing.label for thing in part.picture.objects if thing.id in sought)
        elif isinstance(part, Heard):
            for sound, places in zip(part.sounds, part.sought, strict=True):
                self._labels += tuple(sound.events[place].label for place in places)

    def _take_done(self, _: Done) -> None:
        now_s = time.monotonic()
        self._told = ""
        if self._presence.take(is_there=bool(self._labels), now_s=now_s):
            labels = tuple(dict.fromkeys(self._labels))
            self.noticed.emit(Noticed(self._words, labels, self._frame, self._taken_s, now_s - self._taken_s))

    def _take_failure(self, error: BuboError) -> None:
        """What was not looked at is looked at again; a word that is not known will not be known later."""
        self._next_s = time.monotonic() + AGAIN_S
        if self._sight:
            self._sight.forget()
        is_new, self._told = str(error) != self._told, str(error)
        if isinstance(error, InputError | PackError):
            self.stop()
        if is_new:
            self.trouble.emit(error)
