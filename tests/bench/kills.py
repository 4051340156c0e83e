"""Kills processes of the running program at random moments: `python -m tests.bench.kills [--engines N] [--programs N]`.

Needs an X server program, see `build/system_packages.py`. The engine has fake parts, which answer slowly enough to be
killed in the middle; the window, the client and the database are the real ones.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from bubo_desktop.environment import quiet_libraries
from tests.window.desktop import open_desktop
from tests.window.kills import QUESTION, kill_engines, kill_programs
from tests.window.program import ROOT

PACK = ROOT / "models" / "nano"


def main() -> None:
    """Kills and prints what it cost."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engines", type=int, default=50)
    parser.add_argument("--programs", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    quiet_libraries()
    with (
        open_desktop((1280, 800)) as desktop,
        tempfile.TemporaryDirectory() as first,
        tempfile.TemporaryDirectory() as second,
    ):
        if options.engines:
            engines = kill_engines(desktop, Path(first), PACK, options.engines, options.seed)
            n_kept = sum(exchange.question == QUESTION for exchange in engines.exchanges)
            print(f"questions kept after kill -9 of the engine          {n_kept:5d} of {options.engines}")
            print(f"words lost, from the last one kept to the kill      {max(engines.lost_s) * 1e3:8.0f} ms at most")
            print(f"longest stall of the window                         {engines.stall_s * 1e3:8.0f} ms")
            print(f"from the kill to an engine that is ready            {engines.back_s * 1e3:8.0f} ms at most")
        if options.programs:
            programs = kill_programs(desktop, Path(second), PACK, options.programs, options.seed)
            print(f"exchanges acknowledged in {options.programs} killed programs      {programs.n_acknowledged:8d}")
            print(f"lost of them                                        {len(programs.lost):8d}")
            print(f"complaints of the database                          {len(programs.complaints):8d}")
            print(f"next start to ready                                 {programs.ready_s * 1e3:8.0f} ms at most")


if __name__ == "__main__":
    main()
