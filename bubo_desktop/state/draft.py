"""The next question: its text, what it is about, and how far the engine has looked at that already."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import NamedTuple

from PySide6.QtCore import QObject, Signal

from bubo_desktop.client import EngineClient
from bubo_desktop.errors import BuboError
from bubo_desktop.protocol import Cancelled, Done, Failed, Ready
from bubo_desktop.state.course import Course
from bubo_desktop.state.estimates import Estimates, StageProgress
from bubo_desktop.state.media import MediaStore
from bubo_desktop.state.records import Attachment, pictures_in, sounds_in


class _Look(NamedTuple):
    """A request to encode files, and those of them that the engine did not know before."""

    course: Course
    files: tuple[Attachment, ...]


class Draft(QObject):
    """What the user is writing and attaching. The engine looks at every file as soon as it is attached.

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
        self, media: MediaStore, client: EngineClient, estimates: Estimates, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._media = media
        self._client = client
        self._estimates = estimates
        self._text = ""
        self._attachments: tuple[Attachment, ...] = ()
        self._asked: frozenset[Attachment] = frozenset()
        self._known: set[Attachment] = set()
        self._looks: dict[int, _Look] = {}
        self._n_coming = 0
        self._act: Callable[[], object] | None = None
        media.added.connect(self._attach)
        media.refused.connect(self._refuse)
        client.ready.connect(self._look_anew)
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
        pictures, sounds = pictures_in(self._attachments), sounds_in(self._attachments)
        try:
            number = self._client.prepare(self._media.paths_of(pictures), self._media.paths_of(sounds))
        except BuboError:
            return  # there is no engine; when it is ready, it will look
        seen = self._known.union(*(look.files for look in self._looks.values()))
        self._follow(number, tuple(file for file in self._attachments if file not in seen))

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
