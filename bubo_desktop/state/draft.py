"""The next question: its text, what it is about, and how far the engine has looked at that already."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial
from typing import NamedTuple

from PySide6.QtCore import QObject, QTimer, Signal

from bubo_desktop.client import EngineClient
from bubo_desktop.data import Turn
from bubo_desktop.errors import BuboError
from bubo_desktop.protocol import Cancelled, Done, Failed, Ready
from bubo_desktop.state.course import Course
from bubo_desktop.state.estimates import Estimates, StageProgress
from bubo_desktop.state.media import MediaStore
from bubo_desktop.state.records import Attachment, pictures_in, sounds_in

STILL_MS = 400  # without a new letter, until words are read ahead
NOTICED_MS = 50.0  # of reading: less is not worth doing twice


class _Look(NamedTuple):
    """A request to encode files, and those of them that the engine did not know before."""

    course: Course
    files: tuple[Attachment, ...]


class Draft(QObject):
    """What the user is writing and attaching. The engine looks at every file as soon as it is attached, and reads the
    words once they stand still and it has nothing else to do.

    Signals:
        changed: `text` or `attachments` are others.
        preparing(Attachment, StageProgress | None): how far the engine is with a file; None when it need not be
            waited for any more.
        refused(BuboError): a file cannot be attached.
    """

    changed = Signal()
    preparing = Signal(Attachment, object)
    refused = Signal(BuboError)

    def __init__(
        self,
        media: MediaStore,
        client: EngineClient,
        estimates: Estimates,
        turns: Callable[[], Sequence[Turn]] = tuple,
        parent: QObject | None = None,
    ) -> None:
        """Args:
        media: where attached files are kept.
        client: of the engine.
        estimates: of the stages' durations.
        turns: what was said before in the chat.
        """
        super().__init__(parent)
        self._media = media
        self._client = client
        self._estimates = estimates
        self._turns = turns
        self._text = ""
        self._attachments: tuple[Attachment, ...] = ()
        self._asked: frozenset[Attachment] = frozenset()
        self._known: set[Attachment] = set()
        self._looks: dict[int, _Look] = {}
        self._reading = 0
        self._still = QTimer(self, interval=STILL_MS, singleShot=True)
        self._still.timeout.connect(self._read_words)
        self._n_coming = 0
        self._act: Callable[[], object] | None = None
        media.added.connect(self._attach)
        media.refused.connect(self._refuse)
        client.ready.connect(self._look_anew)
        client.rested.connect(self._expect_words)
        for ending in (client.done, client.failed, client.cancelled):
            ending.connect(self._take_ending)

    @property
    def text(self) -> str:
        """What is typed so far."""
        return self._text

    @text.setter
    def text(self, text: str) -> None:
        if text != self._text:
            self._text = text
            self._client.cancel(self._reading)
            self._still.start()
            self.changed.emit()

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        """What the question is about, in the order it was attached."""
        return self._attachments

    def add_files(self, paths: Sequence[str]) -> None:
        """Attaches pictures and sounds, each when it is in the media folder."""
        self._n_coming += len(paths)
        self._media.add_files(paths)

    def add_picture(self, make_png: Callable[[], bytes], name: str) -> None:
        """Attaches a picture that is no file yet; `make_png` is called in the background."""
        self._n_coming += 1
        self._media.add_picture(make_png, name)

    def add_sound(self, make_wav: Callable[[], bytes], name: str) -> None:
        """Attaches a sound that is no file yet; `make_wav` is called in the background."""
        self._n_coming += 1
        self._media.add_sound(make_wav, name)

    def when_complete(self, act: Callable[[], object]) -> None:
        """Acts once every file on its way is attached: at once where none is, never where one is refused. What was
        to be done before is not done any more.
        """
        self._act = act
        self._act_when_complete()

    def remove(self, attachment: Attachment) -> None:
        """Takes a file off the question."""
        self._replace(tuple(file for file in self._attachments if file != attachment))

    def set_attachments(self, attachments: Iterable[Attachment]) -> None:
        """Makes the question one about these files and no others."""
        self._act = None
        self._replace(tuple(dict.fromkeys(attachments)))

    def mark_asked(self) -> None:
        """They were asked about and stay for the next question, until a newer file of their kind takes their place."""
        self._asked = frozenset(self._attachments)

    def _attach(self, newest: Attachment) -> None:
        self._asked -= {newest}
        replaced = {newest, *(file for file in self._asked if file.kind == newest.kind)}
        self._replace((*(file for file in self._attachments if file not in replaced), newest))
        self._n_coming -= 1
        self._act_when_complete()

    def _refuse(self, error: BuboError) -> None:
        self._n_coming -= 1
        self._act = None
        self.refused.emit(error)

    def _act_when_complete(self) -> None:
        if self._act and not self._n_coming:
            act, self._act = self._act, None
            act()

    def _replace(self, attachments: tuple[Attachment, ...]) -> None:
        if attachments != self._attachments:
            self._attachments = attachments
            self._cancel_looks_at_others()
            self.changed.emit()
            self._look()

    def _cancel_looks_at_others(self) -> None:
        """The engine's time is for what is still attached."""
        for number, look in list(self._looks.items()):
            if not set(look.files) <= set(self._attachments):
                self._client.cancel(number)
                self._looks.pop(number).course.finish()

    def _look(self) -> None:
        """Has the engine encode everything attached; what it knows already costs nothing."""
        if not self._attachments:
            return
        try:
            number = self._prepare()
        except BuboError:
            return  # there is no engine; when it is ready, it will look
        seen = self._known.union(*(look.files for look in self._looks.values()))
        self._follow(number, tuple(file for file in self._attachments if file not in seen))

    def _read_words(self) -> None:
        """Has the engine read the question as it stands, where that takes long enough to be noticed."""
        expected_ms = self._estimates.expected_ms("prefill")
        is_slow = expected_ms is None or expected_ms >= NOTICED_MS
        if self._text.strip() and self._client.is_idle and is_slow:
            with suppress(BuboError):  # what is wrong with it the question will tell
                self._reading = self._prepare()

    def _expect_words(self, ended: int) -> None:
        """There may be time for the words now, unless they are what has just been read."""
        if ended != self._reading and self._text:
            self._still.start()

    def _prepare(self) -> int:
        pictures = self._media.paths_of(pictures_in(self._attachments))
        sounds = self._media.paths_of(sounds_in(self._attachments))
        return self._client.prepare(pictures, sounds, self._text, self._turns())

    def _follow(self, number: int, files: tuple[Attachment, ...]) -> None:
        """Tells of a request what concerns the files that are new to the engine."""
        pictures, sounds = pictures_in(files), sounds_in(files)
        n_files = len(pictures), len(sounds)
        course = Course(self._client, number, self._estimates, n_files, with_answer=False, parent=self)
        course.progressed.connect(partial(self._tell, files))
        self._looks[number] = _Look(course, files)
        self._tell(pictures, StageProgress("see", 0.0, None))
        self._tell(sounds, StageProgress("hear", 0.0, None))

    def _look_anew(self, _ready: Ready) -> None:
        """An engine that has just begun knows nothing; what waits for it was sent after it began."""
        if not self._looks:
            self._known.clear()
            self._look()

    def _take_ending(self, ending: Done | Failed | Cancelled) -> None:
        """A file that cannot be used is not reported before its question is."""
        if look := self._looks.pop(ending.id, None):
            look.course.finish()
            if isinstance(ending, Done):
                self._known.update(look.files)
            self._tell(look.files, None)

    def _tell(self, files: Iterable[Attachment], progress: StageProgress | None) -> None:
        for file in files:
            self.preparing.emit(file, progress)
