"""The desktop's side of its child processes, the engine first: start, watch, end, send, and signals (QtCore only)."""

from bubo_desktop.client.child import Child
from bubo_desktop.client.ending import Cause, Ending, Role
from bubo_desktop.client.engine import EngineClient, EngineState
from bubo_desktop.client.patience import Patience

__all__ = ["Cause", "Child", "Ending", "EngineClient", "EngineState", "Patience", "Role"]
