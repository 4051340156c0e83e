"""The world that nano learns: what there is in it, how it looks and sounds, and what can be said of it."""
