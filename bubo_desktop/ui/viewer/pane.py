"""The pictures of what is looked at, with what was found in them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from bubo_desktop.data import PictureFindings
from bubo_desktop.errors import BuboError
from bubo_desktop.state.attention import NOTHING, Attention, ObjectRef, Targets
from bubo_desktop.state.background import Background, Task
from bubo_desktop.state.media import MediaStore
from bubo_desktop.state.records import Attachment
from bubo_desktop.state.settings import SettingsFile
from bubo_desktop.ui.theme import GRID_PX
from bubo_desktop.ui.viewer.controls import Controls
from bubo_desktop.ui.viewer.export import ChoosePath, Export, choose_save_path
from bubo_desktop.ui.viewer.legend import Legend
from bubo_desktop.ui.viewer.masks import MaskRenderer
from bubo_desktop.ui.viewer.picture_loader import LoadedPicture, read_picture
from bubo_desktop.ui.viewer.picture_tabs import PictureTabs
from bubo_desktop.ui.viewer.picture_view import ZOOM_STEP, PictureView
from bubo_desktop.ui.viewer.wording import Wording

_PLAIN_KEYS = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.KeypadModifier


class PicturePane(QWidget):
    """Shows the pictures of `attention`, one at a time.

    What is pointed at here lights the words, and the other way round, through `attention`.

    Signals:
        has_picture_changed(bool): there is a picture to show now, or none any more.
        noticed(str): something was done, in a sentence.
        problem(BuboError): something could not be done.
    """

    has_picture_changed = Signal(bool)
    noticed = Signal(str)
    problem = Signal(BuboError)

    def __init__(
        self,
        attention: Attention,
        media: MediaStore,
        background: Background,
        settings_file: SettingsFile,
        parent: QWidget | None = None,
        *,
        choose_path: ChoosePath = choose_save_path,
    ) -> None:
        super().__init__(parent)
        self._attention = attention
        self._media = media
        self._background = background
        self._settings_file = settings_file
        self._choose_path = choose_path
        self._pictures: tuple[Attachment, ...] = ()
        self._number = 0
        self._findings: PictureFindings | None = None
        self._sources: frozenset[int] = frozenset()
        self._reading: Task | None = None
        self._make_parts()
        self._arrange()
        self._connect()
        self._show_switches()
        self._refresh()

    @property
    def has_picture(self) -> bool:
        """Whether there is a picture to show."""
        return bool(self._pictures)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Keys for what the buttons do, wherever in the pane the keyboard is."""
        action = self._action_of(event)
        if action:
            action()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802 - Qt's name
        """Offers what can be done with the picture."""
        if not self.view.viewport:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Copy picture"), self._copy)
        menu.addAction(self.tr("Save picture..."), self._save)
        menu.addSeparator()
        menu.addAction(self.tr("Fit"), self.view.fit)
        menu.addAction(self.tr("100 %"), self.view.show_actual_size)
        menu.popup(event.globalPos())

    def _make_parts(self) -> None:
        settings = self._settings_file.values
        self.tabs = PictureTabs(self._background)
        self.view = PictureView()
        self.legend = Legend()
        self.controls = Controls(shows_masks=settings.show_masks, shows_boxes=settings.show_boxes)
        self._renderer = MaskRenderer(self._background, self)
        self._export = Export(self._background, self)

    def _arrange(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GRID_PX, GRID_PX, GRID_PX, GRID_PX)
        layout.setSpacing(GRID_PX)
        layout.addWidget(self.tabs)
        layout.addWidget(self.view, stretch=1)
        layout.addWidget(self.legend)
        layout.addWidget(self.controls)

    def _connect(self) -> None:
        self._attention.shown_changed.connect(self._refresh)
        self._attention.lit_changed.connect(self._show_lit)
        self.tabs.chosen.connect(self._show_number)
        self.view.hovered.connect(self._hover)
        self.view.clicked.connect(self._pin)
        self.view.scale_changed.connect(self._rescale_masks)
        self.legend.hovered.connect(self._hover)
        self.legend.clicked.connect(self._pin)
        self._renderer.rendered.connect(self.view.scene.set_masks)
        self.controls.shown_changed.connect(self._switch)
        self.controls.zoom_in_requested.connect(self._zoom_in)
        self.controls.zoom_out_requested.connect(self._zoom_out)
        self.controls.fit_requested.connect(self.view.fit)
        self.controls.copy_requested.connect(self._copy)
        self.controls.save_requested.connect(self._save)
        self._export.noticed.connect(self.noticed)
        self._export.problem.connect(self.problem)

    def _action_of(self, event: QKeyEvent) -> Callable[[], None] | None:
        if event.matches(QKeySequence.StandardKey.Copy):
            return self._copy
        if event.matches(QKeySequence.StandardKey.Save):
            return self._save
        if event.modifiers() not in _PLAIN_KEYS:
            return None
        if event.key() == Qt.Key.Key_Escape:
            return self._unpin if self._attention.pinned else None
        actions: dict[int, Callable[[], None]] = {
            Qt.Key.Key_M: self.controls.toggle_masks,
            Qt.Key.Key_B: self.controls.toggle_boxes,
            Qt.Key.Key_Plus: self._zoom_in,
            Qt.Key.Key_Equal: self._zoom_in,
            Qt.Key.Key_Minus: self._zoom_out,
            Qt.Key.Key_0: self.view.fit,
        }
        return actions.get(event.key())

    def _refresh(self) -> None:
        """Shows another exchange, or a newer state of the same."""
        pictures = self._attention.pictures
        if pictures != self._pictures:
            self._show_pictures(pictures)
        self._show_findings()

    def _show_pictures(self, pictures: tuple[Attachment, ...]) -> None:
        had_picture, self._pictures = self.has_picture, pictures
        self.tabs.set_pictures([(picture.name, self._media.path_of(picture)) for picture in pictures])
        self._load(0)
        if self.has_picture != had_picture:
            self.has_picture_changed.emit(self.has_picture)

    def _show_number(self, number: int) -> None:
        """Shows another of the pictures."""
        if number != self._number:
            self._load(number)
            self._show_findings()
            self._show_lit()

    def _load(self, number: int) -> None:
        """Reads a picture in the background; only what is shown is kept."""
        self._number = number
        self._findings = None
        self.tabs.set_current(number)
        self.view.show_sentence("")
        self._renderer.set_things(())
        if self._reading:
            self._reading.abandon()
        if self._pictures:
            picture = self._pictures[number]
            work = partial(read_picture, self._media.path_of(picture), picture.name)
            self._reading = self._background.run(work, self._show_picture, self._show_problem)

    def _show_picture(self, picture: LoadedPicture) -> None:
        self.controls.setEnabled(True)
        self.view.show_picture(picture)
        self.view.setAccessibleName(self.tr("Picture: {}").format(self._pictures[self._number].name))
        self._mark_findings()

    def _show_problem(self, error: BuboError) -> None:
        self.controls.setEnabled(False)
        self.view.show_sentence(str(error))
        self.view.setAccessibleName(str(error))

    def _show_findings(self) -> None:
        """Shows what was found in the picture so far; often called while an answer streams, seldom with news."""
        shown = self._attention.shown
        images = shown.answer.images if shown else ()
        findings = images[self._number] if self._number < len(images) else None
        match = shown.answer.match if shown else None
        sources = frozenset(match.source_objects if match else ())
        if findings is None or not (findings.objects or findings.tags):
            self.legend.show_sentence(self._sentence_without_findings())
        if findings != self._findings or sources != self._sources:
            self._findings, self._sources = findings, sources
            self._mark_findings()

    def _sentence_without_findings(self) -> str:
        shown = self._attention.shown
        if shown is None or not self._pictures:
            return ""
        if shown.is_open:
            return self.tr("Looking for what the words mean...")
        return self.tr("Nothing here that this pack knows.") if shown.status == "done" else ""

    def _mark_findings(self) -> None:
        """Marks the objects where the picture can be seen."""
        findings = self._findings
        if findings and (findings.objects or findings.tags):
            self.legend.show_findings(findings, self._sources)
            for before, after in pairwise((self.view, *self.legend.chips, self.controls)):
                self.setTabOrder(before, after)
        if self.view.viewport:
            things = findings.objects if findings else ()
            self.view.scene.set_things(things, self._sources)
            self._renderer.set_things(things)
            self.view.setAccessibleDescription(Wording().picture(findings) if findings else "")
            self._show_lit()

    def _show_lit(self) -> None:
        """Lights what is pointed at, on the picture where that is."""
        elsewhere = {ref.image for ref in self._attention.lit if isinstance(ref, ObjectRef)}
        if elsewhere and self._number not in elsewhere and min(elsewhere) < len(self._pictures):
            self._show_number(min(elsewhere))
            return
        lit = self._ids(self._attention.lit)
        self.view.scene.set_lit(lit)
        if not self.view.underMouse():  # who moves the picture is not moved away
            self.view.reveal([thing.box_xyxy_px for thing in self.view.scene.things if thing.id in lit])
        self.legend.set_lit(lit, self._ids(self._attention.pinned))

    def _ids(self, targets: Targets) -> frozenset[int]:
        return frozenset(ref.id for ref in targets if isinstance(ref, ObjectRef) and ref.image == self._number)

    def _targets(self, thing_id: int | None) -> Targets:
        return NOTHING if thing_id is None else frozenset({ObjectRef(self._number, thing_id)})

    def _hover(self, thing_id: int | None) -> None:
        if self._attention.shown:
            self._attention.hover(self._attention.shown, self._targets(thing_id))

    def _pin(self, thing_id: int | None) -> None:
        if self._attention.shown:
            self._attention.pin(self._attention.shown, self._targets(thing_id))

    def _unpin(self) -> None:
        self._pin(None)

    def _rescale_masks(self, scale: float) -> None:
        self._renderer.set_scale(scale, self.devicePixelRatioF())

    def _switch(self) -> None:
        self._settings_file.change(show_masks=self.controls.shows_masks, show_boxes=self.controls.shows_boxes)
        self._show_switches()

    def _show_switches(self) -> None:
        self.view.scene.set_shown(masks=self.controls.shows_masks, boxes=self.controls.shows_boxes)

    def _zoom_in(self) -> None:
        self.view.zoom(ZOOM_STEP)

    def _zoom_out(self) -> None:
        self.view.zoom(1 / ZOOM_STEP)

    def _copy(self) -> None:
        if self.view.viewport:
            self._export.copy(*self._annotated())

    def _save(self) -> None:
        if not self.view.viewport:
            return
        source, findings = self._annotated()
        proposal = f"{Path(self._pictures[self._number].name).stem}-annotated.png"
        target = self._choose_path(self.window(), proposal)
        if target:
            self._export.save(source, findings, Path(target))

    def _annotated(self) -> tuple[Path, PictureFindings]:
        """The file that is shown, and what is to be drawn over it: nothing, where nothing was asked yet."""
        picture = self._pictures[self._number]
        path = self._media.path_of(picture)
        return path, self._findings or PictureFindings(str(path), picture.width, picture.height)
