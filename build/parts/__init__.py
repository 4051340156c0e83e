"""The steps that make a pack: a module for each part, each with `make(workshop, options) -> Made`."""
