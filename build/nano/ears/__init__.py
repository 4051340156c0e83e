"""Nano's ears: the network that hears, its training, its scores, and its export for the engine."""
