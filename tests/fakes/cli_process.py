"""The real command line with an engine of fake parts."""

import sys

from bubo_desktop import cli
from bubo_desktop.client import engine
from tests.fakes import server_process

if __name__ == "__main__":
    engine.program_command = lambda: [sys.executable, server_process.__file__]
    raise SystemExit(cli.main(sys.argv[1:]))
