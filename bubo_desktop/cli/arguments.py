"""What may stand on the command line."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, NoReturn

from bubo_desktop import __version__
from bubo_desktop.paths import SHIPPED_PACK

LONGEST_S = 240  # a longer recording does not fit into a message


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{message[:1].upper()}{message[1:]}. Try {self.prog} --help.\n")


def read_arguments(arguments: list[str]) -> argparse.Namespace:
    """Returns the options; `run` among them is the command's function, from options to exit code.

    Raises:
        SystemExit: with 2 after one line on standard error where the usage is wrong; with 0 after `--help`.
    """
    parser = _Parser(prog="bubo", description="Sees, hears, answers and points, without network.")
    parser.add_argument("--version", action="version", version=__version__)
    parser.set_defaults(run=_run_window, pack=None, cpu=False, files=[])
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    _add_window(commands)
    _add_ask(commands)
    _add_chat(commands)
    _add_listen(commands)
    _add_watch(commands)
    _add_packs(commands)
    devices = commands.add_parser("devices", help="the microphones, cameras, screens and windows that can be used")
    devices.set_defaults(run=_run_devices)
    devices.add_argument("--json", action="store_true")
    doctor = commands.add_parser("doctor", help="check that everything the program needs is there")
    doctor.add_argument("--pack", default=SHIPPED_PACK, metavar="ID|DIR")
    doctor.set_defaults(run=_run_doctor)
    return parser.parse_args(arguments)


def _add_window(commands: Any) -> None:
    window = commands.add_parser("window", help="open the window, as without any command")
    window.set_defaults(run=_run_window)
    _add_engine_options(window, pack=None)
    window.add_argument("files", nargs="*", metavar="FILE", help="pictures and sounds to ask about")


def _add_ask(commands: Any) -> None:
    ask = commands.add_parser("ask", help="answer one question")
    ask.set_defaults(run=_run_ask)
    _add_engine_options(ask)
    ask.add_argument("--image", dest="images", action="append", default=[], metavar="PATH")
    ask.add_argument("--audio", dest="sounds", action="append", default=[], metavar="PATH")
    ask.add_argument("--json", action="store_true", help="everything that was found, as one JSON object")
    ask.add_argument("--save", type=Path, metavar="OUT.png", help="write the annotated picture")
    ask.add_argument("--seed", type=_natural, help="for temperatures above 0")
    ask.add_argument("--max-tokens", type=_positive)
    ask.add_argument("--temperature", type=_temperature, help="0 always gives the same answer")
    ask.add_argument("question", metavar="QUESTION")


def _add_chat(commands: Any) -> None:
    chat = commands.add_parser("chat", help="a conversation in the terminal")
    chat.set_defaults(run=_run_chat, with_samples=False)
    _add_engine_options(chat)


def _add_listen(commands: Any) -> None:
    listen = commands.add_parser("listen", help="write down what is said, or ask about what is heard")
    listen.set_defaults(run=_run_listen)
    _add_engine_options(listen)
    listen.add_argument("--microphone", default="", metavar="ID", help="as devices tells; else the system's choice")
    length = listen.add_mutually_exclusive_group()
    length.add_argument("--seconds", type=_duration, metavar="N", help="record so long")
    length.add_argument("--vad", action="store_true", help="record until who speaks has finished; the default")
    listen.add_argument("--ask", dest="question", metavar="QUESTION", help="ask this about the sound, as a sound")
    listen.add_argument("--language", default="en", metavar="CODE", help="that is spoken")
    listen.add_argument("--json", action="store_true")


def _add_watch(commands: Any) -> None:
    watch = commands.add_parser("watch", help="say what a camera or the screen shows, as it changes")
    watch.set_defaults(run=_run_watch)
    _add_engine_options(watch)
    source = watch.add_mutually_exclusive_group(required=True)
    source.add_argument("--camera", metavar="ID", help='as devices tells; "" for the first')
    source.add_argument("--screen", action="store_true")
    task = watch.add_mutually_exclusive_group()
    task.add_argument("--question", metavar="Q", help="ask this again and again")
    task.add_argument("--for", dest="sought", metavar="THING", help="say when this appears")
    watch.add_argument("--count", type=_positive, metavar="N", help="end after N lines")
    watch.add_argument("--json", action="store_true", help="each line a JSON object")


def _add_packs(commands: Any) -> None:
    packs = commands.add_parser("packs", help="list the packs, check one, or make one of llama.cpp's files")
    packs.set_defaults(run=_run_packs_list)
    actions = packs.add_subparsers(metavar="ACTION")
    actions.add_parser("list", help="the packs on this machine").set_defaults(run=_run_packs_list)
    check = actions.add_parser("check", help="compare a pack's files with its manifest, and try it")
    check.set_defaults(run=_run_packs_check)
    check.add_argument("pack", metavar="ID|DIR")
    importing = actions.add_parser("import", help="make a pack of a language network and its projector")
    importing.set_defaults(run=_run_packs_import)
    importing.add_argument("--gguf", type=Path, required=True, metavar="A.gguf", help="the language network")
    importing.add_argument("--mmproj", type=Path, required=True, metavar="B.gguf", help="its image or sound encoder")
    importing.add_argument("--grounding", metavar="ID|DIR", help="the pack whose parts point at what is named")
    importing.add_argument("--id", help="what the pack is called on the command line")
    importing.add_argument("--name", metavar="TEXT", help="what it is called elsewhere")


def _add_engine_options(parser: argparse.ArgumentParser, pack: str | None = SHIPPED_PACK) -> None:
    parser.add_argument("--pack", default=pack, metavar="ID|DIR")
    parser.add_argument("--cpu", action="store_true", help="compute on the CPU only")


def _natural(text: str) -> int:
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError(f"{number} is negative")
    return number


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is less than 1")
    return number


def _duration(text: str) -> float:
    number = float(text)
    if not 0 < number <= LONGEST_S:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and {LONGEST_S} seconds")
    return number


def _temperature(text: str) -> float:
    number = float(text)
    if not 0 <= number <= 5:
        raise argparse.ArgumentTypeError(f"{number} is not between 0 and 5")
    return number


# Each command imports what it needs when it is run, so that `--help` and mistakes are answered at once.


def _run_window(options: argparse.Namespace) -> int:
    from bubo_desktop.cli import window

    return window.run(options)


def _run_ask(options: argparse.Namespace) -> int:
    from bubo_desktop.cli import ask

    return ask.run(options)


def _run_chat(options: argparse.Namespace) -> int:
    from bubo_desktop.cli import chat

    return chat.run(options)


def _run_listen(options: argparse.Namespace) -> int:
    from bubo_desktop.cli import listen

    return listen.run(options)


def _run_devices(options: argparse.Namespace) -> int:
    from bubo_desktop.cli import devices

    return devices.run(options)


def _run_watch(options: argparse.Namespace) -> int:
    from bubo_desktop.cli import watch

    return watch.run(options)


def _run_packs_list(_options: argparse.Namespace) -> int:
    from bubo_desktop.cli import packs

    return packs.list_all()


def _run_packs_check(options: argparse.Namespace) -> int:
    from bubo_desktop.cli import packs

    return packs.check(options.pack)


def _run_packs_import(options: argparse.Namespace) -> int:
    from bubo_desktop.cli import importing

    return importing.run(options)


def _run_doctor(options: argparse.Namespace) -> int:
    from bubo_desktop.cli import doctor

    return doctor.run(options.pack)
