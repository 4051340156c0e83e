"""The desktop's side of the engine process: start, watch, restart, send, and one Qt signal per event (QtCore only)."""

from bubo_desktop.client.ending import Cause, Ending
from bubo_desktop.client.engine import EngineClient, EngineState
from bubo_desktop.client.patience import Patience

__all__ = ["Cause", "Ending", "EngineClient", "EngineState", "Patience"]
