"""The one failure of building that the user is told about: no trace, whole sentences."""

from __future__ import annotations

from collections.abc import Sequence


class BuildError(Exception):
    """Something in a recipe, a source or a step is not as it must be.

    Args:
        problems: one plain sentence for each thing that is wrong.
    """

    def __init__(self, *problems: str) -> None:
        super().__init__(*problems)
        self.problems: Sequence[str] = problems

    def __str__(self) -> str:
        return "\n".join(self.problems)
