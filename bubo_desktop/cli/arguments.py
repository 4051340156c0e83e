"""What may stand on the command line."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, NoReturn

from bubo_desktop import __version__
from bubo_desktop.paths import SHIPPED_PACK


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
    _add_packs(commands)
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


def _add_packs(commands: Any) -> None:
    packs = commands.add_parser("packs", help="list the packs, or check one")
    packs.set_defaults(run=_run_packs_list)
    actions = packs.add_subparsers(metavar="ACTION")
    actions.add_parser("list", help="the packs on this machine").set_defaults(run=_run_packs_list)
    check = actions.add_parser("check", help="compare a pack's files with its manifest, and try it")
    check.set_defaults(run=_run_packs_check)
    check.add_argument("pack", metavar="ID|DIR")


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


def _run_packs_list(_options: argparse.Namespace) -> int:
    from bubo_desktop.cli import packs

    return packs.list_all()


def _run_packs_check(options: argparse.Namespace) -> int:
    from bubo_desktop.cli import packs

    return packs.check(options.pack)


def _run_doctor(options: argparse.Namespace) -> int:
    from bubo_desktop.cli import doctor

    return doctor.run(options.pack)
