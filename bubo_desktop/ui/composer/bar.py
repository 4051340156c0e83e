"""The composer: where a question is made, at the foot of the chat."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QCoreApplication, QMimeData, Qt, QTimer
from PySide6.QtGui import QResizeEvent, QTextCursor
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from bubo_desktop.errors import BuboError, InputError
from bubo_desktop.media_kinds import PICTURES, SOUNDS
from bubo_desktop.state.background import Background
from bubo_desktop.state.conversation import Conversation
from bubo_desktop.state.draft import Draft
from bubo_desktop.state.media import MediaStore
from bubo_desktop.state.records import Kind
from bubo_desktop.ui.announcement import announce
from bubo_desktop.ui.composer.chip_row import ChipRow
from bubo_desktop.ui.composer.field import QuestionField
from bubo_desktop.ui.composer.frame import FieldFrame
from bubo_desktop.ui.composer.offer import Offer, dropped, pasted, png_of
from bubo_desktop.ui.composer.send_button import SendButton
from bubo_desktop.ui.icons import IconButton
from bubo_desktop.ui.message_bar import MessageBar
from bubo_desktop.ui.plain_label import PlainLabel
from bubo_desktop.ui.shortcuts import keys_of
from bubo_desktop.ui.theme import GRID_PX
from bubo_desktop.ui.voice.microphone_button import MicrophoneButton

_HINT_MS = 4000
_WIDEST_PX = 608
# Not translated: these are words for the pack, and English is what every pack understands.
_MEANT: dict[frozenset[Kind], str] = {
    frozenset(): "",
    frozenset({"picture"}): "What is in this picture?",
    frozenset({"sound"}): "What do you hear?",
    frozenset({"picture", "sound"}): "Do picture and sound belong together?",
}

FileChooser = Callable[[QWidget], Sequence[str]]


def choose_files(parent: QWidget) -> Sequence[str]:
    """Asks for pictures and sounds in the desktop's own dialog; none where it was dismissed."""
    title = QCoreApplication.translate("Composer", "Attach pictures and sounds")
    kinds = QCoreApplication.translate("Composer", "Pictures and sounds")
    endings = " ".join(f"*{ending}" for ending in sorted(PICTURES | SOUNDS))
    paths, _kind = QFileDialog.getOpenFileNames(parent, title, "", f"{kinds} ({endings})")
    return paths


class Composer(QWidget):
    """Attachments, words, and the button that sends them or stops the answer."""

    def __init__(
        self,
        draft: Draft,
        conversation: Conversation,
        media: MediaStore,
        background: Background,
        parent: QWidget | None = None,
        choose: FileChooser = choose_files,
    ) -> None:
        """Args: `choose` is asked for files when something is to be attached."""
        super().__init__(parent)
        self._draft = draft
        self._conversation = conversation
        self._choose = choose
        self.field = QuestionField()
        self.chips = ChipRow(draft, media, background)
        self.problem = MessageBar()
        self.attach_button = IconButton("paperclip", self.tr("Attach a picture or sound"), keys_of("attach"))
        self.live_button = IconButton("camera", self.tr("Live: look through the camera"), keys_of("live"))
        self.microphone_button = MicrophoneButton(self.tr("Record, or hold to speak"), keys_of("talk"))
        self.send_button = SendButton()
        self.caption = PlainLabel("composer_caption", wraps=False)
        self._caption_time = QTimer(self, singleShot=True, interval=_HINT_MS)
        self._arrange()
        self._connect()
        self._show_draft()
        self._show_answering(conversation.is_answering)

    def send(self) -> None:
        """Asks what stands in the field, or what is meant where only files are attached; with the last of the files
        that are on their way.
        """
        if self._conversation.is_answering:
            self._hint(self.tr("Still answering. Wait for it, or stop it with Esc."))
        else:
            self._draft.when_complete(self._ask)

    def stop(self) -> None:
        """Ends the answer that is being written; what there is of it is kept."""
        if self._conversation.is_answering:
            self._conversation.stop()

    def focus_text(self) -> None:
        """Brings the keyboard to the words."""
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def set_text(self, question: str) -> None:
        """Puts other words into the field, to be changed and sent."""
        self.field.setPlainText(question)
        self.field.moveCursor(QTextCursor.MoveOperation.End)
        self.focus_text()

    def add_words(self, words: str) -> None:
        """Puts words where the cursor is, to be changed and sent; Ctrl+Z takes them out."""
        cursor = self.field.textCursor()
        cursor.insertText(f" {words}" if cursor.position() and not cursor.atBlockStart() else words)
        self.focus_text()

    def add_strip(self, strip: QWidget) -> None:
        """Gives something a place above the field."""
        self._rows.insertWidget(1, strip)

    def show_problem(self, error: BuboError) -> None:
        """Says what went wrong with what was to be asked."""
        self.problem.say(error.message, error.hint, warns=True)

    def choose_files(self) -> None:
        """Lets the user choose pictures and sounds."""
        self._add(self._choose(self))
        self.focus_text()

    def drop(self, mime: QMimeData) -> None:
        """Takes what was dropped on the window."""
        self._take(dropped(mime))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Is no wider than what is read above it."""
        super().resizeEvent(event)
        side_px = max(2 * GRID_PX, (self.width() - _WIDEST_PX) // 2)
        self.setContentsMargins(side_px, GRID_PX, side_px, GRID_PX // 2)

    def _arrange(self) -> None:
        self.field.setPlaceholderText(self.tr("Ask about what you see and hear"))
        self.field.setAccessibleName(self.tr("Question"))
        self.caption.setFixedHeight(2 * GRID_PX)  # kept while it says nothing, so that nothing moves when it does
        frame = FieldFrame(self.field)
        for part in (self.chips, self.attach_button, self.live_button, self.microphone_button, self.send_button):
            part.setCursor(Qt.CursorShape.ArrowCursor)  # the frame's own is that of words
        line = QHBoxLayout()
        line.addWidget(self.attach_button, 0, Qt.AlignmentFlag.AlignBottom)
        line.addWidget(self.live_button, 0, Qt.AlignmentFlag.AlignBottom)
        line.addWidget(self.field, 1, Qt.AlignmentFlag.AlignVCenter)
        line.addWidget(self.microphone_button, 0, Qt.AlignmentFlag.AlignBottom)
        line.addWidget(self.send_button, 0, Qt.AlignmentFlag.AlignBottom)
        inside = QVBoxLayout(frame)
        inside.setContentsMargins(GRID_PX, GRID_PX, GRID_PX, GRID_PX)
        inside.addWidget(self.chips)
        inside.addLayout(line)
        layout = self._rows = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID_PX // 2)
        layout.addWidget(self.problem)
        layout.addWidget(frame)
        layout.addWidget(self.caption)
        self.setFocusProxy(self.field)

    def _connect(self) -> None:
        self.field.textChanged.connect(self._keep_words)
        self.field.sent.connect(self.send)
        self.field.stopped.connect(self.stop)
        self.field.recalled.connect(self._recall)
        self.field.offered.connect(lambda mime: self._take(pasted(mime)))
        self.chips.emptied.connect(self.focus_text)
        self.attach_button.clicked.connect(self.choose_files)
        self.send_button.clicked.connect(self._press)
        self._caption_time.timeout.connect(self.caption.clear)
        self._draft.changed.connect(self._show_draft)
        self._draft.refused.connect(self.show_problem)
        self._conversation.answering_changed.connect(self._show_answering)

    def _press(self) -> None:
        if self.send_button.stops:
            self.stop()
        else:
            self.send()

    def _take(self, offer: Offer) -> None:
        """Attaches what was pasted or dropped; a picture is written as a file in the background."""
        if offer.paths:
            self._add(offer.paths)
        elif offer.picture is not None:
            self._draft.add_picture(partial(png_of, offer.picture), self.tr("Pasted picture"))
        elif offer.is_remote:
            self.show_problem(
                InputError(
                    self.tr("This picture is on the web, where Bubo does not go."),
                    self.tr("Save it on this computer, then drop the file."),
                )
            )

    def _add(self, paths: Sequence[str]) -> None:
        if paths:
            self.problem.hide()
            self._draft.add_files(paths)

    def _ask(self) -> None:
        question = self.field.toPlainText().strip() or self._default_question()
        if question:
            self._conversation.ask(question, self._draft.attachments)
            self.field.clear()
            self.problem.hide()
            self._draft.mark_asked()

    def _recall(self) -> None:
        if self._conversation.exchanges:
            self.set_text(self._conversation.exchanges[-1].question)

    def _keep_words(self) -> None:
        self._draft.text = self.field.toPlainText()
        self._show_sendable()

    def _show_draft(self) -> None:
        if self._draft.text != self.field.toPlainText():
            self.field.setPlainText(self._draft.text)
        self._show_sendable()

    def _show_answering(self, is_answering: bool) -> None:
        self.send_button.set_stops(is_answering)
        self._show_sendable()

    def _show_sendable(self) -> None:
        has_question = bool(self._draft.text.strip() or self._draft.attachments)
        self.send_button.setEnabled(self.send_button.stops or has_question)

    def _hint(self, sentence: str) -> None:
        self.caption.setText(sentence)
        announce(self, sentence)
        self._caption_time.start()

    def _default_question(self) -> str:
        """What somebody means who sends files without a word; empty where there are none either."""
        return _MEANT[frozenset(attachment.kind for attachment in self._draft.attachments)]
