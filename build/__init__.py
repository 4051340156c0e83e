"""Makes packs: converts, trains, exports, measures. Steps run as `python -m build.<step>` from the root."""

from bubo_desktop.environment import quiet_libraries

quiet_libraries()  # every step imports libraries at its top, and this runs before any of them
