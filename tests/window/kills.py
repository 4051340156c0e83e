"""Kills processes of the running program at random moments, and counts what that did to the user."""

from __future__ import annotations

import os
import random
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path

from bubo_desktop.state.database import Database
from bubo_desktop.state.records import Exchange
from tests.window.desktop import Desktop
from tests.window.program import Program, running, wait_until_gone
from tests.window.record import Record

METERED = str(Path(__file__).with_name("metered_program.py"))
QUESTION = "clock"  # the fake engine answers with the time, again and again
LONG_S, SHORT_S, LONG_EVERY = (2.0, 2.6), (0.0, 0.5), 10


@dataclass
class EngineKills:
    """What became of the questions whose engine was killed.

    Attributes:
        exchanges: as they were kept.
        lost_s: for each answer, from the last word that was kept to the kill; where none came, from the first word.
        stall_s: the longest stall of the window's event loop.
        back_s: the longest time from a kill to an engine that is ready.
    """

    exchanges: list[Exchange] = field(default_factory=list)
    lost_s: list[float] = field(default_factory=list)
    stall_s: float = 0.0
    back_s: float = 0.0


def kill_engines(desktop: Desktop, home: Path, pack: Path, n_kills: int, seed: int = 0) -> EngineKills:
    """Asks `n_kills` questions and kills the engine with a random part of each answer on its way."""
    chance, record, report = random.Random(seed), Record(home / "record"), EngineKills()
    spoke_s, killed_s = [], []
    with running(desktop, home, METERED, str(record.path), "fake", "window", "--pack", str(pack)) as bubo:
        ready_s = bubo.wait_for(lambda: record.happenings("ready"), "an engine")[-1].at_s
        bubo.focus()
        for number in range(n_kills):
            asked_s = time.monotonic()
            bubo.type(QUESTION)
            bubo.press("Return")
            spoke_s.append(bubo.wait_for(lambda: record.happenings("token", since_s=asked_s), "a word")[0].at_s)  # noqa: B023
            time.sleep(chance.uniform(*(SHORT_S if number % LONG_EVERY else LONG_S)))
            os.kill(bubo.engine_pid, signal.SIGKILL)
            killed_s.append(time.monotonic())
            back = bubo.wait_for(lambda: record.happenings("ready", since_s=killed_s[-1]), "an engine again")
            report.back_s = max(report.back_s, back[0].at_s - killed_s[-1])
        bubo.close()
    report.stall_s = float(record.stalls_s(since_s=ready_s).max())
    report.exchanges = kept_exchanges(home)
    for exchange, spoke, killed in zip(report.exchanges, spoke_s, killed_s, strict=True):
        words = exchange.answer.answer.split()
        report.lost_s.append(killed - (float(words[-1]) if words else spoke))
    return report


@dataclass
class ProgramKills:
    """What became of what the program had said to be kept.

    Attributes:
        n_acknowledged: exchanges that were said to be on the disk.
        lost: what is not there, in words.
        complaints: what the database had to say when it was opened.
        ready_s: the longest time from a start to an engine that is ready.
    """

    n_acknowledged: int = 0
    lost: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    ready_s: float = 0.0


def kill_programs(desktop: Desktop, home: Path, pack: Path, n_kills: int, seed: int = 0) -> ProgramKills:
    """Starts the program `n_kills` times, asks, and kills it at a random moment while it keeps what is answered."""
    chance, report = random.Random(seed), ProgramKills()
    for number in range(n_kills):
        record = Record(home / f"record-{number}")
        started_s = time.monotonic()
        with running(desktop, home, METERED, str(record.path), "fake", "window", "--pack", str(pack)) as bubo:
            ready = bubo.wait_for(lambda: record.happenings("ready"), "an engine")  # noqa: B023
            report.ready_s = max(report.ready_s, ready[0].at_s - started_s)
            _ask_and_kill(bubo, record, chance.uniform(0, 0.6))
        _check(home, record, report)
    return report


def _ask_and_kill(bubo: Program, record: Record, delay_s: float) -> None:
    """Leaves no engine behind, or fails."""
    bubo.ask(QUESTION)
    bubo.wait_for(lambda: record.happenings("saving"), "a question to keep")
    time.sleep(delay_s)
    engine = bubo.engine_pid
    bubo.process.kill()
    bubo.process.wait()
    wait_until_gone(engine)


def _check(home: Path, record: Record, report: ProgramKills) -> None:
    """Compares what is on the disk with what was said to be."""
    kept = {exchange.id: exchange for exchange in kept_exchanges(home, report.complaints)}
    for name, (status, n_characters) in record.acknowledged().items():
        report.n_acknowledged += 1
        exchange = kept.get(name)
        if exchange is None or exchange.question != QUESTION:
            report.lost.append(f"the question {name}")
        elif len(exchange.answer.answer) < n_characters:
            report.lost.append(f"{n_characters - len(exchange.answer.answer)} characters of {name}, which was {status}")


def kept_exchanges(home: Path, complaints: list[str] | None = None) -> list[Exchange]:
    """All that is on the disk, chat after chat; adds what is wrong with the file to `complaints`."""
    database = Database(home / "data" / "chats.db")
    chats = reversed(database.chats())
    exchanges = [exchange for chat in chats for exchange in database.exchanges(chat.id)]
    if complaints is not None:
        complaints += database.notes
    database.close()
    return exchanges
