"""Where the machine's power comes from, and what is done more sparingly without a plug."""

from __future__ import annotations

from bubo_desktop.state.settings import MasksChoice


def makes_masks(choice: MasksChoice) -> bool:
    """Whether objects get their masks with the answer, not only when they are pointed at."""
    return choice == "at_once" or (choice == "sparing" and not is_on_battery())


def is_on_battery() -> bool:
    """True where there is a battery and no power comes from outside."""
    import psutil  # not before the first paint

    battery = psutil.sensors_battery() if hasattr(psutil, "sensors_battery") else None
    return battery is not None and battery.power_plugged is False
