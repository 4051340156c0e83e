"""`chat`: a conversation in the terminal. Nothing of it is kept."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from rich.console import Console
from rich.live import Live
from rich.text import Text

from bubo_desktop.cli.attachments import Attachments, paths_in, split_line
from bubo_desktop.cli.rendering import details, linked_text
from bubo_desktop.cli.saving import save_annotated
from bubo_desktop.cli.talk import Step, Stopped, Talk, on_ctrl_c, talking
from bubo_desktop.data import Answer, Turn
from bubo_desktop.errors import BuboError, InputError
from bubo_desktop.packs.catalog import find_pack
from bubo_desktop.packs.manifest import SelfTestCase, read_manifest
from bubo_desktop.paths import cache_dir
from bubo_desktop.protocol import Linked, Loading, Token

REFRESH_HZ = 15
PROMPT = "\n[bold]>[/bold] "
HELP = """\
Ask a question, or drag a picture or sound into the line (its path is enough) and ask about it.
/open PATH...    attach files; a new picture takes the place of the last, and so does a new sound
/save OUT.png    write the last picture with what was found drawn over it
/clear           forget the conversation and the files
/help            this
/quit            leave; so does Ctrl-D. Ctrl-C stops an answer."""


def run(options: Namespace) -> int:
    """Talks until the user leaves; begins with the pack's samples where `options.with_samples` says so.

    Raises:
        PackError, EngineError: there is nobody to talk to.
        KeyboardInterrupt: while the pack was being loaded.
    """
    pack_dir = find_pack(options.pack)
    console = Console(highlight=False)
    status = console.status("Starting the engine")

    def show(step: Step) -> None:
        if isinstance(step, Loading):
            what = "Measuring, this once, how it runs fastest" if step.part == "tuning" else f"Loading {step.part}"
            status.update(f"{what.replace('_', ' ')} ({step.fraction:.0%})")

    with status, talking(pack_dir, cpu=options.cpu, on_step=show) as talk:
        status.stop()
        chat = Chat(console, talk)
        chat.greet()
        if options.with_samples:
            chat.show_samples(pack_dir)
        console.print(Text(HELP.splitlines()[0] + " /help tells more.", style="dim"))
        chat.converse()
    return 0


class Chat:
    """One conversation: what was said, what is attached, and what was answered last."""

    def __init__(self, console: Console, talk: Talk) -> None:
        self._console = console
        self._talk = talk
        self._turns: list[Turn] = []
        self._attached = Attachments()
        self._last: Answer | None = None
        self._told: set[str] = set()

    def greet(self) -> None:
        """Says who answers, and what the user should know."""
        ready = self._talk.ready
        if ready:
            self._console.print(f"[bold]{ready.pack_name}[/bold] is ready on {ready.device}.")
            self._tell(ready.notes)

    def show_samples(self, pack_dir: Path) -> None:
        """Answers one of the pack's pictures and one of its sounds, and writes the annotated picture.

        The picture stays attached, so that the first thing a newcomer types has something to be about.
        """
        cases = read_manifest(pack_dir).self_test
        pictures = [case for case in cases if case.image]
        sounds = [case for case in cases if case.sound and not case.image]
        for case in (*pictures[:1], *sounds[:1]):
            self._show_sample(case, pack_dir)
        self._attached, self._turns = Attachments(), []
        self._attach(tuple(str(pack_dir / case.image) for case in pictures[:1] if case.image))

    def converse(self) -> None:
        """Reads lines until the user leaves."""
        while (line := self._read_line()) is not None:
            try:
                self._obey(line)
            except BuboError as error:
                if not self._talk.is_possible:
                    raise
                self._console.print(Text(str(error), style="yellow"))

    def _read_line(self) -> str | None:
        """The next line, or None where the user leaves. The engine is watched meanwhile: PySide6 hooks into `input`."""
        try:
            with on_ctrl_c(lambda: self._console.print(f"\n/quit or Ctrl-D leaves.\n{PROMPT}", end="")):
                line = self._console.input(PROMPT).strip()
        except EOFError:
            self._console.line()
            return None
        return None if line == "/quit" else line

    def _obey(self, line: str) -> None:
        command, _, rest = line.partition(" ")
        match command:
            case "":
                pass
            case "/help":
                self._console.print(HELP, markup=False)
            case "/clear":
                self._turns, self._attached, self._last = [], Attachments(), None
            case "/open":
                self._attach(paths_in(rest))
            case "/save":
                self._save(rest)
            case _:
                question, paths = split_line(line)
                self._attach(paths)
                if question:
                    self._ask(question)

    def _attach(self, paths: tuple[str, ...]) -> None:
        if paths:
            self._attached = self._attached.replaced_by(paths)
            self._talk.prepare(self._attached.pictures, self._attached.sounds, self._turns)
            names = ", ".join(Path(path).name for path in (*self._attached.pictures, *self._attached.sounds))
            self._console.print(Text(f"Attached: {names}", style="dim"))

    def _save(self, rest: str) -> None:
        if self._last is None or not rest.strip():
            raise InputError("There is nothing to save." if rest.strip() else "Say where, as in /save out.png.")
        for path in save_annotated(self._last, Path(paths_in(rest)[0])):
            self._console.print(Text(f"Wrote {path}"))

    def _ask(self, question: str) -> None:
        """Streams the answer, and colours its words when it is known what they mean."""
        files = self._attached
        said = ""
        try:
            with Live(console=self._console, refresh_per_second=REFRESH_HZ, vertical_overflow="visible") as live:

                def show(step: Step) -> None:
                    nonlocal said
                    if isinstance(step, Token):
                        said += step.text
                        live.update(Text(said))
                    elif isinstance(step, Linked):
                        live.update(linked_text(said, step.links))

                answer = self._talk.ask(question, files.pictures, files.sounds, self._turns, on_step=show)
        except Stopped as stopped:
            self._turns.append(Turn(question, stopped.partial, files.pictures, files.sounds))
            self._console.print(Text("Stopped.", style="yellow"))
        else:
            self._turns.append(Turn(question, answer.answer, files.pictures, files.sounds))
            self._last = answer
            if not self._console.is_terminal:  # only there does the live display end its line
                self._console.line()
            for line in details(answer):
                self._console.print(line)
            self._tell(answer.notes)

    def _show_sample(self, case: SelfTestCase, pack_dir: Path) -> None:
        paths = [str(pack_dir / file) for file in (case.image, case.sound) if file]
        self._attached = Attachments().replaced_by(paths)
        self._console.print(Text(f"\n> {case.question}  ", style="bold").append(f"({', '.join(paths)})", style="dim"))
        self._ask(case.question)
        if self._last and self._last.images:
            for path in save_annotated(self._last, cache_dir() / f"annotated-{Path(paths[0]).name}"):
                self._console.print(Text(f"The picture with what was found: {path}"))

    def _tell(self, notes: tuple[str, ...]) -> None:
        """Notes that were not told before."""
        for note in notes:
            if note not in self._told:
                self._told.add(note)
                self._console.print(Text(note, style="italic dim"))
