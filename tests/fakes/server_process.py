"""The real engine process with a pack of fake parts."""

from bubo_desktop.engine.server import main
from tests.fakes.parts import open_fake_pack

if __name__ == "__main__":
    raise SystemExit(main(open_fake_pack))
