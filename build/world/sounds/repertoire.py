"""All that nano's world can play, by name."""

from __future__ import annotations

from functools import cache

from build.world.sounds import elements, farm, instruments, tools, vehicles, wild
from build.world.sounds.tones import Recipe


@cache
def recipes() -> dict[str, Recipe]:
    """The recipe of each label of `sounds.toml`; a recipe's function bears the label's name."""
    rooms = (farm, wild, instruments, tools, vehicles, elements)
    return {recipe.__name__: recipe for room in rooms for recipe in room.RECIPES}
