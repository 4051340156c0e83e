"""Nano's masks: a network that tells which pixels round a box belong to the object in it."""
